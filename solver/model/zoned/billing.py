"""Billing: how many machines are reserved and how much is committed to, given the machines that run.

In each hour reserved machines come first, then the savings plan covers what it can, highest saving first, the last
machine in part; the rest is paid on demand. For given reservations the cost is convex and piecewise linear in the
commitment, with bends where an hour's machines are just covered, so the best commitment is found exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from solver.vocabulary import PurchaseOption

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SWEEPS = 3
_EPSILON = 1e-9


@dataclass(frozen=True)
class Tariff:
    """Prices by machine type, and the machines that run that are not spot (hours × types)."""

    price: Floats
    reserved: Floats
    plan: Floats
    running: Integers

    def commitment(self, reserved: Integers) -> tuple[float, float]:
        """The cheapest commitment in USD an hour, and what all hours cost with it."""
        hours = len(self.running)
        rest = np.maximum(self.running - reserved, 0)
        fixed = float(hours * (np.where(reserved > 0, self.reserved, 0.0) @ reserved)) + float(
            (rest @ self.price).sum()
        )
        order = self.covered
        if not len(order):
            return 0.0, fixed
        # Each hour's machines of a type are a stretch of commitment in which a USD saves price / plan USD.
        width = rest[:, order] * self.plan[order]
        ends = np.cumsum(width, axis=1)
        saving = np.broadcast_to(self.price[order] / self.plan[order], width.shape)
        begins, changes = (ends - width).ravel(), saving.ravel()
        there = width.ravel() > 0.0
        marks = np.concatenate([begins[there], ends.ravel()[there]])
        steps = np.concatenate([-changes[there], changes[there]])
        ranks = np.argsort(marks, kind="stable")
        marks, steps = marks[ranks], steps[ranks]
        slopes = hours + np.cumsum(steps)
        costs = np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(marks))]) if len(marks) else np.zeros(1)
        start = float(marks[0]) * hours if len(marks) else 0.0
        best = int(costs.argmin())
        usd = start + float(costs[best])
        if not len(marks) or usd >= -_EPSILON:
            return 0.0, fixed
        return float(marks[best]), fixed + usd

    def bills(self, hour: int, reserved: Integers, commitment: float) -> dict[PurchaseOption, dict[int, int]]:
        """Machines of an hour by the way they are paid and by type; the plan's last one may be covered in part."""
        running = self.running[hour]
        found: dict[PurchaseOption, dict[int, int]] = {}
        first = np.minimum(running, reserved)
        found[PurchaseOption.RESERVED] = {int(place): int(first[place]) for place in np.flatnonzero(first)}
        rest = running - first
        plan: dict[int, int] = {}
        left = commitment
        for place in self.covered.tolist():
            rate = float(self.plan[place])
            count = min(int(rest[place]), ceil(left / rate - _EPSILON))
            if count > 0:
                plan[place] = count
                rest[place] -= count
                left -= count * rate
        found[PurchaseOption.SAVINGS_PLAN] = plan
        found[PurchaseOption.ON_DEMAND] = {int(place): int(rest[place]) for place in np.flatnonzero(rest)}
        return found

    @property
    def covered(self) -> Integers:
        """Machine types that the plan covers, highest saving first."""
        some = np.flatnonzero(np.isfinite(self.plan))
        return some[np.argsort(self.plan[some] / self.price[some], kind="stable")]

    def cost(self, reserved: Integers, commitment: float) -> float:
        """USD of all hours without spot machines."""
        hours = len(self.running)
        rest = np.maximum(self.running - reserved, 0)
        usd = hours * (float(np.where(reserved > 0, self.reserved, 0.0) @ reserved) + commitment)
        order = self.covered
        width = rest[:, order] * self.plan[order]
        ends = np.cumsum(width, axis=1)
        used = np.clip(commitment - (ends - width), 0.0, width)
        saved = (used * (self.price[order] / self.plan[order])).sum()
        return usd + float((rest @ self.price).sum()) - float(saved)


def best_purchase(tariff: Tariff, start: Integers) -> tuple[Integers, float]:
    """Reserved machines by type and the commitment, improved type by type from a start."""
    types = np.flatnonzero(np.isfinite(tariff.reserved) & tariff.running.any(axis=0))
    best = np.where(np.isfinite(tariff.reserved), start, 0)
    commitment, usd = tariff.commitment(best)
    for _ in range(_SWEEPS):
        before = usd
        for place in types.tolist():
            for step in (64, -64, 16, -16, 4, -4, 1, -1):
                while True:
                    other = best.copy()
                    other[place] = max(0, other[place] + step)
                    if other[place] == best[place]:
                        break
                    less, cost = tariff.commitment(other)
                    if cost >= usd - _EPSILON * max(1.0, usd):
                        break
                    best, commitment, usd = other, less, cost
        if usd >= before:
            break
    return best, commitment
