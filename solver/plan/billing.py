"""Billing: one hour's usage against commitments, in the order in which AWS applies them.

Reservations come first: those of one machine size exactly, then size-flexible ones, which cover a family's normalised
units from its smallest machines to its largest. Then EC2 instance savings plans, then compute savings plans. Plans of
one kind are applied together: of all pairs of a plan and a usage the one that saves the largest part of the on-demand
price first, of equal ones the one with the lower rate. The rest is billed on demand; what of a commitment is not used
in the hour is lost.

Rules: https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf

from solver.vocabulary import CommitmentKind

_NOTHING = 1e-12
"""Amounts below it are the rounding of sums."""


@dataclass(frozen=True)
class Reservation:
    """Machines of one type that are paid for already."""

    machines: float
    units: Mapping[str, float]
    """Normalised units of a machine hour, by usage that it covers; of one usage where size does not flex."""
    units_per_machine: float
    """Of the reserved type."""

    @property
    def flexible(self) -> bool:
        """Covers other sizes of its family."""
        return len(self.units) > 1


@dataclass(frozen=True)
class SavingsPlan:
    """USD an hour that buy usage at lower rates."""

    kind: CommitmentKind
    """EC2 instance or compute savings plan."""
    usd_per_hour: float
    """What is committed to."""
    rates: Mapping[str, float]
    """USD a unit by usage that it covers."""


Promise = Reservation | SavingsPlan


@dataclass(frozen=True)
class Covered:
    """What one commitment covers of one usage."""

    promise: int
    """Its place among the commitments."""
    usage: str
    amount: float
    usd: float
    """Of the commitment: at its rate; 0 for a reservation, whose price does not depend on use."""


@dataclass(frozen=True)
class HourBill:
    """An hour's usage, by what pays for it."""

    covered: tuple[Covered, ...]
    """In the order in which it was covered."""
    on_demand: Mapping[str, float]
    """By usage: what no commitment covers."""
    on_demand_usd: float
    unused: tuple[float, ...]
    """By commitment, what is lost: machines of a reservation, USD of a savings plan."""


def bill_hour(usage: Mapping[str, float], prices: Mapping[str, float], promises: Sequence[Promise]) -> HourBill:
    """The bill of one hour, without what the commitments themselves cost.

    `usage` has amounts, machines or vCPUs or GiB, and `prices` the on-demand USD of one of them for the hour, both by
    any names that the commitments know too.
    """
    left = {name: float(amount) for name, amount in usage.items() if amount > 0}
    covered: list[Covered] = []
    unused = [0.0] * len(promises)
    reserved = [(place, each) for place, each in enumerate(promises) if isinstance(each, Reservation)]
    # Sizes that must match go first: a flexible reservation can still cover another size.
    for place, each in sorted(reserved, key=lambda item: item[1].flexible):
        unused[place] = _reserve(place, each, left, covered)
    for kind in (CommitmentKind.INSTANCE_SAVINGS_PLAN, CommitmentKind.COMPUTE_SAVINGS_PLAN):
        plans = {
            place: each for place, each in enumerate(promises) if isinstance(each, SavingsPlan) and each.kind is kind
        }
        budgets = _spend(plans, prices, left, covered)
        for place, budget in budgets.items():
            unused[place] = budget
    return HourBill(
        covered=tuple(covered),
        on_demand=left,
        on_demand_usd=fsum(amount * prices[name] for name, amount in left.items()),
        unused=tuple(unused),
    )


def _reserve(place: int, each: Reservation, left: dict[str, float], covered: list[Covered]) -> float:
    """Machines of a reservation that cover nothing."""
    units = each.machines * each.units_per_machine
    for name in sorted((name for name in left if name in each.units), key=lambda name: (each.units[name], name)):
        amount = min(left[name], units / each.units[name])
        if amount > _NOTHING:
            left[name] -= amount
            units -= amount * each.units[name]
            covered.append(Covered(place, name, amount, 0.0))
    return max(units, 0.0) / each.units_per_machine


def _spend(
    plans: Mapping[int, SavingsPlan], prices: Mapping[str, float], left: dict[str, float], covered: list[Covered]
) -> dict[int, float]:
    """USD of each plan that cover nothing."""
    budgets = {place: each.usd_per_hour for place, each in plans.items()}
    pairs = [(place, name) for place, each in plans.items() for name in left if name in each.rates]

    def order(pair: tuple[int, str]) -> tuple[float, float, str, int]:
        rate, price = plans[pair[0]].rates[pair[1]], prices[pair[1]]
        return (rate / price if price else inf, rate, pair[1], pair[0])

    for place, name in sorted(pairs, key=order):
        rate = plans[place].rates[name]
        amount = min(left[name], budgets[place] / rate) if rate else left[name]
        if amount > _NOTHING:
            left[name] -= amount
            budgets[place] = max(budgets[place] - amount * rate, 0.0)
            covered.append(Covered(place, name, amount, amount * rate))
    return budgets
