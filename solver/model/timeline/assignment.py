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
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from solver.model.running import silenced

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_highs: Any = highspy
_SEED = 7
_TOLERANCE = 1e-6
_ROUNDS = 100
_DUAL, _PRIMAL = 1, 4
"""HiGHS's numbers of the two simplex methods."""
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
    _live: Any = None
    _pairs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    _known: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))

    def __post_init__(self) -> None:
        classes, types, kinds = self.part.shape
        live = _highs.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", _SEED), ("presolve", "off")):
            live.setOptionValue(option, value)
        rows = classes + types * kinds
        none = np.zeros(0, dtype=np.int32)
        live.addRows(rows, np.zeros(rows), np.full(rows, np.inf), 0, np.zeros(rows, dtype=np.int32), none, np.zeros(0))
        starts = np.arange(types, dtype=np.int32) * kinds
        places = np.arange(classes, classes + types * kinds, dtype=np.int32)
        ones = np.ones(types * kinds)
        live.addCols(types, self.price, np.zeros(types), np.full(types, np.inf), len(ones), starts, places, ones)
        self._live = live
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
        lengths = (entries != 0).sum(axis=1)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
        self._live.addCols(
            count,
            np.zeros(count),
            np.zeros(count),
            np.full(count, np.inf),
            int(filled.sum()),
            starts,
            rows.ravel()[filled].astype(np.int32),
            entries.ravel()[filled],
        )
        return count

    def solve(self, replicas: Floats, rounds: int = _ROUNDS) -> tuple[Floats, Floats, Floats]:
        """Shares (classes × types), machines by type, and prices y by type and part that bound any packing."""
        classes, types, kinds = self.part.shape
        index = np.arange(classes, dtype=np.int32)
        self._live.changeRowsBounds(classes, index, replicas.astype(np.float64), np.full(classes, np.inf))
        open_pairs = self.holds & (replicas > 0)[:, None]
        solution: Any = None
        prices = np.zeros((types, kinds))
        for number in range(rounds):
            # Another right-hand side leaves the basis dual feasible, new columns leave it primal feasible.
            self._live.setOptionValue("simplex_strategy", _DUAL if number == 0 else _PRIMAL)
            with silenced():
                self._live.run()
            solution = self._live.getSolution()
            duals = np.array(solution.row_dual)
            worth, prices = duals[:classes], np.maximum(duals[classes:].reshape(types, kinds), 0.0)
            reduced = np.where(open_pairs & ~self._known, priced(self.part, prices) - worth[:, None], np.inf)
            best = np.argsort(reduced, axis=1, kind="stable")[:, :_COLUMNS_A_CLASS]
            values = np.take_along_axis(reduced, best, axis=1)
            if not self._add(np.where(values < -_TOLERANCE * np.maximum(worth, 1e-9)[:, None], best, -1)):
                break
        values = np.array(solution.col_value)
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
