"""Reads regions/<region>/machine_prices.csv: one row for each machine type that the region offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from solver.catalog.machines import MachineType
from solver.catalog.notes import Note, NoteKind
from solver.catalog.prices import CommitmentTerm, Offering, Source
from solver.catalog.regions import Region
from solver.catalog.tables import Reading, Row, near_miss, positive_price, read_rows
from solver.vocabulary import CommitmentKind, Payment

_YEARS: tuple[Literal[1, 3], ...] = (1, 3)
MEASURED_TERMS = tuple(
    CommitmentTerm(kind, years, payment)
    for kind in (CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED)
    for years in _YEARS
    for payment in Payment
)
"""The commitments that have a column, in the columns' order."""

PRICE_COLUMNS = (
    "type",
    "zones",
    "on_demand",
    "spot",
    "spot_by_zone",
    "interruptions",
    "source",
    *(
        f"{term.kind.value.removesuffix('-reserved')}_{term.years}y_{term.payment.value.replace('-', '_')}"
        for term in MEASURED_TERMS
    ),
)
_MOST_HINTS = 20
_BANDS = ("<5%", "5-10%", "10-15%", "15-20%", ">20%")


class OfferingTable:
    """Reads one region's table; what is known about machines, sources and images comes in from the other tables."""

    def __init__(
        self,
        reading: Reading,
        region: Region,
        machines: Mapping[str, MachineType],
        sources: Mapping[str, Source],
        rates_of: Mapping[CommitmentKind, CommitmentKind],
        has_image: Callable[[MachineType], bool],
    ) -> None:
        self._reading = reading
        self._region = region
        self._machines = machines
        self._sources = sources
        self._has_image = has_image
        self._zones_of: dict[str, tuple[str, ...]] = {}
        terms: list[CommitmentTerm] = []
        columns: list[int] = []
        for position, term in enumerate(MEASURED_TERMS):
            kinds = [term.kind, *(kind for kind, origin in rates_of.items() if origin is term.kind)]
            terms += [CommitmentTerm(kind, term.years, term.payment) for kind in kinds]
            columns += [position] * len(kinds)
        self._terms = terms
        self._columns = columns
        self.notes: list[Note] = []

    def read(self, path: Path) -> dict[str, Offering]:
        """The region's offerings by machine type, ordered by name."""
        found: dict[str, Offering] = {}
        for row in read_rows(self._reading, path, PRICE_COLUMNS):
            name = row.text("type")
            machine = self._machines.get(name)
            if machine is None:
                if name in self._reading.withheld:
                    continue
                row.refuse("type", "a machine type that a file in machines/ has is allowed", hint=self._near(name))
                continue
            if name in found:
                row.refuse("type", "each machine type once is allowed", hint="Remove one of the two rows.")
            offering = self._offering(row, machine)
            if not row.broken:
                found[name] = offering
        self.notes.sort(key=lambda note: note.subject)
        self._note_holes(found)
        return dict(sorted(found.items()))

    def _near(self, name: str) -> str | None:
        # A name takes a few milliseconds among thousands: where all are wrong, a few hints tell why.
        return near_miss(name, self._machines) if len(self._reading.problems) < _MOST_HINTS else None

    def _offering(self, row: Row, machine: MachineType) -> Offering:
        on_demand = row.price("on_demand")
        zones = self._zones(row)
        spot = self._spot(row, machine, zones, on_demand)
        bootable = self._has_image(machine)
        band = row.words("interruptions")
        if band and band[0] not in _BANDS:
            row.refuse("interruptions", f"{', '.join(_BANDS)} or an empty cell are allowed")
        return Offering(
            machine=machine,
            zones=zones,
            on_demand_usd_per_hour=on_demand,
            spot_usd_per_hour=spot,
            interruption_band=band[0] if band else None,
            commitments=self._commitments(row, machine, on_demand),
            source=None if on_demand is None else self._source(row),
            purchasable=bootable and not machine.capacity_block_only and (on_demand is not None or bool(spot)),
        )

    def _source(self, row: Row) -> Source | None:
        name = row.text("source")
        source = self._sources.get(name)
        if source is None:
            row.refuse("source", "a source that sources.yaml has is needed", hint=near_miss(name, self._sources))
        return source

    def _zones(self, row: Row) -> tuple[str, ...]:
        """The row's zones in the region's default order; rows of equal zones share one tuple."""
        names = row.words("zones")
        joined = " ".join(names)
        zones = self._zones_of.get(joined)
        if zones is not None:
            return zones
        known = self._region.zone_ids
        for name in names:
            if name not in known:
                row.refuse(
                    "zones",
                    f"zone ids of {self._region.name} are allowed: {' '.join(known)}",
                    hint=near_miss(name, known),
                )
        if not names or len(set(names)) != len(names):
            row.refuse("zones", "at least one zone id, each once, is allowed")
        zones = tuple(zone for zone in known if zone in names)
        if not row.broken:
            self._zones_of[joined] = zones
        return zones

    def _spot(
        self, row: Row, machine: MachineType, zones: tuple[str, ...], on_demand: float | None
    ) -> Mapping[str, float]:
        """The spot price of each zone; a price above on demand is left out, since nobody should pay it."""
        regional = row.price("spot")
        by_zone: dict[str, float] = {} if regional is None else dict.fromkeys(zones, regional)
        for word in row.words("spot_by_zone"):
            zone, _, amount = word.partition("=")
            price = positive_price(amount)
            if price is None or zone not in zones:
                row.refuse("spot_by_zone", "<zone id>=<USD above 0>, for a zone of the row, is allowed: use1-az1=0.05")
            else:
                by_zone[zone] = price
        if not machine.spot_supported:
            if by_zone:
                row.refuse("spot", "no spot price is allowed: the type has the flag no-spot")
            return {}
        if on_demand is not None and by_zone and max(by_zone.values()) > on_demand:
            for zone in [zone for zone, price in by_zone.items() if price > on_demand]:
                price = by_zone.pop(zone)
                self._note(NoteKind.DROPPED, machine.name, f"spot in {zone} at {price} is above on demand, {on_demand}")
        return by_zone

    def _commitments(self, row: Row, machine: MachineType, on_demand: float | None) -> Mapping[CommitmentTerm, float]:
        """Effective rates by term; a rate that is not below on demand is left out, since nobody should commit to it."""
        rates = row.prices(PRICE_COLUMNS[7], len(MEASURED_TERMS))
        offered = [rate for rate in rates if rate is not None]
        if not offered or on_demand is None:
            return {}
        if max(offered) >= on_demand:
            dear = sum(rate >= on_demand for rate in offered)
            self._note(
                NoteKind.DROPPED,
                machine.name,
                f"{dear} of {len(offered)} reservation rates are not below on demand, {on_demand}, a later price",
            )
            rates = [None if rate is None or rate >= on_demand else rate for rate in rates]
        values = [rates[column] for column in self._columns]
        return {term: rate for term, rate in zip(self._terms, values, strict=True) if rate is not None}

    def _note(self, kind: NoteKind, subject: str, text: str) -> None:
        self.notes.append(Note(kind, self._region.name, subject, text))

    def _note_holes(self, offerings: Mapping[str, Offering]) -> None:
        """One note for each family with types that can't be bought, and why."""
        unpriced: dict[str, int] = {}
        unbootable: dict[str, int] = {}
        for offering in offerings.values():
            family = offering.machine.family
            if offering.on_demand_usd_per_hour is None and not offering.machine.capacity_block_only:
                unpriced[family] = unpriced.get(family, 0) + 1
            elif not self._has_image(offering.machine):
                unbootable[family] = unbootable.get(family, 0) + 1
        for family, count in sorted(unpriced.items()):
            self._note(NoteKind.HOLE, family, f"{count} offered types have no on-demand price in any source")
        for family, count in sorted(unbootable.items()):
            self._note(NoteKind.HOLE, family, f"{count} offered types have no ECS-optimised image")
