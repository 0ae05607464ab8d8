"""One hour: classes to machine choices by the linear program, machines filled from them, again for what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.timeline.assignment import Assignment
from solver.model.timeline.filling import Fill, Filler, merged
from solver.model.timeline.load import Load
from solver.model.timeline.shapes import Shapes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LEASTS = (0.997, 0.993, 0.985, 0.97, 0.94, 0.9)
"""A machine is accepted when its contents are worth this part of its price; the rest is planned anew at the next."""
_HOME_STEPS = 2.0
"""Steps an octave by which numbers of machine choices that hold a class are told apart."""
_PROGRAM_ROUNDS = 12
"""Rounds of new columns of one linear program of an hour, whose answer only guides."""
_LIVE_PART = 0.6
"""Part of the shapes that must be there for the program of all hours to be used."""
_CLOSE = 0.001
"""An hour this near to its bound is not planned again."""
_LEARNING = 0.5
_MOST_FELT = 1.5
_KEPT = 0.99
"""Worth of a machine of an earlier hour that is used again, as a part of its price."""


@dataclass
class Planner:
    """Plans one hour after the other; what it learns of one, the next begins with."""

    load: Load
    shapes: Shapes
    program: Assignment
    """Of the shapes."""
    worth: Floats
    """By class."""
    holds: NDArray[np.bool_]
    """Classes × choices."""
    pairs: int
    trials: int
    attempts: int
    """Plans made of each hour; the cheapest stays."""
    programs: int = 0
    tried: int = 0

    def __post_init__(self) -> None:
        self._homes = self.holds.sum(axis=1)
        self._factor = np.ones(len(self.worth))
        self._felt = self.worth
        self._held: list[Integers] = []
        self._rank: Integers = np.zeros(len(self.worth), dtype=np.int64)
        self._order()

    def _order(self) -> None:
        """The orders in which classes are taken: dearest first, and first those that fit on few choices."""
        self._felt = self.worth * self._factor
        dearest = np.argsort(-self._felt, kind="stable")
        self._held = [dearest[self.holds[dearest, choice]] for choice in range(len(self.load.room))]
        level = np.rint(np.log2(np.maximum(self._homes, 1)) * _HOME_STEPS)
        self._rank[np.lexsort((-self._felt, level))] = np.arange(len(self._felt), dtype=np.int64)

    def plan(self, replicas: Integers, before: list[Fill]) -> list[Fill]:
        """Machines for the replicas of an hour; good ones of an earlier hour are used again as far as they go."""
        best: list[Fill] = []
        least = np.inf
        for _ in range(self.attempts):
            fills = self._attempt(replicas, before)
            usd = sum(fill.count * float(self.load.price[fill.choice]) for fill in fills)
            if usd < least:
                best, least = fills, usd
            if least <= (1.0 + _CLOSE) * float(replicas @ self.worth):
                break
            self._learn(fills)
        return merged(best)

    def _learn(self, fills: Sequence[Fill]) -> None:
        """Classes that ended on machines that are worth less than their price are felt to be dearer next time."""
        paid, had = np.zeros(len(self.worth)), np.zeros(len(self.worth))
        for fill in fills:
            worth = float(fill.amounts @ self.worth[fill.classes])
            number = fill.amounts * fill.count
            paid[fill.classes] += number * (float(self.load.price[fill.choice]) / max(worth, 1e-12))
            had[fill.classes] += number
        there = had > 0
        ratio = np.clip(paid[there] / had[there], 1.0, _MOST_FELT)
        self._factor[there] = (1.0 - _LEARNING) * self._factor[there] + _LEARNING * ratio
        self._order()

    def _attempt(self, replicas: Integers, before: Sequence[Fill]) -> list[Fill]:
        filler = Filler(self.load.request, self._felt, self._rank, replicas.copy(), self.pairs, self.trials)
        fills = self._again(filler, before)
        for least in LEASTS if len(self.load.price) > 1 else ():
            if filler.left.any():
                fills += self._round(filler, least)
        while filler.left.any():
            fills += self._round(filler, 0.0)
        self.tried += filler.tried
        return [self._fitted(fill) for fill in fills]

    def _again(self, filler: Filler, before: Sequence[Fill]) -> list[Fill]:
        fills: list[Fill] = []
        for fill in before:
            worth = float(fill.amounts @ self.worth[fill.classes])
            if worth < _KEPT * self.load.price[fill.choice]:
                continue
            count = min(fill.count, int((filler.left[fill.classes] // fill.amounts).min()))
            if count > 0:
                filler.left[fill.classes] -= fill.amounts * count
                fills.append(Fill(fill.choice, fill.classes, fill.amounts, count, worth))
        return fills

    def _round(self, filler: Filler, least: float) -> list[Fill]:
        self.programs += 1
        shares, machines = self._shares(self.shapes.totals(filler.left).astype(np.float64))
        meant = self.shapes.split(shares, filler.left)
        # Choices whose replicas fit on few others come first, while small replicas of all kinds are there to fill gaps.
        used = [int(choice) for choice in np.flatnonzero(meant.any(axis=0))]
        used.sort(key=lambda choice: (int(self._homes[meant[:, choice] > 0].min()), choice))
        fills: list[Fill] = []
        for choice in used:
            most = float(machines[choice]) if least > 0.0 else max(1.0, float(machines[choice]))
            fills += filler.fill(
                choice,
                self.load.room[choice],
                self._held[choice],
                float(self.load.price[choice]),
                meant[:, choice].copy(),
                most,
                least,
            )
        return fills

    def _shares(self, replicas: Floats) -> tuple[Floats, Floats]:
        """The linear program's answer; a part of the shapes gets its own program, which is smaller and less stuck."""
        if len(self.load.price) == 1:
            return replicas[:, None], np.ceil((replicas @ self.program.part[:, 0]).max(keepdims=True))
        there = np.flatnonzero(replicas > 0)
        if len(there) > _LIVE_PART * len(replicas):
            shares, machines, _ = self.program.solve(replicas, _PROGRAM_ROUNDS)
            return shares, machines
        own = Assignment(self.program.part[there], self.program.price, self.program.holds[there])
        part, machines, _ = own.solve(replicas[there], _PROGRAM_ROUNDS)
        shares = np.zeros((len(replicas), part.shape[1]))
        shares[there] = part
        return shares, machines

    def _fitted(self, fill: Fill) -> Fill:
        """The same contents on the cheapest choice that holds them."""
        used = fill.amounts @ self.load.request[fill.classes]
        fits = np.flatnonzero((self.load.room >= used).all(axis=1))
        choice = int(fits[self.load.price[fits].argmin()])
        return Fill(choice, fill.classes, fill.amounts, fill.count, fill.worth)
