"""Assignment: classes of replicas spread over machine types by a linear program, and the bound that its prices prove.

    min   Σ_j price(j) · machines(j)
    s.t.  Σ_j share(k, j)                                ≥  replicas(k)              every class k
          machines(j)  -  Σ_k part(k, j, e) · share(k, j)  ≥  0                      every machine type j, part e

Columns `share` are added where their reduced cost is negative; the program stays alive between hours, whose only
difference is the right-hand side.

Bound. Take any y(j, e) ≥ 0 with Σ_e y(j, e) ≤ price(j), and let worth(k) be the least of Σ_e part(k, j, e) · y(j, e)
over the machine types j that hold class k. What fits on one machine of type j has Σ_k part(k, j, e) · a(k) ≤ 1 for
every e, so it is worth at most Σ_e y(j, e) ≤ price(j), and machines that hold replicas(k) of each class cost at least
Σ_k worth(k) · replicas(k). No optimality is used: duals of a merged or unfinished program are as good as any.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import LiveModel, compressed, live_rows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_TOLERANCE = 1e-6
_ROUNDS = 100
_COLUMNS_A_CLASS = 2


@dataclass
class Assignment:
    """The live program of one set of classes and machine types."""

    part: Floats
    """Classes × machine types × parts."""
    price: Floats
    """By machine type."""
    holds: NDArray[np.bool_]
    """Classes × machine types."""
    _live: LiveModel = field(init=False)
    _pairs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    _known: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))

    def __post_init__(self) -> None:
        classes, types, kinds = self.part.shape
        self._live = live_rows(np.zeros(int(classes + types * kinds)))
        starts = np.arange(types, dtype=np.int32) * kinds
        places = np.arange(classes, classes + types * kinds, dtype=np.int32)
        self._live.add_columns(self.price, starts, places, np.ones(int(types * kinds)))
        self._known = np.zeros(self.holds.shape, dtype=np.bool_)
        first = np.where(self.holds, self.part.max(axis=2) * self.price, np.inf)
        self._add(np.argsort(first, axis=1, kind="stable")[:, :3])

    def _add(self, types_of: Integers) -> int:
        """Columns for each class (rows) on the given types; -1 is none."""
        classes, _, kinds = self.part.shape
        who = np.repeat(np.arange(classes, dtype=np.int64), types_of.shape[1])
        where = types_of.ravel()
        keep = where >= 0
        who, where = who[keep], where[keep]
        keep = self.holds[who, where] & ~self._known[who, where]
        who, where = who[keep], where[keep]
        self._known[who, where] = True
        self._pairs.extend(zip(who.tolist(), where.tolist(), strict=True))
        count = len(who)
        if not count:
            return 0
        rows: Integers = np.concatenate(
            [who[:, None], classes + where[:, None] * kinds + np.arange(kinds, dtype=np.int64)], axis=1
        )
        entries = np.concatenate([np.ones((count, 1)), -self.part[who, where]], axis=1)
        filled = entries.ravel() != 0
        starts = compressed((entries != 0).sum(axis=1))
        self._live.add_columns(np.zeros(count), starts, rows.ravel()[filled].astype(np.int32), entries.ravel()[filled])
        return count

    def solve(self, replicas: Floats, rounds: int = _ROUNDS) -> tuple[Floats, Floats, Floats]:
        """Shares (classes × types), machines by type, and prices y by type and part that bound any packing."""
        classes, types, kinds = self.part.shape
        self._live.require(replicas.astype(np.float64))
        open_pairs = self.holds & (replicas > 0)[:, None]
        values = np.zeros(0)
        prices = np.zeros((types, kinds))
        for number in range(rounds):
            # Another right-hand side leaves the basis dual feasible, new columns leave it primal feasible.
            _, duals, values = self._live.run(dual=number == 0)
            worth, prices = duals[:classes], np.maximum(duals[classes:].reshape(types, kinds), 0.0)
            reduced = np.where(open_pairs & ~self._known, priced(self.part, prices) - worth[:, None], np.inf)
            best = np.argsort(reduced, axis=1, kind="stable")[:, :_COLUMNS_A_CLASS]
            least = np.take_along_axis(reduced, best, axis=1)
            if not self._add(np.where(least < -_TOLERANCE * np.maximum(worth, 1e-9)[:, None], best, -1)):
                break
        shares = np.zeros(self.holds.shape)
        pairs = np.array(self._pairs)[: len(values) - types]  # the last round's columns were not solved
        shares[pairs[:, 0], pairs[:, 1]] = values[types:]
        total = prices.sum(axis=1)
        return shares, values[:types], prices * np.minimum(1.0, self.price / np.maximum(total, 1e-300))[:, None]


def priced(part: Floats, prices: Floats) -> Floats:
    """Classes × machine types: what a replica takes of a machine, at the machine's prices."""
    return np.einsum("kje,je->kj", part, prices)


def worth_of(part: Floats, holds: NDArray[np.bool_], prices: Floats) -> Floats:
    """What a replica of each class costs at least, on whatever machine."""
    return np.where(holds, priced(part, prices), np.inf).min(axis=1)
