"""Commitments: what AWS sells for one or three years, and how it bills them against the hours that are used.

A commitment covers machine hours of the types in its scope at a rate below the on-demand price: a reservation one
machine of one type, an EC2 instance savings plan a number of USD an hour of one family, a compute savings plan of any
type. What is not used in an hour is lost. So all of them are USD an hour at given rates, reservations in steps of one
machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from solver.catalog.prices import CommitmentTerm, Offering
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

    @property
    def by_machine(self) -> bool:
        """Bought in whole machines; else in USD an hour."""
        return self.term.kind in _RESERVED

    @property
    def rank(self) -> int:
        """AWS applies reservations first, then instance savings plans, then compute savings plans."""
        return 0 if self.by_machine else 1 if self.term.kind is CommitmentKind.INSTANCE_SAVINGS_PLAN else 2


def goods_for(terms: Sequence[CommitmentTerm], offerings: Iterable[Offering]) -> tuple[Good, ...]:
    """Commitments of these terms for these machine types, without those that another one replaces.

    One with a wider scope and rates that are nowhere higher does all that a narrower one does.
    """
    on_sale = sorted({offering.machine.name: offering for offering in offerings}.items())
    found: dict[tuple[CommitmentTerm, str], dict[str, float]] = {}
    for name, offering in on_sale:
        price = offering.on_demand_usd_per_hour
        for term in terms:
            rate = offering.commitments.get(term)
            if rate is not None and price is not None and rate < price:
                found.setdefault((term, _scope(term, offering)), {})[name] = rate
    goods = [Good(term, scope, rates) for (term, scope), rates in found.items()]
    goods.sort(key=lambda good: (-good.rank, good.scope, str(good.term)))
    kept: list[Good] = []
    for good in goods:
        if not any(_replaces(other, good) for other in kept):
            kept = [other for other in kept if not _replaces(good, other)] + [good]
    return tuple(kept)


def _scope(term: CommitmentTerm, offering: Offering) -> str:
    if term.kind in _RESERVED:
        return offering.machine.name
    return offering.machine.family if term.kind is CommitmentKind.INSTANCE_SAVINGS_PLAN else ""


def _replaces(good: Good, other: Good) -> bool:
    return (good.by_machine is other.by_machine or not good.by_machine) and all(
        name in good.rates and good.rates[name] <= rate for name, rate in other.rates.items()
    )


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
