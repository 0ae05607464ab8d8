"""How machine hours are bought: what given commitments cover, and which commitments are worth buying.

The bill is that of `solver.plan.billing`, hour by hour. What is bought is found by an integer program that covers usage
as it likes, which is how AWS does it with one commitment, and at most cheaper than that with several; what a plan costs
is then read off the bill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import pulp

from solver.model.backend import Backend
from solver.model.compute.commitments import Good
from solver.model.solution import whole
from solver.plan.billing import Promise, bill_hour

_pulp: Any = pulp
_STEP = 1000
"""Savings plans are bought in thousandths of a USD an hour."""
_HARDLY = 1.005

Usage = Mapping[str, int]
"""On-demand machines that run, by machine type."""


@dataclass(frozen=True)
class Bought:
    """A commitment in some amount."""

    good: Good
    machines: int
    """Of reservations."""
    usd_per_hour: float
    """What is paid each hour, used or not."""

    @property
    def holds(self) -> float:
        """Normalised units of a reservation, USD of a savings plan: what it can give in an hour."""
        return self.machines * self.good.units[self.good.scope] if self.good.by_machine else self.usd_per_hour

    @property
    def takes(self) -> Mapping[str, float]:
        """How much of it a machine hour takes, by type."""
        return self.good.units if self.good.by_machine else self.good.rates

    @property
    def promise(self) -> Promise:
        """As the bill sees it."""
        return self.good.promise(self.machines, self.usd_per_hour)


@dataclass(frozen=True)
class Week:
    """Usage of the week, or of any other time: how many hours have which."""

    usages: tuple[tuple[Usage, int], ...]
    """Distinct usages and their hours."""
    prices: Mapping[str, float]
    """On-demand USD an hour by machine type."""

    @property
    def hours(self) -> int:
        """All of them."""
        return sum(hours for _, hours in self.usages)


def week_of(hourly: Sequence[Usage], prices: Mapping[str, float]) -> Week:
    """Equal hours merged."""
    merged: dict[tuple[tuple[str, int], ...], int] = {}
    for usage in hourly:
        key = tuple(sorted((name, count) for name, count in usage.items() if count))
        merged[key] = merged.get(key, 0) + 1
    return Week(tuple((dict(key), hours) for key, hours in sorted(merged.items())), prices)


def excess(usage: Usage, bought: Sequence[Bought], prices: Mapping[str, float]) -> dict[str, float]:
    """Machine hours of each type that no commitment covers in an hour with this usage."""
    return dict(bill_hour(usage, prices, [each.promise for each in bought]).on_demand)


def usd_per_week(week: Week, bought: Sequence[Bought], held: Sequence[Bought] = ()) -> float:
    """Commitments, and what they and the held ones don't cover."""
    total = week.hours * sum(each.usd_per_hour for each in bought)
    for usage, hours in week.usages:
        left = excess(usage, (*held, *bought), week.prices)
        total += hours * sum(count * week.prices[name] for name, count in left.items())
    return total


def best_commitments(
    week: Week, goods: Sequence[Good], backend: Backend, held: Sequence[Bought] = ()
) -> tuple[Bought, ...]:
    """The commitments that make this week cheapest beside the held ones, by an integer program (machines are whole).

        min   Σ_t hours(t) · Σ_g level(g)  +  Σ_t hours(t) · Σ_m price(m) · excess(m, t)
        s.t.  usage(m, t)  ≤  excess(m, t)  +  Σ_g covered(g, m, t)
              Σ_m rate(g, m) · covered(g, m, t)  ≤  level(g)

    Levels of savings plans are rounded to what can be bought, whichever way is cheaper; what does not pay is dropped.
    """
    useful = _useful(goods, {name for usage, _ in week.usages for name in usage})
    if not useful:
        return ()
    found = _levels(week, useful, backend, held)
    bought: list[Bought] = []
    for good, level in zip(useful, found, strict=True):
        if good.by_machine:
            machines = whole(level)
            bought.append(Bought(good, machines, machines * good.rates[good.scope]))
        else:
            bought.append(Bought(good, 0, level))
    for place, each in enumerate(bought):
        if each.good.by_machine:
            continue
        options = [
            Bought(each.good, 0, steps / _STEP)
            for steps in {floor(each.usd_per_hour * _STEP + 1e-6), ceil(each.usd_per_hour * _STEP - 1e-6)}
        ]
        bought[place] = min(
            options,
            key=lambda option: (
                usd_per_week(week, [*bought[:place], option, *bought[place + 1 :]], held),
                option.usd_per_hour,
            ),
        )
    return tuple(each for each in bought if each.usd_per_hour > 0)


