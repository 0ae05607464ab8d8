"""Weekly: fillings for node groups that run the week together, from a linear program over whole groups.

A column is a group: a machine, its filling, and how many of its machines run for each of a few requirements that stand
for the week.

    min   Σ_g cost(g) · x(g)
    s.t.  Σ_g min(worth(g, h, r), required(h, r)) · x(g)  ≥  required(h, r)      every requirement h and row r
          Σ_g x(g)  ≤  limit,   x ≥ 0

A group has one filling for all hours, and counts whole against the limit, so that the duals tell what services are good
company for each other; those of single hours (`joint_program`) don't. Columns join from fillings that grow a replica at
a time by what it earns at the duals. The columns are a beginning for the search, and prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.column_program import ColumnProgram
from solver.model.compute.joint_master import Filled
from solver.model.compute.requirements import Requirements
from solver.model.deadline import NEVER, Deadline

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_ROUNDS = 36
_NEW_COLUMNS = 40
_PARTS = 2
"""Machine types take turns: a part of them in each round."""
_MOST_REPLICAS = 40
"""Of a filling that grows."""
_GAINED = 1e-6
_FIRST = 1e-4
"""Weight of what a replica would earn without what machines cost, among those that earn nothing yet."""


@dataclass
class Weekly:
    """The program of one site at given prices of machines."""

    needed: Requirements
    limit: int
    deadline: Deadline = NEVER

    def fillings(self, groups: Sequence[Filled], counts: Integers) -> list[Filled]:
        """Fillings of the columns found, those first that are nearest to be used; `counts` are machines of groups."""
        required = self.needed.required
        rows = np.nonzero(required.ravel() > 0)[0]
        program = ColumnProgram(self.needed.backend, np.append(np.ones(len(rows)), -float(self.limit)))
        columns: list[tuple[Filled, Integers]] = []
        share: list[Floats] = []
        cost: list[float] = []
        seen: set[tuple[Filled, bytes]] = set()

        def add(filled: Filled, machines: Integers) -> bool:
            key = (filled, machines.tobytes())
            if key in seen:
                return False
            seen.add(key)
            held = self.needed.share(filled, machines).ravel()[rows]
            usd = float(self.needed.hours @ machines) * float(self.needed.usd[filled[0]])
            places = np.nonzero(held)[0]
            program.add(usd, np.append(places, len(rows)), np.append(held[places], -1.0))
            columns.append((filled, machines))
            share.append(held)
            cost.append(usd)
            return True

        for filled, machines in zip(groups, counts.T, strict=True):
            add(filled, machines)
        duals, limit = self._solved(program, rows)
        idle = 0
        for number in range(_ROUNDS):
            if idle == _PARTS or self.deadline.has_passed():
                break
            grown = self._grown(duals, number % _PARTS)
            earning = [each for each in grown if each[0] > limit + _GAINED][:_NEW_COLUMNS]
            new = [each for each in earning if add(each[1], each[2])]
            idle = 0 if new else idle + 1
            if new:
                duals, limit = self._solved(program, rows)
        short = duals.ravel()[rows]
        best: dict[Filled, float] = {}
        for (filled, _), held, usd in zip(columns, share, cost, strict=True):
            best[filled] = min(best.get(filled, np.inf), round(usd - float(held @ short), 9))
        return sorted(best, key=lambda filled: (best[filled], filled))

    def _solved(self, program: ColumnProgram, rows: Integers) -> tuple[Floats, float]:
        """Duals by requirement and row, of all of it; and the limit's."""
        found = np.maximum(program.solve().duals, 0.0)
        duals = np.zeros(self.needed.required.size)
        duals[rows] = found[:-1]
        return duals.reshape(self.needed.required.shape), float(found[-1])

    def _grown(self, duals: Floats, part: int) -> list[tuple[float, Filled, Integers]]:
        """Fillings by what they earn above their cost, the most first, with their machines by requirement."""
        found: list[tuple[float, Filled, Integers]] = []
        for spot in (False, True):
            places = self.needed.machines[int(spot)][part::_PARTS]
            if len(places):
                found += self._of(places, self._value(duals, spot=spot))
        return sorted(found, key=lambda each: (-round(each[0], 9), each[1]))

    def _value(self, duals: Floats, *, spot: bool) -> Floats:
        """Variants × replicas × requirements × numbers of machines: what one more replica on each machine earns."""
        needed = self.needed
        steps = needed.steps
        unit = duals / np.maximum(needed.required, 1)
        counted = needed.counted[steps]
        most = int(needed.enough.max(initial=1))
        value = np.zeros((needed.worth.shape[1], most + 2, len(needed.required), len(steps)))
        number = np.arange(most + 2)[:, np.newaxis, np.newaxis]
        for row, variant in zip(*np.nonzero(needed.worth), strict=True):
            if spot and needed.steady[row]:
                continue
            all_ = needed.worth[row, variant] * number * counted[:, row]
            value[variant] += unit[:, row, np.newaxis] * np.minimum(all_, needed.required[:, row, np.newaxis])
        more: Floats = np.diff(value, axis=1)
        return more

    def _of(self, places: Integers, more: Floats) -> list[tuple[float, Filled, Integers]]:
        needed, columns = self.needed, self.needed.columns
        steps = needed.steps
        usd = needed.usd[places][:, np.newaxis, np.newaxis] * needed.hours[:, np.newaxis] * steps
        earned = -usd
        request, fitting, left = columns.requests[places], columns.fitting[places], columns.room[places].copy()
        size = (request / np.maximum(columns.room[places], 1)[:, np.newaxis, :]).max(axis=2)
        variants: Integers = np.arange(more.shape[0], dtype=np.int64)
        slots = np.zeros(size.shape, dtype=np.int64)
        every = np.arange(len(places))
        best, best_slots = np.zeros(len(places)), slots.copy()
        best_machines = np.zeros((len(places), len(needed.hours)), dtype=np.int64)
        alive = every
        for _ in range(_MOST_REPLICAS):
            fit = fitting[alive] & (request[alive] <= left[alive][:, np.newaxis, :]).all(axis=2)
            fit &= (slots[alive] < needed.enough) & ((slots[alive] > 0) @ needed.apart == 0)
            added = more[variants, slots[alive]]
            now = earned[alive].max(axis=2).sum(axis=1)
            gain = (earned[alive][:, np.newaxis] + added).max(axis=3).sum(axis=2) - now[:, np.newaxis]
            hope = added.max(axis=3).sum(axis=2)
            with np.errstate(divide="ignore", invalid="ignore"):
                score = np.where(fit & (hope > _GAINED), (np.maximum(gain, 0) + _FIRST * hope) / size[alive], -1.0)
            picked = score.argmax(axis=1)
            going = score[np.arange(len(alive)), picked] > 0
            alive, picked = alive[going], picked[going]
            if not len(alive):
                break
            earned[alive] += more[picked, slots[alive, picked]]
            left[alive] -= request[alive, picked]
            slots[alive, picked] += 1
            total = earned[alive].max(axis=2).sum(axis=1)
            better = alive[total > best[alive] + _GAINED]
            best[better] = earned[better].max(axis=2).sum(axis=1)
            best_slots[better] = slots[better]
            best_machines[better] = steps[earned[better].argmax(axis=2)]
        return [
            (float(best[place]), (int(places[place]), tuple(best_slots[place].tolist())), best_machines[place])
            for place in np.nonzero(best > 0)[0].tolist()
        ]
