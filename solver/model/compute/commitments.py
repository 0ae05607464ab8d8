"""Commitments: what AWS sells for one or three years, and how it bills them against the hours that are used.

A commitment covers machine hours of the types in its scope at a rate below the on-demand price: a reservation machines
of one type, or as many normalised units of its family, an EC2 instance savings plan a number of USD an hour of one
family, a compute savings plan of any type. What is not used in an hour is lost. So all of them are USD an hour at given
rates, reservations in steps of one machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from solver.catalog.prices import CommitmentTerm, Offering
from solver.catalog.reservations import reserved_units
from solver.plan.billing import Promise, Reservation, SavingsPlan
from solver.vocabulary import CommitmentKind

_RESERVED = (CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED)


@dataclass(frozen=True)
class Good:
    """A commitment that may be bought in any amount."""

    term: CommitmentTerm
    """Kind, years, payment."""
    scope: str
    """A machine type, a family, or "" for all types."""
    rates: Mapping[str, float]
    """USD an hour by machine type, in its scope."""
    units: Mapping[str, float] = field(default_factory=dict[str, float])
    """Of a reservation: normalised units of an hour by machine type that it covers."""

    @property
    def by_machine(self) -> bool:
        """Bought in whole machines; else in USD an hour."""
        return self.term.kind in _RESERVED

    @property
    def rank(self) -> int:
        """AWS applies reservations first, then instance savings plans, then compute savings plans."""
        return 0 if self.by_machine else 1 if self.term.kind is CommitmentKind.INSTANCE_SAVINGS_PLAN else 2

    def promise(self, machines: float, usd_per_hour: float) -> Promise:
        """As the bill sees so much of it."""
        if self.by_machine:
            return Reservation(machines, self.units, self.units[self.scope])
        return SavingsPlan(self.term.kind, usd_per_hour, self.rates)


def goods_for(terms: Sequence[CommitmentTerm], offerings: Iterable[Offering]) -> tuple[Good, ...]:
    """Commitments of these terms for these machine types, without those that another one replaces.

    One with a wider scope and rates that are nowhere higher does all that a narrower one does.
    """
    on_sale = {offering.machine.name: offering for offering in offerings}
    families = by_family(on_sale.values())
    savings: dict[tuple[CommitmentTerm, str], dict[str, float]] = {}
    goods: list[Good] = []
    for name, offering in sorted(on_sale.items()):
        price = offering.on_demand_usd_per_hour
        for term in terms:
            rate = offering.commitments.get(term)
            if rate is None or price is None or rate >= price:
                continue
            if term.kind in _RESERVED:
                units = units_covered(offering, families)
                rates = {other: rate * many / units[name] for other, many in units.items()}
                goods.append(Good(term, name, rates, units))
            else:
                family = offering.machine.family if term.kind is CommitmentKind.INSTANCE_SAVINGS_PLAN else ""
                savings.setdefault((term, family), {})[name] = rate
    goods += [Good(term, scope, rates) for (term, scope), rates in savings.items()]
    goods.sort(key=lambda good: (-good.rank, good.scope, str(good.term)))
    return _unreplaced(goods)


def _unreplaced(goods: Sequence[Good]) -> tuple[Good, ...]:
    """Those that no other one replaces; of two that replace each other the first stays."""
    kept: dict[int, Good] = {}
    covering: dict[str, list[int]] = {}
    for number, good in enumerate(goods):
        # One that replaces another covers all that it covers.
        first = next(iter(good.rates))
        if any(each in kept and _replaces(kept[each], good) for each in covering.get(first, ())):
            continue
        for each in sorted({each for name in good.rates for each in covering.get(name, ()) if each in kept}):
            if _replaces(good, kept[each]):
                del kept[each]
        kept[number] = good
        for name in good.rates:
            covering.setdefault(name, []).append(number)
    return tuple(kept.values())


def by_family(offerings: Iterable[Offering]) -> dict[str, dict[str, float]]:
    """By family, normalised units of an hour of each type on demand that flexible reservations cover."""
    found: dict[str, dict[str, float]] = {}
    for offering in offerings:
        units = reserved_units(offering.machine)
        if units is not None and offering.on_demand_usd_per_hour is not None:
            found.setdefault(offering.machine.family, {})[offering.machine.name] = units
    return {family: dict(sorted(units.items())) for family, units in found.items()}


def units_covered(offering: Offering, families: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """Normalised units of an hour by machine type that a regional reservation of this type covers."""
    machine = offering.machine
    mine = reserved_units(machine)
    return {machine.name: 1.0} if mine is None else {**families.get(machine.family, {}), machine.name: mine}


def _replaces(good: Good, other: Good) -> bool:
    if good.by_machine and (not other.by_machine or good.units[good.scope] > other.units[other.scope]):
        return False
    return all(name in good.rates and good.rates[name] <= rate for name, rate in other.rates.items())


def merged(goods: Sequence[Good]) -> Good | None:
    """A savings plan over all types at the lowest rate of any of these commitments; None without any.

    For the same USD an hour it covers at least what they cover together, so what costs at least so much with it costs
    at least so much with them; a single savings plan of any type is itself.
    """
    if not goods:
        return None
    rates: dict[str, float] = {}
    for good in goods:
        for name, rate in good.rates.items():
            rates[name] = min(rate, rates.get(name, rate))
    return Good(goods[0].term, "", dict(sorted(rates.items())))
