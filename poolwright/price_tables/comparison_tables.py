"""Reads catalog/comparison/: machines and prices of other clouds, for comparison alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from poolwright.price_tables.plain_machines import PlainMachine
from solver.catalog.documents import read_document
from solver.catalog.entry import Entry
from solver.catalog.tables import Reading, near_miss, read_rows
from solver.errors import CatalogError
from solver.vocabulary import Architecture

FOLDER = "comparison"
AWS = "aws"
ANYWHERE = "*"
"""Region of a list whose prices are those of all regions."""
MACHINE_COLUMNS = (
    "type",
    "architecture",
    "vcpus",
    "memory_mib",
    "accelerator",
    "accelerators",
    "accelerator_memory_mib",
)
PRICE_COLUMNS = ("region", "type", "on_demand", "spot")


class Origin(Entry):
    """Where figures come from."""

    title: str
    licence: str
    date: date | None


class CloudEntry(Entry):
    """One cloud of clouds.yaml."""

    title: str
    prices: Origin
    sizes: Origin
    left_out: str = ""
    regions: dict[str, str]


_CLOUDS = TypeAdapter(dict[str, CloudEntry])


@dataclass(frozen=True, kw_only=True)
class Clouds:
    """All clouds with a table."""

    entries: Mapping[str, CloudEntry]
    """By name; AWS among them, with the countries of its regions and no table of its own here."""
    machines: Mapping[tuple[str, str], tuple[PlainMachine, ...]]
    """By cloud and region."""

    def country(self, cloud: str, region: str) -> str:
        """ISO 3166; empty where the list is of all regions, or nobody wrote it down."""
        return self.entries[cloud].regions.get(region, "")


def read_clouds(catalog: Path) -> Clouds:
    """The tables; CatalogError with every mistake, also where the catalog has none."""
    folder = catalog / FOLDER
    reading = Reading(catalog)
    entries = read_document(reading, folder / "clouds.yaml", _CLOUDS) or {}
    machines: dict[tuple[str, str], tuple[PlainMachine, ...]] = {}
    for cloud, entry in entries.items():
        if cloud != AWS:
            machines |= _read_prices(reading, folder / cloud, cloud, entry, _read_machines(reading, folder / cloud))
    if reading.problems:
        raise CatalogError(reading.problems)
    return Clouds(entries=entries, machines=machines)


def _read_machines(reading: Reading, folder: Path) -> dict[str, PlainMachine]:
    found: dict[str, PlainMachine] = {}
    for row in read_rows(reading, folder / "machines.csv", MACHINE_COLUMNS):
        name = row.text("type")
        if name in found:
            row.refuse("type", "each machine type once is allowed")
        accelerator = row.words("accelerator")
        found[name] = PlainMachine(
            name=name,
            architecture=row.word("architecture", Architecture),
            vcpus=row.whole("vcpus", minimum=1),
            memory_mib=row.whole("memory_mib", minimum=1),
            accelerator_model=accelerator[0].partition(":")[2] if accelerator else None,
            accelerators=row.whole("accelerators"),
        )
    return found


def _read_prices(
    reading: Reading, folder: Path, cloud: str, entry: CloudEntry, machines: Mapping[str, PlainMachine]
) -> dict[tuple[str, str], tuple[PlainMachine, ...]]:
    found: dict[tuple[str, str], dict[str, PlainMachine]] = {(cloud, region): {} for region in entry.regions}
    for row in read_rows(reading, folder / "prices.csv", PRICE_COLUMNS):
        region, name = row.text("region"), row.text("type")
        on_demand, spot = row.price("on_demand"), row.price("spot")
        machine = machines.get(name)
        if machine is None:
            row.refuse("type", "a type that machines.csv has is allowed", hint=near_miss(name, machines))
        if region not in entry.regions:
            row.refuse("region", "a region that clouds.yaml has is allowed", hint=near_miss(region, entry.regions))
        if on_demand is None:
            row.refuse("on_demand", "a price is needed")
        if machine is None or on_demand is None or row.broken:
            continue
        if spot is not None and spot > on_demand:
            row.refuse("spot", f"at most the on-demand price, {on_demand}, is allowed")
        if name in found[cloud, region]:
            row.refuse("type", "each machine type once in a region is allowed")
        found[cloud, region][name] = machine.priced(on_demand, spot)
    return {place: tuple(priced.values()) for place, priced in found.items()}
