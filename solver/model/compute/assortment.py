"""Assortment: which columns each service runs on, at most so many in all, when services have machines of their own.

A local search on the cost of the week at a given level and with given jobs. A service's vectors for a set of columns
come from `lowest`, so that a set is judged by nearly what it costs. First the best single column of each service, then
the best addition until the limit, then exchanges: a column for another of the same service, or of another service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.lowest import Lowest
from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Beside, Week, added

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_NO_BETTER = 1 - 1e-6
_SWEEPS = 4
Chosen = tuple[int, ...]
"""Numbers of a service's options, ascending."""


@dataclass
class Judge:
    """Costs of sets of options; what was found for a service is kept."""

    services: Sequence[Lowest]
    _known: dict[tuple[int, Chosen], list[Floats] | None] = field(
        default_factory=dict[tuple[int, Chosen], "list[Floats] | None"]
    )

    def vectors(self, service: int, chosen: Chosen) -> list[Floats] | None:
        """By hour class: the service's vectors with these options; None when they can't hold it."""
        key = (service, chosen)
        if key not in self._known:
            self._known[key] = self.services[service].vectors(chosen)
        return self._known[key]


@dataclass(frozen=True)
class Slot:
    """Equal hours, as the search weighs them."""

    number: int
    """Hour class."""
    hours: int
    shift: Floats
    """By worth: jobs' machines beside, less what the level pays."""


def hours_at(slots: Mapping[tuple[int, Beside], int], value: Valuation, level: float) -> list[Slot]:
    """Slots (class, machines beside) with their hours, at a level."""
    return [
        Slot(number, hours, value.beside(beside) - value.worths * level) for (number, beside), hours in slots.items()
    ]


def used_in(own: Sequence[Lowest], week: Week, level: float) -> list[tuple[int, ...]]:
    """By service: options of the cheapest week without a limit."""
    found: list[set[int]] = [set() for _ in own]
    for number in range(len(week.weight)):
        worth = week.place(number, level)
        for service, each in enumerate(own):
            found[service] |= each.used(number, worth)
    return [tuple(sorted(each)) if each else (0,) for each in found]


