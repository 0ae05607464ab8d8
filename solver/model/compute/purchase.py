"""How machine hours are bought: what given commitments cover, and which commitments are worth buying.

AWS applies commitments hour by hour: reservations first, then EC2 instance savings plans, then compute savings plans, a
plan to the usage with the highest saving first; the rest is billed on demand, and what is not used is lost
(https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import pulp

from solver.model.backend import Backend, whole
from solver.model.compute.commitments import Good
from solver.quantity import HOURS_PER_WEEK

_pulp: Any = pulp
_STEP = 1000
"""Savings plans are bought in thousandths of a USD an hour."""

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


@dataclass(frozen=True)
class Week:
    """Usage of the week: how many hours have which."""

    usages: tuple[tuple[Usage, int], ...]
    """Distinct usages and their hours."""
    prices: Mapping[str, float]
    """On-demand USD an hour by machine type."""


def week_of(hourly: Sequence[Usage], prices: Mapping[str, float]) -> Week:
    """Equal hours merged."""
    merged: dict[tuple[tuple[str, int], ...], int] = {}
    for usage in hourly:
        key = tuple(sorted((name, count) for name, count in usage.items() if count))
        merged[key] = merged.get(key, 0) + 1
    return Week(tuple((dict(key), hours) for key, hours in sorted(merged.items())), prices)


def excess(usage: Usage, bought: Sequence[Bought], prices: Mapping[str, float]) -> dict[str, float]:
    """Machine hours of each type that no commitment covers in an hour with this usage."""
    left = {name: float(count) for name, count in usage.items()}
    for each in sorted(bought, key=lambda item: (item.good.rank, item.good.scope, str(item.good.term))):
        rates = each.good.rates
        if each.good.by_machine:
            left = {name: max(0.0, count - each.machines) if name in rates else count for name, count in left.items()}
            continue
        budget = each.usd_per_hour
        for name in sorted(
            (name for name in left if name in rates), key=lambda name: (rates[name] / prices[name], name)
        ):
            covered = min(left[name], budget / rates[name])
            left[name] -= covered
            budget -= covered * rates[name]
    return left


def usd_per_week(week: Week, bought: Sequence[Bought]) -> float:
    """Commitments and what they don't cover."""
    total = HOURS_PER_WEEK * sum(each.usd_per_hour for each in bought)
    for usage, hours in week.usages:
        total += hours * sum(count * week.prices[name] for name, count in excess(usage, bought, week.prices).items())
    return total


def best_commitments(week: Week, goods: Sequence[Good], backend: Backend) -> tuple[Bought, ...]:
    """The commitments that make this week cheapest, by an integer program (reservations are whole).

        min   Σ_g 168 · level(g)  +  Σ_t hours(t) · Σ_m price(m) · excess(m, t)
        s.t.  usage(m, t)  ≤  excess(m, t)  +  Σ_g covered(g, m, t)
              Σ_m rate(g, m) · covered(g, m, t)  ≤  level(g)

    Levels of savings plans are rounded to what can be bought, whichever way is cheaper; what does not pay is dropped.
    """
    used = {name for usage, _ in week.usages for name in usage}
    useful = [good for good in goods if used & set(good.rates)]
    if not useful:
        return ()
    found = _levels(week, useful, backend)
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
                usd_per_week(week, [*bought[:place], option, *bought[place + 1 :]]),
                option.usd_per_hour,
            ),
        )
    return tuple(each for each in bought if each.usd_per_hour > 0)


def _levels(week: Week, goods: Sequence[Good], backend: Backend) -> list[float]:
    problem: Any = _pulp.LpProblem("commitments", _pulp.LpMinimize)
    levels = [
        _pulp.LpVariable(f"level_{number:03d}", 0, None, _pulp.LpInteger if good.by_machine else _pulp.LpContinuous)
        for number, good in enumerate(goods)
    ]
    cost: dict[Any, float] = {}
    for good, level in zip(goods, levels, strict=True):
        cost[level] = HOURS_PER_WEEK * (good.rates[good.scope] if good.by_machine else 1.0)
    rows: list[tuple[str, dict[Any, float], float]] = []
    for time, (usage, hours) in enumerate(week.usages):
        spent: list[dict[Any, float]] = [{} for _ in goods]
        for place, (name, count) in enumerate(sorted(usage.items())):
            rest = _pulp.LpVariable(f"excess_{time:03d}_{place:02d}", 0)
            cost[rest] = hours * week.prices[name]
            terms: dict[Any, float] = {rest: 1.0}
            for number, good in enumerate(goods):
                if name in good.rates:
                    covered = _pulp.LpVariable(f"covered_{time:03d}_{place:02d}_{number:03d}", 0)
                    terms[covered] = 1.0
                    spent[number][covered] = -1.0 if good.by_machine else -good.rates[name]
            rows.append((f"usage_{time:03d}_{place:02d}", terms, float(count)))
        for number, level in enumerate(levels):
            if spent[number]:
                rows.append((f"within_{time:03d}_{number:03d}", {level: 1.0, **spent[number]}, 0.0))
    problem += _pulp.LpAffineExpression(cost)
    for name, terms, least in rows:
        problem += _pulp.LpConstraint(_pulp.LpAffineExpression(terms), _pulp.LpConstraintGE, name, least)
    found = backend.run(problem, gap_rel=1e-6)
    return [found.values.get(f"level_{number:03d}", 0.0) for number in range(len(goods))]
