"""What is odd in price tables: prices off their family's, off the table before, or off what AWS sells at all.

A broken cell, a zero among them, is an error when the tables are read; what is here can be read, and may be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from poolwright.price_tables.moves import PriceMove, PriceMoves
from solver.catalog.catalog import Catalog
from solver.catalog.machines import QuotaFamily
from solver.catalog.notes import NoteKind
from solver.catalog.prices import CommitmentTerm, Offering
from solver.vocabulary import CommitmentKind, Payment

_LEAST_TYPES = 3
"""Of a family: of two prices nobody knows which is the odd one."""
_LEAST_SPOT = 0.095
"""Part of the on-demand price: AWS says that spot machines are up to 90 % cheaper, and prices are rounded."""
_DEARER = 1.05
"""Smallest types pay cents upfront, whose rounding shows."""
_BY_SIZE = (QuotaFamily.HPC, QuotaFamily.HIGH_MEMORY)
"""Families that cost the same whatever part of the machine is used."""


class OddityKind(StrEnum):
    """What is odd."""

    SIZE = "size"
    """A vCPU costs otherwise than in the family's other sizes."""
    REGION = "region"
    """The price differs from other regions otherwise than the family's other sizes do."""
    JUMP = "jump"
    """It moved since the table before, alone or with its family."""
    SPOT_ABOVE = "spot-above"
    """Spot above on demand; the loader leaves it out."""
    SPOT_LOW = "spot-low"
    """Spot below anything that AWS offers."""
    TERMS = "terms"
    """A longer or firmer commitment costs more than a shorter or softer one."""


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """One price that someone should look at."""

    kind: OddityKind
    region: str
    subject: str
    """A machine type, or a family."""
    text: str

    def __str__(self) -> str:
        return f"{self.region} {self.subject}: {self.text}"


def oddities(catalog: Catalog, *, jump_percent: float, moved: PriceMoves | None = None) -> tuple[Oddity, ...]:
    """All that is odd, by kind, region and subject; `moved` is what differs from the table before."""
    found = [
        *_off_size(catalog, jump_percent),
        *_off_region(catalog, jump_percent),
        *(() if moved is None else _jumps(moved, jump_percent)),
        *_spot(catalog),
        *_terms(catalog),
    ]
    order = list(OddityKind)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.region, each.subject, each.text)))


def _off_size(catalog: Catalog, percent: float) -> Iterator[Oddity]:
    """USD a vCPU against the median of the family: sizes of most families cost by the vCPU."""
    for region in catalog.regions:
        rates = _by_family(
            catalog.offerings(region),
            lambda offering: None if _costs_otherwise(offering) else _usd(offering) / offering.machine.vcpus,
        )
        for name, usual, rate in _apart(rates, percent):
            text = f"{rate:.5f} USD a vCPU and hour, its family has {usual:.5f} ({_percent(rate, usual)})"
            yield Oddity(kind=OddityKind.SIZE, region=region, subject=name, text=text)


def _costs_otherwise(offering: Offering) -> bool:
    machine = offering.machine
    return machine.accelerator is not None or machine.burstable or machine.bare_metal or machine.quota in _BY_SIZE


def _off_region(catalog: Catalog, percent: float) -> Iterator[Oddity]:
    """The price against the median of all regions' prices of the type: AWS's regions differ by family, not by size."""
    usual_of: dict[str, float] = {}
    prices: dict[str, list[float]] = {}
    for region in catalog.regions:
        for offering in catalog.offerings(region):
            if offering.on_demand_usd_per_hour is not None:
                prices.setdefault(offering.machine.name, []).append(offering.on_demand_usd_per_hour)
    usual_of = {name: median(found) for name, found in prices.items() if len(found) > 1}
    for region in catalog.regions:
        parts = _by_family(
            catalog.offerings(region),
            lambda offering: (
                _usd(offering) / usual_of[offering.machine.name] if offering.machine.name in usual_of else None
            ),
        )
        for name, usual, part in _apart(parts, percent):
            text = f"{part:.2f} times what regions ask for it, its family {usual:.2f} times ({_percent(part, usual)})"
            yield Oddity(kind=OddityKind.REGION, region=region, subject=name, text=text)


