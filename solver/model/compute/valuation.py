"""Valuation: what machines cost when a USD of the savings plan's level is worth so much.

A savings plan of level s in USD an hour covers on-demand machines in the order of what it saves, the highest ratio ρ of
price to rate first. What an hour then costs is, by duality of that fractional knapsack,

    f(s)  =  max over θ:  Σ machines · price · min(1, θ / ρ)  +  (spot, volumes)  −  θ · s

with θ what one more USD of the level is worth. The maximum lies at θ = 0 or at a ratio ρ of a machine that runs. So a
choice of machines is a vector of costs, one for each θ of a fixed list, which adds up over machines and services, and
whose maximum less θ · s is its cost at any level. Ratios that are close are rounded up to one: machines then cost at
most that much less than they do, and what is proved as a lower bound holds.

Commitments that are held have a worth each, too: w for each unit of what one can give in an hour (H of them), of which
a machine takes t. With any worths w ≥ 0 an hour costs at least

    Σ machines · min(price · min(1, θ / ρ), w · t)  −  Σ w · H  −  θ · s

so each θ of the list comes with several sets of worths of the held ones, none, full, and between; a vector has a cost
for each, and Σ w · H is taken off once in each hour (`beside`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.purchase import Bought

Floats = NDArray[np.float64]
_SAME_RATIO = 1.006
_MOST_WORTHS = 128
"""In all, as far as two for each held commitment allow."""
_PARTS = (0.25, 0.5, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Of the full worth of what is held."""


@dataclass(frozen=True)
class Pooled:
    """Held commitments that cover the same, as one."""

    holds: float
    """In an hour."""
    takes: Mapping[str, float]
    """By machine type."""
    worths: Floats
    """By worth of a USD of the level: USD of a unit."""


@dataclass(frozen=True)
class Valuation:
    """Costs by worth of a USD of the level."""

    worths: Floats
    """0 and ratios of price to rate, ascending; 0 alone without a savings plan."""
    machine: Floats
    """Machines × worths: USD an hour."""
    good: Good | None
    """The savings plan."""
    prices: Mapping[str, float]
    """On-demand USD an hour by machine type."""
    held: tuple[Pooled, ...] = ()
    """What is paid for already."""

    def columns(self, columns: Columns) -> Floats:
        """Columns × worths: USD an hour of one machine with its volumes."""
        return self.machine[columns.machine] + columns.fixed[:, np.newaxis]

    def beside(self, machines: Iterable[tuple[str, int]]) -> Floats:
        """By worth: USD an hour of on-demand machines of these types and numbers, less what held commitments give."""
        total = -self.held_usd
        for name, count in machines:
            rate = self.good.rates.get(name) if self.good is not None else None
            total += count * _with_held(_by_worth(self.worths, self.prices[name], rate), name, self.held)
        return total

    @property
    def held_usd(self) -> Floats:
        """By worth: USD an hour that held commitments give at most."""
        found = np.zeros(len(self.worths))
        for each in self.held:
            found += each.holds * each.worths
        return found


def valuation(
    columns: Columns,
    good: Good | None,
    prices: Mapping[str, float],
    others: Iterable[str],
    held: Sequence[Bought] = (),
    more: Sequence[float] = (),
) -> Valuation:
    """For the columns' machines and for jobs' machines of the types `others`; `more` are worths beside the ratios."""
    others = sorted(others)
    rates: Mapping[str, float] = {} if good is None else good.rates
    ratios = [
        machine.usd_per_hour / rates[machine.machine.name]
        for machine in columns.machines
        if machine.on_demand and machine.machine.name in rates
    ]
    ratios += [prices[name] / rates[name] for name in others if name in rates]
    worths = [0.0]
    lowest = np.inf
    for ratio in sorted(ratios, reverse=True):
        if ratio * _SAME_RATIO < lowest:
            worths.append(ratio)
            lowest = ratio
    grid = np.array(sorted({*worths, *(more if len(worths) > 1 else ())}))
    usd = {each.machine.name: each.usd_per_hour for each in columns.machines if each.on_demand}
    usd |= {name: prices[name] for name in others}
    by_type = {name: _by_worth(grid, price, rates.get(name)) for name, price in sorted(usd.items())}
    place, pooled = _points(grid, by_type, _pooled(held), rates)
    machine = np.array(
        [
            _with_held(by_type[each.machine.name][place], each.machine.name, pooled)
            if each.on_demand
            else np.full(len(place), each.usd_per_hour)
            for each in columns.machines
        ]
    ).reshape(len(columns.machines), len(place))
    return Valuation(grid[place], machine, good, prices, pooled)


