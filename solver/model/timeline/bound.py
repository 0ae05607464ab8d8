"""Bound: what all hours cost at least, however they are packed and bought."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.assignment import Assignment, worth_of
from solver.model.timeline.load import Load
from solver.model.timeline.shapes import Shapes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_PRICED_HOURS = 6
"""Hours whose own prices are tried in the bound of all hours."""
_MOST_PRICINGS = 24
"""Sets of hour prices that get a linear program of their own; hours with like prices share one."""
_ROUNDING = 1e-9
"""Part of a bound that floating point may have added."""
_WHOLE = 1e-6
"""Part of a machine by which a bound may lie above a whole number and still mean it."""


@dataclass
class Bounds:
    """Lower bounds of one load."""

    load: Load
    shapes: Shapes
    part: Floats
    """Classes × choices × parts."""
    shaped: Floats
    """The same of shapes."""
    holds: NDArray[np.bool_]
    programs: int = 0
    """Linear programs solved."""
    _shape_holds: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self._shape_holds = self.holds[self.shapes.order[self.shapes.starts]]

    def program(self, price: Floats) -> Assignment:
        """The program of the shapes at other prices."""
        return Assignment(self.shaped, price, self._shape_holds)

    def worths(self, program: Assignment, hours: Integers) -> Floats:
        """What replicas are worth at least: by the prices of all hours (rows) together, and by those of some alone."""
        some = hours[np.linspace(0, len(hours) - 1, min(_PRICED_HOURS, len(hours))).astype(np.int64)]
        rows: Integers = np.concatenate([hours.sum(axis=0)[None], some]) if len(hours) > 1 else hours
        found: list[Floats] = []
        for replicas in rows:
            _, _, prices = program.solve(self.shapes.totals(replicas).astype(np.float64))
            self.programs += 1
            found.append(worth_of(self.part, self.holds, prices))
        return np.array(found)

    def of_hours(self, worths: Floats, hours: Integers, price: Floats) -> Floats:
        """USD of each hour at least, by the best of the worths; in whole machines where there is one machine choice."""
        usd = (hours @ worths.T).max(axis=1) * (1.0 - _ROUNDING)
        if len(price) == 1 and price[0] > 0.0:
            return np.ceil(usd / price[0] - _WHOLE) * price[0]
        return usd

    def at_prices(self, prices: Floats, hours: Integers) -> float:
        """USD of all hours at least when each has its own prices of the machine choices (hours × choices).

        Hours whose prices are nearly the same use the least of them.
        """
        marks = _alike(prices)
        total = 0.0
        for mark in range(int(marks.max()) + 1):
            who = np.flatnonzero(marks == mark)
            price = prices[who].min(axis=0)
            if (price > 0.0).any():
                levels, counts = np.unique(hours[who], axis=0, return_counts=True)
                if len(price) == 1:
                    # Machines are counted at a price of their own: how many there must be does not depend on it.
                    one = np.ones(1)
                    machines = self.of_hours(self.worths(self.program(one), levels), levels, one)
                    each = machines * price[0]
                else:
                    each = self.of_hours(self.worths(self.program(price), levels), levels, price)
                total += float(each @ counts)
        return total


def _alike(prices: Floats) -> Integers:
    """Numbers of groups of hours with nearly equal prices, at most about `_MOST_PRICINGS`."""
    scale = np.maximum(prices.max(axis=0), 1e-12)
    for steps in (1 << 20, 64, 16, 8, 4, 2, 1):
        _, marks = np.unique(np.floor(prices / scale * steps), axis=0, return_inverse=True)
        marks = marks.reshape(-1)
        if marks.max() < _MOST_PRICINGS:
            return marks
    return np.zeros(len(prices), dtype=np.int64)