def _useful(goods: Sequence[Good], used: set[str]) -> list[Good]:
    """Commitments that cover some of what is used; of reservations that cover the same, those of one size.

    It is the smallest that runs, since all others are multiples of it, among those that cost hardly more by the unit.
    """
    useful = [good for good in goods if used & set(good.rates) and (not good.by_machine or good.scope in used)]
    alike: dict[tuple[object, ...], list[Good]] = {}
    for good in useful:
        if good.by_machine:
            alike.setdefault((good.term, tuple(good.units)), []).append(good)
    kept: list[Good] = []
    for each in alike.values():
        least = min(_usd_per_unit(good) for good in each)
        cheap = [good for good in each if _usd_per_unit(good) <= least * _HARDLY]
        kept.append(min(cheap, key=lambda good: (good.units[good.scope], good.scope)))
    return [good for good in useful if not good.by_machine or good in kept]


def _usd_per_unit(good: Good) -> float:
    return good.rates[good.scope] / good.units[good.scope]


def _levels(week: Week, goods: Sequence[Good], backend: Backend, held: Sequence[Bought]) -> list[float]:
    problem: Any = _pulp.LpProblem("commitments", _pulp.LpMinimize)
    levels = [
        _pulp.LpVariable(f"level_{number:03d}", 0, None, _pulp.LpInteger if good.by_machine else _pulp.LpContinuous)
        for number, good in enumerate(goods)
    ]
    cost: dict[Any, float] = {}
    for good, level in zip(goods, levels, strict=True):
        cost[level] = week.hours * (good.rates[good.scope] if good.by_machine else 1.0)
    rows: list[tuple[str, dict[Any, float], float]] = []
    for time, (usage, hours) in enumerate(week.usages):
        spent: list[dict[Any, float]] = [{} for _ in goods]
        spent_held: list[dict[Any, float]] = [{} for _ in held]
        for place, (name, count) in enumerate(sorted(usage.items())):
            rest = _pulp.LpVariable(f"excess_{time:03d}_{place:02d}", 0)
            cost[rest] = hours * week.prices[name]
            terms: dict[Any, float] = {rest: 1.0}
            for number, good in enumerate(goods):
                if name in good.rates:
                    covered = _pulp.LpVariable(f"covered_{time:03d}_{place:02d}_{number:03d}", 0)
                    terms[covered] = 1.0
                    spent[number][covered] = -good.rates[name] / (good.rates[good.scope] if good.by_machine else 1.0)
            for number, each in enumerate(held):
                if name in each.takes:
                    covered = _pulp.LpVariable(f"held_{time:03d}_{place:02d}_{number:03d}", 0)
                    terms[covered] = 1.0
                    spent_held[number][covered] = -each.takes[name]
            rows.append((f"usage_{time:03d}_{place:02d}", terms, float(count)))
        for number, level in enumerate(levels):
            if spent[number]:
                rows.append((f"within_{time:03d}_{number:03d}", {level: 1.0, **spent[number]}, 0.0))
        for number, each in enumerate(held):
            if spent_held[number]:
                rows.append((f"holds_{time:03d}_{number:03d}", spent_held[number], -each.holds))
    problem += _pulp.LpAffineExpression(cost)
    for name, terms, least in rows:
        problem += _pulp.LpConstraint(_pulp.LpAffineExpression(terms), _pulp.LpConstraintGE, name, least)
    found = backend.run(problem, gap_rel=1e-6)
    return [found.values.get(f"level_{number:03d}", 0.0) for number in range(len(goods))]