@dataclass
class Assortment:
    """The search for one level."""

    judge: Judge
    hours: Sequence[Slot]
    limit: int
    chosen: list[Chosen]
    """By service."""
    _sums: list[tuple[int, Chosen, list[Floats]]] = field(default_factory=list[tuple[int, Chosen, "list[Floats]"]])
    """Services that were added up last, in order: what was chosen for each, and joint vectors by class up to it. The
    next sum mostly begins with the same ones."""

    def usd(self, service: int, chosen: Chosen, others: Sequence[Floats]) -> float:
        """USD a week with these options of one service; `others` are the joint vectors of the rest by class."""
        vectors = self.judge.vectors(service, chosen)
        if vectors is None:
            return np.inf
        total = 0.0
        for each in self.hours:
            rest = (others[each.number] + each.shift).T
            sums = vectors[each.number].T[:, :, np.newaxis] + rest[:, np.newaxis, :]
            total += each.hours * float(sums.max(axis=0).min())
        return total

    def others(self, service: int, full: Sequence[Sequence[Floats]] | None = None) -> list[Floats]:
        """By class, joint vectors of the other services with what is chosen, or with `full` where nothing is yet."""
        rest = [(number, mine) for number, mine in enumerate(self.chosen) if number != service]
        same = 0
        while same < min(len(rest), len(self._sums)) and self._sums[same][:2] == rest[same]:
            same += 1
        del self._sums[same:]
        for number, mine in rest[same:]:
            vectors = self.judge.vectors(number, mine) if mine else None
            if vectors is None:
                assert full is not None
                vectors = list(full[number])
            if self._sums:
                vectors = [added(pair) for pair in zip(self._sums[-1][2], vectors, strict=True)]
            self._sums.append((number, mine, vectors))
        if not rest:
            return [np.zeros((1, len(self.hours[0].shift)))] * len(self.judge.services[0].required)
        return self._sums[-1][2]

    def fill(self, full: Sequence[Sequence[Floats]]) -> bool:
        """Choose what helps, first for services that have none; False when that can't be within the limit."""
        services = range(len(self.judge.services))
        if not services:
            return True
        for service in services:
            if self.chosen[service]:
                continue
            others = self.others(service, full)
            singles = [
                (self.usd(service, (option,), others), option)
                for option in range(self.judge.services[service].options.count)
            ]
            best = min(singles, default=(np.inf, 0))
            if not np.isfinite(best[0]):
                return False
            self.chosen[service] = (best[1],)
        while sum(map(len, self.chosen)) < self.limit:
            found = min((self._best_addition(service) for service in services), default=None)
            if found is None or found[0] >= self.now() * _NO_BETTER:
                break
            self.chosen[found[1]] = found[2]
        return sum(map(len, self.chosen)) <= self.limit

    def trim(self) -> bool:
        """Give up the options that help least, down to the limit; False when that can't be.

        What an option helps mostly grows as others go: what was found for one before is looked at again only where it
        is the least of all.
        """
        usd, turn = self.now(), 0
        known: list[tuple[float, int, int, Chosen]] = []
        for service in range(len(self.chosen)):
            known += self._losses(service, usd, turn)
        while sum(map(len, self.chosen)) > self.limit:
            loss, at, service, left = min(known, default=(np.inf, 0, 0, ()))
            if not np.isfinite(loss):
                return False
            if at == turn:
                usd, turn = usd + loss, turn + 1
                self.chosen[service] = left
            known = [each for each in known if each[2] != service]
            known += self._losses(service, usd, turn)
        return True

    def _losses(self, service: int, usd: float, turn: int) -> list[tuple[float, int, int, Chosen]]:
        """USD a week that the service without each of its options costs more than `usd`; none for its only one."""
        mine = self.chosen[service]
        if len(mine) < 2:
            return []
        others = self.others(service)
        found = [tuple(option for option in mine if option != out) for out in mine]
        return [(self.usd(service, left, others) - usd, turn, service, left) for left in found]

    def now(self) -> float:
        """USD a week of what is chosen."""
        return self.usd(0, self.chosen[0], self.others(0)) if self.chosen else 0.0

    def _best_addition(self, service: int, others: Sequence[Floats] | None = None) -> tuple[float, int, Chosen]:
        rest = self.others(service) if others is None else others
        mine = self.chosen[service]
        found = [
            (self.usd(service, tuple(sorted((*mine, option))), rest), service, tuple(sorted((*mine, option))))
            for option in range(self.judge.services[service].options.count)
            if option not in mine
        ]
        return min(found, default=(np.inf, service, mine))

    def improve(self) -> float:
        """Exchange until nothing helps; USD a week."""
        best = self.now()
        for _ in range(_SWEEPS):
            before = best
            for service in range(len(self.chosen)):
                best = self._exchange(service, best)
            best = self._move(best)
            if best >= before * _NO_BETTER:
                break
        return best

    def _exchange(self, service: int, best: float) -> float:
        rest = self.others(service)
        for out in self.chosen[service]:
            kept = tuple(option for option in self.chosen[service] if option != out)
            if out not in self.chosen[service]:
                continue
            for option in range(self.judge.services[service].options.count):
                if option in self.chosen[service]:
                    continue
                other = tuple(sorted((*kept, option)))
                usd = self.usd(service, other, rest)
                if usd < best * _NO_BETTER:
                    best, self.chosen[service] = usd, other
                    break
        return best

    def _move(self, best: float) -> float:
        """Give up an option of one service for one more of another."""
        services = range(len(self.chosen))
        for giver in services:
            if len(self.chosen[giver]) < 2:
                continue
            rest = self.others(giver)
            dropped = [
                (self.usd(giver, left, rest), left)
                for out in self.chosen[giver]
                if (left := tuple(option for option in self.chosen[giver] if option != out))
            ]
            usd, left = min(dropped)
            kept = self.chosen[giver]
            self.chosen[giver] = left
            if usd <= best:
                best = usd
                continue
            gains = [self._best_addition(taker) for taker in services if taker != giver]
            gain = min(gains, default=(np.inf, giver, left))
            if gain[0] < best * _NO_BETTER:
                best, self.chosen[gain[1]] = gain[0], gain[2]
            else:
                self.chosen[giver] = kept
        return best
