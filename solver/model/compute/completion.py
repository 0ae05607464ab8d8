"""Completion: the least that it costs to meet what is left of a service's rows, by option from which to go on.

Two bounds, both for every worth of a USD of the level:

* where all replicas of the service are worth the same in each row, what is left is a whole number of replicas, and a
  table over these numbers has the exact cost;
* else linear prices: for a direction u over the rows, an option gives at most worth · u for its cost, so what is left
  costs at least (left · u) · min cost / (worth · u).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.options import Options

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_POINTS = 20_000
_STEPS = 4
"""Directions have these many steps in each row."""


@dataclass(frozen=True)
class Tables:
    """Exact costs for whole numbers of replicas."""

    units: Integers
    """By row: worth of one replica."""
    shape: tuple[int, ...]
    tables: Floats
    """Options + 1 × points × worths: at least that much with the options from there on."""

    def least(self, left: Integers, option: int) -> Floats:
        """By what is left (points × rows): its cost for each worth."""
        needed = -(-left // self.units)
        place = np.ravel_multi_index(tuple(needed.T), self.shape)
        return self.tables[option][place]


@dataclass(frozen=True)
class Prices:
    """Linear prices."""

    directions: Floats
    """Directions × rows, for one unit of worth each."""
    best: Floats
    """Options + 1 × directions × worths: least cost by worth in a direction, with the options from there on."""

    def least(self, left: Integers, option: int) -> Floats:
        """By what is left (points × rows): its cost for each worth."""
        along = left @ self.directions.T
        price = self.best[option]
        with np.errstate(invalid="ignore"):
            cost = np.where(along[:, :, np.newaxis] > 0, along[:, :, np.newaxis] * price[np.newaxis], 0.0)
        return cost.max(axis=1)


Completion = Tables | Prices


def completion_of(options: Options, peak: Integers) -> Completion:
    """The better bound that can be had, for all requirements up to `peak`."""
    units = units_of(options, peak)
    if units is None:
        return _prices(options, peak)
    return _tables(options, units, shape_of(units, peak))


def units_of(options: Options, peak: Integers) -> Integers | None:
    """By row, what every replica of the service is worth; None where replicas differ, or a table would be too large."""
    units = [np.unique(options.worth_of_replica[:, row]) for row in range(len(peak))]
    units = [each[each > 0] for each in units]
    if any(len(each) != 1 for each in units):
        return None
    found = np.array([each[0] for each in units], dtype=np.int64)
    return found if prod(shape_of(found, peak)) <= _MOST_POINTS else None


def shape_of(units: Integers, peak: Integers) -> tuple[int, ...]:
    """Points of a table in each row."""
    return tuple(int(each) + 1 for each in -(-np.maximum(peak, 0) // units))


def _tables(options: Options, units: Integers, shape: tuple[int, ...]) -> Tables:
    worths = options.cost.shape[1]
    table = np.full((*shape, worths), np.inf)
    table[(0,) * len(shape)] = 0.0
    found = [table]
    for option in reversed(range(options.count)):
        table = with_option(table, options, option, units)
        found.append(table)
    return Tables(units, shape, np.array(found[::-1]).reshape(options.count + 1, -1, worths))


def with_option(table: Floats, options: Options, option: int, units: Integers) -> Floats:
    """A table (points of each row × worths) with any number of machines of one more option."""
    zones = int(options.zones[option])
    cost = options.cost[option]
    for machines in (zones, *range(zones - 1, 0, -1)):
        worth = options.worth[option] * options.counted(machines, zones) // units
        if not worth.any():
            continue
        times = 1
        while True:
            better = np.minimum(table, _shifted(table, worth * times) + cost * (machines * times))
            # Blocks of all zones are taken any number of times, smaller ones once.
            done = machines < zones or bool((better == table).all())
            table = better
            if done:
                break
            times *= 2
    return table


def _shifted(table: Floats, worth: Integers) -> Floats:
    """At each point the table's entry where so much less is left, at least nothing."""
    for axis, by in enumerate(worth.tolist()):
        if by:
            size = table.shape[axis]
            first = table[(slice(None),) * axis + (slice(0, 1),)]
            rest = table[(slice(None),) * axis + (slice(1, max(size - by, 1)),)]
            table = np.concatenate([np.repeat(first, min(by + 1, size), axis=axis), rest], axis=axis)
    return table


def _prices(options: Options, peak: Integers) -> Prices:
    scale = np.maximum(peak, 1).astype(np.float64)
    steps = [step for step in product(range(_STEPS + 1), repeat=len(peak)) if any(step)]
    directions = np.unique(np.array([np.array(step) / max(step) for step in steps]), axis=0) / scale
    along = options.most_worth @ directions.T
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(along[:, :, np.newaxis] > 0, options.cost[:, np.newaxis, :] / along[:, :, np.newaxis], np.inf)
    best = np.full((options.count + 1, *price.shape[1:]), np.inf)
    for option in reversed(range(options.count)):
        best[option] = np.minimum(best[option + 1], price[option])
    return Prices(directions, best)
