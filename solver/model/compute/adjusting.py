"""Adjusting: node groups of machines that services share, changed a replica at a time.

A few requirements stand for the week. A set of groups is judged by the machines that it needs for each of them:
machines are added that meet most of what is missing for their price, then taken away where none misses them. Neighbours
of a set have a replica more or less on a group's machines, or one on another group's instead, all of a service or none,
or another filling. A group has the cheapest machine that holds its replicas. The best neighbour of each group is taken
while one costs less. It is a search, with no claim to be best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.joint_master import Filled
from solver.model.compute.requirements import MOST_MACHINES, Requirements
from solver.model.deadline import NEVER, Deadline

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_TURNS = 12
"""Other fillings of each group that are begun from, at most."""
_MOST_STEPS = 60
"""Of adding machines to one set, or of taking some away."""
_BLOCK = 3
"""Machines that are added or taken away at once, at most."""
_BETTER = 1e-6


@dataclass(frozen=True)
class Judged:
    """A set of node groups, some of which may be empty."""

    slots: Integers
    """Groups × variants."""
    spot: Flags
    """By group."""
    machine: Integers
    """By group: its number, or -1 for an empty group."""
    usd: Floats
    """By group: USD an hour of a machine."""
    counts: Integers
    """Requirements × groups: machines."""
    usd_per_week: float

    @property
    def groups(self) -> list[Filled]:
        """Those that run."""
        return [(int(self.machine[number]), tuple(self.slots[number].tolist())) for number in self._used]

    @property
    def machines(self) -> Integers:
        """Requirements × groups that run."""
        return self.counts[:, self._used]

    @property
    def _used(self) -> list[int]:
        found: list[int] = np.nonzero(self.counts.any(axis=0) & (self.machine >= 0))[0].tolist()
        return found


@dataclass
class Adjusting:
    """The search for one site at given prices of machines."""

    needed: Requirements
    limit: int
    """Node groups."""
    deadline: Deadline = NEVER
    work: int = 16_000_000
    """Numbers of machines by set and requirement that may still be judged, times rows."""

    def improve(self, groups: Sequence[Filled], others: Sequence[Filled]) -> Judged | None:
        """Groups that hold the services for less than these, or these; None where these are no beginning.

        `others` are fillings that a group may have instead of its own.
        """
        best = self.judged(groups)
        if best is None:
            return None
        best = self._least(best, others)
        tried: set[tuple[int, int]] = set()
        for turn in range(_TURNS * self.limit):
            if self.work <= 0 or self.deadline.has_passed():
                break
            begun = self._moved_away(best, turn % self.limit, others, tried)
            found = None if begun is None else self._least(begun, others)
            if found is not None and found.usd_per_week < best.usd_per_week * (1 - _BETTER):
                best = found
        return best

    def _least(self, now: Judged, others: Sequence[Filled]) -> Judged:
        """What no neighbour is better than."""
        idle = turn = 0
        while idle < self.limit and self.work > 0 and not self.deadline.has_passed():
            idle += 1
            group = turn % self.limit
            for slots, spot in (self._changed(now, group, others), self._moved(now, group)):
                better = self._best(now, slots, spot)
                if better is not None and better.usd_per_week < now.usd_per_week * (1 - _BETTER):
                    now, idle = better, 0
                    break
            turn += 1
        return now

    def _moved_away(
        self, now: Judged, group: int, others: Sequence[Filled], tried: set[tuple[int, int]]
    ) -> Judged | None:
        """With the best other filling of a group that was not tried yet, though it costs more."""
        left = [place for place in range(len(others)) if (group, place) not in tried]
        slots = np.repeat(now.slots[np.newaxis], len(left), axis=0)
        spot = np.repeat(now.spot[np.newaxis], len(left), axis=0)
        for number, place in enumerate(left):
            machine, pattern = others[place]
            slots[number, group] = pattern
            spot[number, group] = not self.needed.columns.machines[machine].on_demand
        found = self._best(now, slots, spot)
        if found is not None:
            mine = tuple(found.slots[group].tolist())
            tried.update((group, place) for place in left if others[place][1] == mine)
        return found

    def judged(self, groups: Sequence[Filled]) -> Judged | None:
        """These groups, on the cheapest machines; None where they are too many, or don't hold the services."""
        chosen = list(dict.fromkeys(groups))
        if len(chosen) > self.limit:
            return None
        slots = np.zeros((1, self.limit, self.needed.worth.shape[1]), dtype=np.int64)
        spot = np.zeros((1, self.limit), dtype=np.bool_)
        for number, (machine, pattern) in enumerate(chosen):
            slots[0, number] = pattern
            spot[0, number] = not self.needed.columns.machines[machine].on_demand
        usd, machine = self._machines(slots, spot)
        counts = np.zeros((1, len(self.needed.required), self.limit), dtype=np.int64)
        counts, total = self._settled(slots, spot, usd, counts)
        if not np.isfinite(total[0]):
            return None
        return Judged(slots[0], spot[0], machine[0], usd[0], counts[0], float(total[0]))

    def _changed(self, now: Judged, group: int, others: Sequence[Filled]) -> tuple[Integers, Flags]:
        """Sets in which a group is different: slots and spot, by set and group."""
        variants = self.needed.worth.shape[1]
        single: Integers = np.eye(variants, dtype=np.int64)
        mine, spot = now.slots[group], bool(now.spot[group])
        one = [mine + single, np.maximum(mine - single, 0), np.where(single > 0, 0, mine), np.zeros_like(mine)]
        kinds = [np.full(3 * variants + 1, spot), np.array([not spot])]
        own = np.vstack([*one, mine, *(each[1] for each in others)])
        kinds.append(np.array([not self.needed.columns.machines[each[0]].on_demand for each in others], dtype=np.bool_))
        slots = np.repeat(now.slots[np.newaxis], len(own), axis=0)
        slots[:, group] = own
        spots = np.repeat(now.spot[np.newaxis], len(own), axis=0)
        spots[:, group] = np.concatenate(kinds)
        return slots, spots

    def _moved(self, now: Judged, group: int) -> tuple[Integers, Flags]:
        """Sets in which a replica of a group, or all of a service, is on another group's machines instead."""
        found: list[Integers] = []
        for other in range(self.limit):
            for variant in np.nonzero(now.slots[group])[0].tolist() if other != group else ():
                for count in sorted({1, int(now.slots[group, variant])}):
                    more = now.slots.copy()
                    more[group, variant] -= count
                    more[other, variant] += count
                    found.append(more)
        slots = np.array(found, dtype=np.int64).reshape(len(found), *now.slots.shape)
        return slots, np.repeat(now.spot[np.newaxis], len(slots), axis=0)

    def _best(self, now: Judged, slots: Integers, spot: Flags) -> Judged | None:
        """The best of these sets, with machines found from those of the one there is."""
        if not len(slots):
            return None
        usd, machine = self._machines(slots, spot)
        fits = np.nonzero(np.isfinite(usd).all(axis=1))[0]
        slots, spot, usd, machine = slots[fits], spot[fits], usd[fits], machine[fits]
        if not len(fits):
            return None
        self.work -= len(fits) * now.counts.size * self.needed.required.shape[1]
        start = np.repeat(now.counts[np.newaxis], len(fits), axis=0)
        counts, total = self._settled(slots, spot, usd, start)
        best = int(np.argmin(np.round(total, 9)))
        if not np.isfinite(total[best]):
            return None
        return Judged(slots[best], spot[best], machine[best], usd[best], counts[best], float(total[best]))

    def _machines(self, slots: Integers, spot: Flags) -> tuple[Floats, Integers]:
        """By set and group: the cheapest machine that holds these replicas, USD an hour and number."""
        columns = self.needed.columns
        flat, inverse = _distinct(np.column_stack([slots.reshape(-1, slots.shape[2]), spot.ravel().astype(np.int64)]))
        usd = np.zeros(len(flat))
        number = np.full(len(flat), -1, dtype=np.int64)
        for kind in (0, 1):
            here = np.nonzero((flat[:, -1] == kind) & flat[:, :-1].any(axis=1))[0]
            places = self.needed.machines[kind]
            usd[here] = np.inf
            if not len(here) or not len(places):
                continue
            replicas = flat[here, :-1].astype(np.float64)
            used = np.tensordot(replicas, columns.requests[places].astype(np.float64), axes=([1], [1]))
            fits: Flags = np.all(used <= columns.room[places] + 0.5, axis=2)
            fits &= (replicas > 0).astype(np.float64) @ (~columns.fitting[places]).T.astype(np.float64) == 0
            fits &= ~np.any(((replicas > 0) @ self.needed.apart) & (replicas > 0), axis=1, keepdims=True)
            price = np.where(fits, self.needed.usd[places], np.inf)
            usd[here], number[here] = price.min(axis=1), places[price.argmin(axis=1)]
        shape = spot.shape
        return usd[inverse].reshape(shape), number[inverse].reshape(shape)

    def _settled(self, slots: Integers, spot: Flags, usd: Floats, counts: Integers) -> tuple[Integers, Floats]:
        """Machines by set, requirement and group, from these on, and USD a week of each set."""
        sets, hours, groups = counts.shape
        worth = slots @ self.needed.worth.T
        worth = np.where(spot[:, :, np.newaxis] & self.needed.steady, 0, worth)
        each: Integers = np.repeat(np.arange(sets, dtype=np.int64), hours)
        required = np.tile(self.needed.required, (sets, 1))
        flat = counts.reshape(sets * hours, groups).copy()
        met = self._add(worth, each, required, usd, flat)
        self._take(worth, each, required, usd, flat)
        cost = (flat * usd[each]).sum(axis=1).reshape(sets, hours)
        cost = np.where(met.reshape(sets, hours), cost, np.inf)
        total: Floats = (cost * self.needed.hours).sum(axis=1)
        return flat.reshape(sets, hours, groups), total

    def _have(self, worth: Integers, counts: Integers) -> Integers:
        """By row: what these machines are worth."""
        found: Integers = (worth * self.needed.counted[counts]).sum(axis=-2)
        return found

    def _add(self, worth: Integers, each: Integers, required: Integers, usd: Floats, counts: Integers) -> Flags:
        missing = required - self._have(worth[each], counts)
        short: Integers = np.nonzero((missing > 0).any(axis=1))[0]
        scale = 1.0 / np.maximum(required, 1)
        price = np.maximum(usd, 1e-9)
        for _ in range(_MOST_STEPS):
            if not len(short):
                break
            mine = worth[each[short]]
            now = self.needed.counted[counts[short]]
            best = np.zeros(counts[short].shape)
            step = np.zeros(counts[short].shape, dtype=np.int64)
            for number in range(1, _BLOCK + 1):
                more = mine * (
                    self.needed.counted[np.minimum(counts[short] + number, len(self.needed.counted) - 1)] - now
                )
                gained = np.minimum(more, np.maximum(missing[short], 0)[:, np.newaxis, :])
                ratio = (gained * scale[short][:, np.newaxis, :]).sum(axis=2) / (number * price[each[short]])
                step = np.where(ratio > best, number, step)
                best = np.maximum(best, ratio)
            group = best.argmax(axis=1)
            rows = np.arange(len(short))
            possible = (best[rows, group] > 0) & (counts[short, group] < MOST_MACHINES - _BLOCK)
            short, group, step = short[possible], group[possible], step[rows, group][possible]
            counts[short, group] += step
            missing[short] = required[short] - self._have(worth[each[short]], counts[short])
            short = short[(missing[short] > 0).any(axis=1)]
        met: Flags = np.all(missing <= 0, axis=1)
        return met

    def _take(self, worth: Integers, each: Integers, required: Integers, usd: Floats, counts: Integers) -> None:
        left: Integers = np.nonzero(counts.any(axis=1))[0]
        for _ in range(_MOST_STEPS):
            if not len(left):
                break
            mine = worth[each[left]]
            now = self.needed.counted[counts[left]]
            spare = (mine * now).sum(axis=1) - required[left]
            best = np.zeros(counts[left].shape)
            step = np.zeros(counts[left].shape, dtype=np.int64)
            for number in range(1, _BLOCK + 1):
                lost = mine * (now - self.needed.counted[np.maximum(counts[left] - number, 0)])
                free = (lost <= np.maximum(spare, 0)[:, np.newaxis, :]).all(axis=2) & (counts[left] >= number)
                saved = np.where(free, number * usd[each[left]], 0.0)
                step = np.where(saved > best, number, step)
                best = np.maximum(best, saved)
            group = best.argmax(axis=1)
            rows = np.arange(len(left))
            useful = best[rows, group] > 0
            taken, group, step = left[useful], group[useful], step[rows, group][useful]
            counts[taken, group] -= step
            left = taken


def _distinct(rows: Integers) -> tuple[Integers, Integers]:
    """Rows that differ, of numbers that are not negative, and for each row which of them it is.

    As one number a row they are sorted in a fraction of the time that numpy takes for rows.
    """
    spans = [int(most) + 1 for most in rows.max(axis=0)]
    if math.prod(spans) >= 1 << 62:
        found, inverse = np.unique(rows, axis=0, return_inverse=True)
        return found, inverse
    code = np.zeros(len(rows), dtype=np.int64)
    for column, span in enumerate(spans):
        code = code * span + rows[:, column]
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return rows[first], inverse
