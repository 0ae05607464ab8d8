"""Valuation: what machines cost when a USD of the savings plan's level is worth so much.

A savings plan of level s in USD an hour covers on-demand machines in the order of what it saves, the highest ratio ρ of
price to rate first. What an hour then costs is, by duality of that fractional knapsack,

    f(s)  =  max over θ:  Σ machines · price · min(1, θ / ρ)  +  (spot, volumes)  −  θ · s

with θ what one more USD of the level is worth. The maximum lies at θ = 0 or at a ratio ρ of a machine that runs. So a
choice of machines is a vector of costs, one for each θ of a fixed list, which adds up over machines and services, and
whose maximum less θ · s is its cost at any level. Ratios that are close are rounded up to one: machines then cost at
most that much less than they do, and what is proved as a lower bound holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good

Floats = NDArray[np.float64]
_SAME_RATIO = 1.006


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

    def columns(self, columns: Columns) -> Floats:
        """Columns × worths: USD an hour of one machine with its volumes."""
        return self.machine[columns.machine] + columns.fixed[:, np.newaxis]

    def beside(self, machines: Iterable[tuple[str, int]]) -> Floats:
        """By worth: USD an hour of on-demand machines of these types and numbers."""
        total = np.zeros(len(self.worths))
        for name, count in machines:
            rate = self.good.rates.get(name) if self.good is not None else None
            total += count * _by_worth(self.worths, self.prices[name], rate)
        return total


def valuation(columns: Columns, good: Good | None, prices: Mapping[str, float], others: Iterable[str]) -> Valuation:
    """For the columns' machines and for jobs' machines of the types `others`."""
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
    grid = np.array(sorted(worths))
    machine = np.array(
        [
            _by_worth(grid, each.usd_per_hour, rates.get(each.machine.name) if each.on_demand else None)
            for each in columns.machines
        ]
    ).reshape(len(columns.machines), len(grid))
    return Valuation(grid, machine, good, prices)


def _by_worth(worths: Floats, price: float, rate: float | None) -> Floats:
    if rate is None:
        return np.full(len(worths), price)
    ratio = worths[min(int(np.searchsorted(worths, price / rate * (1 - 1e-12))), len(worths) - 1)]
    return price * np.minimum(1.0, worths / max(ratio, 1.0))
