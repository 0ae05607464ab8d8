"""Purchase of a fleet: what the organisation buys for the machines of all its stacks, and whose machines it pays for.

The bill is AWS's (`solver.plan.billing`), for all machines together. A commitment that covers machines of a type in an
hour covers each stack's in proportion; what of it is lost is shared as what is used is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from solver.model.backend import Backend
from solver.model.compute.commitments import Good
from solver.model.compute.purchase import Bought, Usage, best_commitments, usd_per_week, week_of
from solver.model.fleet.usage import total_usage
from solver.plan.billing import bill_hour

_NOTHING = 1e-9


@dataclass(frozen=True)
class Market:
    """What may be bought, and what is held."""

    goods: tuple[Good, ...]
    held: tuple[Bought, ...]
    prices: Mapping[str, float]
    """On-demand USD an hour by region and type."""
    backend: Backend

    def buy(self, usage: Sequence[Usage]) -> tuple[Bought, ...]:
        """What makes these hours cheapest."""
        return best_commitments(week_of(usage, self.prices), self.goods, self.backend, self.held)

    def usd(self, usage: Sequence[Usage], bought: Sequence[Bought]) -> float:
        """USD of these hours: commitments, and what they and the held ones leave on demand."""
        return usd_per_week(week_of(usage, self.prices), bought, self.held)


@dataclass
class Shares:
    """Whose machines what pays for, over all hours."""

    on_demand_usd: dict[str, float] = field(default_factory=dict[str, float])
    """By stack."""
    used: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    """By commitment, held ones first: normalised units of a reservation, USD of a savings plan, by stack."""
    lost: list[float] = field(default_factory=list[float])
    """By commitment: machine hours of a reservation, USD of a savings plan."""

    def parts(self, number: int) -> dict[str, float]:
        """Of a commitment, each stack's part of what is used; equal parts where nothing is."""
        used = {name: amount for name, amount in self.used[number].items() if amount > _NOTHING}
        total = sum(used.values())
        if total <= 0:
            return {name: 1 / len(self.on_demand_usd) for name in self.on_demand_usd}
        return {name: amount / total for name, amount in used.items()}


def shares_of(weeks: Mapping[str, Sequence[Usage]], promised: Sequence[Bought], prices: Mapping[str, float]) -> Shares:
    """By the bill of each hour of all stacks together; `promised` are the held ones and then the bought ones."""
    found = Shares(dict.fromkeys(weeks, 0.0), [dict.fromkeys(weeks, 0.0) for _ in promised], [0.0] * len(promised))
    promises = [each.promise for each in promised]
    total = total_usage(weeks.values())
    for hour, usage in enumerate(total):
        if not usage:
            found.lost = [
                lost + (each.machines if each.good.by_machine else each.usd_per_hour)
                for lost, each in zip(found.lost, promised, strict=True)
            ]
            continue
        bill = bill_hour(usage, prices, promises)
        here = {name: week[hour] for name, week in weeks.items()}
        for name, left in bill.on_demand.items():
            usd = left * prices[name] / usage[name]
            for stack, mine in here.items():
                found.on_demand_usd[stack] += usd * mine.get(name, 0)
        for each in bill.covered:
            one = promised[each.promise]
            amount = each.amount * one.good.units[each.usage] if one.good.by_machine else each.usd
            for stack, mine in here.items():
                found.used[each.promise][stack] += amount * mine.get(each.usage, 0) / usage[each.usage]
        found.lost = [lost + unused for lost, unused in zip(found.lost, bill.unused, strict=True)]
    return found


def separate_usd_per_week(
    weeks: Mapping[str, Sequence[Usage]],
    own: Mapping[str, Sequence[Bought]],
    held: Sequence[Bought],
    prices: Mapping[str, float],
) -> float:
    """USD of on-demand hours and commitments when each stack's own cover its own machines alone.

    Held ones cover what these leave, of all stacks.
    """
    total = 0.0
    hours = len(next(iter(weeks.values()), ()))
    left: list[dict[str, float]] = [{} for _ in range(hours)]
    for name, week in weeks.items():
        promises = [each.promise for each in own[name]]
        total += hours * sum(each.usd_per_hour for each in own[name])
        for hour, usage in enumerate(week):
            for machine, amount in bill_hour(usage, prices, promises).on_demand.items():
                left[hour][machine] = left[hour].get(machine, 0.0) + amount
    shared = [each.promise for each in held]
    return total + sum(bill_hour(usage, prices, shared).on_demand_usd for usage in left)