def _by_family(
    offerings: Iterable[Offering], figure: Callable[[Offering], float | None]
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for offering in offerings:
        if offering.on_demand_usd_per_hour is not None and (value := figure(offering)) is not None:
            found.setdefault(offering.machine.family, {})[offering.machine.name] = value
    return found


def _apart(families: Mapping[str, Mapping[str, float]], percent: float) -> Iterator[tuple[str, float, float]]:
    """Type, the family's median and its own figure, where the two differ by more."""
    for figures in families.values():
        usual = median(figures.values())
        if len(figures) < _LEAST_TYPES:
            continue
        for name, figure in figures.items():
            if abs(figure / usual - 1) * 100 > percent:
                yield name, usual, figure


def _jumps(moved: PriceMoves, percent: float) -> Iterator[Oddity]:
    """Moves by more: one line for what a family did together, one for each price that went its own way."""
    groups: dict[tuple[str, str, str], list[PriceMove]] = {}
    for move in moved.moves:
        groups.setdefault((move.region, move.family, move.option), []).append(move)
    for (region, family, option), moves in groups.items():
        usual = median(move.percent for move in moves) if len(moves) >= _LEAST_TYPES else 0.0
        if abs(usual) > percent:
            text = f"{len(moves)} {option} prices moved by {usual:+.1f} % together"
            yield Oddity(kind=OddityKind.JUMP, region=region, subject=family, text=text)
        for move in moves:
            if abs(move.percent - usual) > percent or (move.old_usd == 0.0) != (move.new_usd == 0.0):
                detail = f" {move.detail}" if move.detail else ""
                text = f"{option}{detail} {move.old_usd:g} → {move.new_usd:g} ({move.percent:+.1f} %)"
                yield Oddity(kind=OddityKind.JUMP, region=region, subject=move.name, text=text)


def _spot(catalog: Catalog) -> Iterator[Oddity]:
    for note in catalog.notes:
        if note.kind is NoteKind.DROPPED and note.text.startswith("spot "):
            yield Oddity(kind=OddityKind.SPOT_ABOVE, region=note.region, subject=note.subject, text=note.text)
    for region in catalog.regions:
        for offering in catalog.offerings(region):
            on_demand = offering.on_demand_usd_per_hour
            low = {
                zone: usd
                for zone, usd in offering.spot_usd_per_hour.items()
                if on_demand is not None and usd < _LEAST_SPOT * on_demand
            }
            if low and on_demand is not None:
                least = min(low.values())
                text = f"spot at {least:g} in {' '.join(low)} is {least / on_demand:.0%} of on demand, {on_demand:g}"
                yield Oddity(kind=OddityKind.SPOT_LOW, region=region, subject=offering.machine.name, text=text)


def _terms(catalog: Catalog) -> Iterator[Oddity]:
    """Three years cost at most what one does, standard at most what convertible, more upfront at most what less."""
    for region in catalog.regions:
        for offering in catalog.offerings(region):
            rates = offering.commitments
            for term, usd in rates.items():
                for other in _softer(term):
                    if usd > rates.get(other, usd) * _DEARER:
                        text = f"{term} at {usd:g} costs more than {other} at {rates[other]:g}"
                        yield Oddity(kind=OddityKind.TERMS, region=region, subject=offering.machine.name, text=text)


def _softer(term: CommitmentTerm) -> Iterator[CommitmentTerm]:
    """Terms that bind less and otherwise bind alike; savings plans have the rates of reservations."""
    if term.kind not in (CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED):
        return
    if term.years == 3:
        yield term._replace(years=1)
    if term.kind is CommitmentKind.STANDARD_RESERVED:
        yield term._replace(kind=CommitmentKind.CONVERTIBLE_RESERVED)
    payments = list(Payment)
    if later := payments[: payments.index(term.payment)]:
        yield term._replace(payment=later[-1])


def _usd(offering: Offering) -> float:
    return offering.on_demand_usd_per_hour or 0.0


def _percent(figure: float, usual: float) -> str:
    return f"{(figure / usual - 1) * 100:+.1f} %"
