"""Reads the catalog folder: all tables or those of some regions, with every mistake in one CatalogError."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from solver.catalog.carbon import CARBON_FOLDER, Carbon, read_carbon
from solver.catalog.catalog import Catalog, RegionTables
from solver.catalog.digest import OWN_SOURCES, REGION_FOLDER, default_catalog_path, region_names, table_files
from solver.catalog.discounts import DISCOUNTS_FILE, Discounts, Sold, read_discounts, read_trial
from solver.catalog.documents import read_document
from solver.catalog.entry import Entry
from solver.catalog.images import read_images
from solver.catalog.machine_tables import read_machines
from solver.catalog.machines import MachineType
from solver.catalog.notes import Note
from solver.catalog.offering_tables import OfferingTable
from solver.catalog.price_tables import PriceKey, read_prices
from solver.catalog.prices import Price, Source
from solver.catalog.regions import Region, Zone
from solver.catalog.savings_plan_tables import SAVINGS_PLANS_FILE, with_savings_plans
from solver.catalog.service_documents import ServiceTables, read_service_tables
from solver.catalog.tables import Reading, near_miss, shown, unknown
from solver.errors import CatalogError, Problem, first_of
from solver.vocabulary import CommitmentKind

MOST_PROBLEMS = 200
"""More are counted, not listed."""
_KEPT = 8
"""Catalogs that a process keeps: a command asks for those of a few sets of regions."""


class SourceEntry(Entry):
    """One entry of sources.yaml."""

    title: str
    licence: str
    date: date | None
    verified: bool = True


class CommitmentEntry(Entry):
    """One entry of commitments.yaml."""

    rates_of: CommitmentKind
    verified: bool


class RegionFile(Entry):
    """regions/<region>/region.yaml."""

    title: str
    zones: dict[str, str]
    sources: dict[str, str]


_SOURCES = TypeAdapter(dict[str, SourceEntry])
_COMMITMENTS = TypeAdapter(dict[CommitmentKind, CommitmentEntry])
_REGION = TypeAdapter(RegionFile)


def load_catalog(
    path: Path | None = None,
    regions: Collection[str] | None = None,
    *,
    discounts: Path | None = None,
    list_prices: bool = False,
) -> Catalog:
    """The catalog of these regions, or of all that the folder has; CatalogError names every broken row at once.

    Prices are those of the folder's discounts, or of the file `discounts` instead; with `list_prices` of none.
    """
    folder = default_catalog_path() if path is None else path
    known = region_names(folder)
    wanted = known if regions is None else tuple(sorted(set(regions)))
    for name in wanted:
        if name not in known:
            raise unknown("region", name, known, file=shown(folder / REGION_FOLDER))
    listed, problems = _listed(folder, wanted, Path.cwd(), _contents(folder, wanted))
    reading = Reading(folder, problems=list(problems))
    agreed = None
    if discounts is None and not list_prices:
        agreed = read_discounts(reading, default_catalog_path(), _sold(listed, known))
    elif (folder / DISCOUNTS_FILE).is_file():
        # Passed over, and yet a table of the folder.
        reading.text(folder / DISCOUNTS_FILE)
    if discounts is not None:
        agreed = read_trial(reading, discounts, _sold(listed, known))
    if reading.problems:
        raise CatalogError(first_of(reading.problems, MOST_PROBLEMS))
    tables = listed.tables
    return replace(
        listed,
        tables=tables if agreed is None else {name: _discounted(name, each, agreed) for name, each in tables.items()},
        file_digests={**listed.file_digests, **reading.digests},
        discounts=agreed,
    )


def _sold(listed: Catalog, regions: Collection[str]) -> Sold:
    """What an agreement may name of a catalog."""
    return Sold(
        regions=frozenset(regions),
        families=frozenset(machine.family for machine in listed.machines.values()),
        services=frozenset(service for table in listed.tables.values() for service, _ in table.prices),
    )


def _contents(folder: Path, regions: Collection[str]) -> str:
    """One SHA-256 over the bytes of every file that the regions' catalog is read from, but for discounts."""
    files = {*table_files(folder, regions, carbon=True), *(f"{REGION_FOLDER}/{name}/{OWN_SOURCES}" for name in regions)}
    digest = sha256()
    for file in sorted(files - {DISCOUNTS_FILE}):
        try:
            content = (folder / file).read_bytes()
        except OSError as error:
            content = str(error).encode()
        digest.update(f"{file} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=_KEPT)
def _listed(folder: Path, regions: tuple[str, ...], _here: Path, _said: str) -> tuple[Catalog, tuple[Problem, ...]]:
    """The catalog at list prices, and what is wrong with it. One command asks for the same tables several times, and
    nothing of a catalog ever changes: it is read anew only where a file says something else (`_said`), or where
    problems would name files otherwise (`_here`)."""
    reading = Reading(folder)
    sources = _read_sources(reading, folder / "sources.yaml")
    rates_of = _read_commitments(reading, folder / "commitments.yaml")
    machines = read_machines(reading, folder / "machines")
    notes: list[Note] = []
    tables: dict[str, RegionTables] = {}
    for name in regions:
        sources |= _read_own_sources(reading, folder / REGION_FOLDER / name / OWN_SOURCES)
        found = _read_region(reading, folder / REGION_FOLDER / name, machines, sources, rates_of, notes)
        if found is not None:
            tables[name] = found
    services = read_service_tables(reading, folder)
    _check_costs(reading, shown(folder / "services.yaml"), services, tables)
    catalog = Catalog(
        machines=dict(sorted(machines.items())),
        sources=sources,
        notes=tuple(notes),
        tables=tables,
        services=services,
        shared_files=table_files(folder, ()),
        carbon=_read_carbon(reading, folder / CARBON_FOLDER),
        file_digests=reading.digests,
    )
    return catalog, tuple(reading.problems)


def _discounted(name: str, table: RegionTables, agreed: Discounts) -> RegionTables:
    return replace(
        table,
        offerings={machine: agreed.offering(name, offering) for machine, offering in table.offerings.items()},
        prices={key: agreed.price(name, key[0], price) for key, price in table.prices.items()},
    )


def _check_costs(reading: Reading, file: str, services: ServiceTables, tables: Mapping[str, RegionTables]) -> None:
    """Each cost term names a price that every loaded region has."""
    for region, table in tables.items():
        names = {f"{service} {item}" for service, item in table.prices}
        place_of_prices = f"{REGION_FOLDER}/{region}/service_prices.csv or storage_prices.csv"
        for place, term in services.cost_terms():
            if (term.service, term.item) not in table.prices:
                wanted = f"{term.service} {term.item}"
                reading.problems.append(
                    Problem(
                        file=file,
                        path=place,
                        found=f'"{wanted}"',
                        allowed=f"a price that {place_of_prices} has is needed",
                        hint=near_miss(wanted, names),
                    )
                )


def _read_sources(reading: Reading, path: Path) -> dict[str, Source]:
    entries = read_document(reading, path, _SOURCES) or {}
    return {
        name: Source(name, entry.title, entry.licence, entry.date, entry.verified) for name, entry in entries.items()
    }


def _read_carbon(reading: Reading, folder: Path) -> Carbon:
    if not folder.is_dir():
        return Carbon()
    return read_carbon(reading, folder, _read_sources(reading, folder / "sources.yaml"))


def _read_own_sources(reading: Reading, path: Path) -> dict[str, Source]:
    """A region's own; their keys end with its name. Left out of the digests, as `OWN_SOURCES` says."""
    if not path.is_file():
        return {}
    found = _read_sources(reading, path)
    reading.digests.pop(path.relative_to(reading.root).as_posix(), None)
    return found


def _read_commitments(reading: Reading, path: Path) -> dict[CommitmentKind, CommitmentKind]:
    entries = read_document(reading, path, _COMMITMENTS) or {}
    return {kind: entry.rates_of for kind, entry in entries.items()}


def _read_region(
    reading: Reading,
    folder: Path,
    machines: Mapping[str, MachineType],
    sources: Mapping[str, Source],
    rates_of: Mapping[CommitmentKind, CommitmentKind],
    notes: list[Note],
) -> RegionTables | None:
    entry = read_document(reading, folder / "region.yaml", _REGION)
    if entry is None:
        return None
    zones = tuple(Zone(zone, name) for zone, name in entry.zones.items())
    region = Region(folder.name, entry.title, zones, entry.sources)
    images = read_images(reading, folder / "images.csv")
    table = OfferingTable(
        reading,
        region,
        machines,
        sources,
        rates_of,
        lambda machine: (machine.architecture, machine.image_flavour) in images,
    )
    offerings = with_savings_plans(reading, folder / SAVINGS_PLANS_FILE, table.read(folder / "machine_prices.csv"))
    notes += table.notes
    prices: dict[PriceKey, Price] = {}
    for name in ("service_prices.csv", "storage_prices.csv"):
        prices |= read_prices(reading, folder / name, sources)
    return RegionTables(region=region, offerings=offerings, prices=prices, images=images)