def _with_held(usd: Floats, name: str, held: Sequence[Pooled]) -> Floats:
    for each in held:
        if name in each.takes:
            usd = np.minimum(usd, each.worths * each.takes[name])
    return usd


def _pooled(held: Sequence[Bought]) -> list[tuple[float, Mapping[str, float]]]:
    """What can be given in an hour, and what a machine takes of it; what covers the same is one."""
    found: dict[tuple[tuple[str, float], ...], float] = {}
    for each in held:
        key = tuple(sorted(each.takes.items()))
        found[key] = found.get(key, 0.0) + each.holds
    return [(holds, dict(key)) for key, holds in found.items()]


def _points(
    grid: Floats,
    by_type: Mapping[str, Floats],
    held: Sequence[tuple[float, Mapping[str, float]]],
    rates: Mapping[str, float],
) -> tuple[NDArray[np.int64], tuple[Pooled, ...]]:
    """For each set of worths its place in the grid, and the held commitments with their worths in each.

    The full worth of one is the most that a unit of it saves; the last set has all of them at the most of all.
    """
    full: list[Floats] = []
    ratios: list[list[float]] = []
    used: list[tuple[float, Mapping[str, float]]] = []
    for holds, takes in held:
        saved = [by_type[name] / takes[name] for name in by_type if name in takes]
        if saved:
            used.append((holds, takes))
            full.append(np.max(saved, axis=0))
            # What has the rates of the plan to buy is a part of it: it is worth as much, no less.
            alike = all(takes.get(name) == rates.get(name) for name in by_type)
            ratios.append([] if alike else [0.0, *_PARTS, *(float(each[-1] / full[-1][-1]) for each in saved)])
    parts = _parts(len(grid), ratios)
    places: list[int] = []
    worths: list[tuple[float, ...]] = []
    for number in range(len(grid)):
        here = dict.fromkeys(
            tuple(part * float(most[number]) for part, most in zip(some, full, strict=True)) for some in parts
        )
        places += [number] * len(here)
        worths += here
    table = np.array(worths, dtype=np.float64).reshape(len(places), len(used))
    pooled = tuple(Pooled(holds, takes, table[:, number]) for number, (holds, takes) in enumerate(used))
    return np.array(places, dtype=np.int64), pooled


def _parts(grid: int, ratios: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """Sets of parts of the full worths, all full ones last."""
    count = len(ratios)
    if not count:
        return [()]
    each = int((_MOST_WORTHS / grid) ** (1 / count) + 1e-9)
    if each < 2 and count > 2:
        alone = [tuple(float(other != place or not ratios[place]) for other in range(count)) for place in range(count)]
        none = tuple(float(not some) for some in ratios)
        return list(dict.fromkeys([none, *alone, (1.0,) * count]))
    return list(product(*(_thinned([*some, 1.0], max(each, 2)) for some in ratios)))


def _thinned(parts: Sequence[float], most: int) -> list[float]:
    """At most so many of them, from the lowest to the highest."""
    every = sorted({round(part, 3) for part in parts})
    if len(every) <= most:
        return every
    return [every[round(place * (len(every) - 1) / (most - 1))] for place in range(most)]


def _by_worth(worths: Floats, price: float, rate: float | None) -> Floats:
    if rate is None:
        return np.full(len(worths), price)
    ratio = worths[min(int(np.searchsorted(worths, price / rate * (1 - 1e-12))), len(worths) - 1)]
    return price * np.minimum(1.0, worths / max(ratio, 1.0))
