"""Columns: fillings that the linear program chooses from, each on the cheapest machine type that holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.model.packing.problem import Floats, Integers, Problem


def cheapest(problem: Problem, patterns: Integers) -> Integers:
    """By pattern the cheapest machine type that holds it, the first of equals; −1 where none does."""
    order = np.argsort(problem.price, kind="stable")
    need = patterns @ problem.request
    answer = np.full(len(patterns), -1, dtype=np.int64)
    barred = bool((~problem.fits).any())
    # In parts, so that patterns × machine types × dimensions stay small.
    for begin in range(0, len(patterns), 512):
        part = slice(begin, begin + 512)
        holds = (problem.room[order][None] >= need[part, None, :]).all(axis=2)
        if barred:
            holds &= ((patterns[part] > 0).astype(np.int64) @ (~problem.fits[order]).T.astype(np.int64)) == 0
        found = holds.sum(axis=1) > 0
        answer[part] = np.where(found, order[holds.argmax(axis=1)], -1)
    return answer


@dataclass
class Columns:
    """A growing set of different columns."""

    problem: Problem
    machine: list[int] = field(default_factory=list[int])
    patterns: list[Integers] = field(default_factory=list[Integers])
    _known: dict[tuple[int, bytes], int] = field(default_factory=dict[tuple[int, bytes], int])

    def __len__(self) -> int:
        return len(self.machine)

    def add(self, patterns: Integers, machines: Integers | None = None) -> list[int]:
        """Add patterns; places of those that are new. Without machine types each gets the cheapest that holds it."""
        patterns = patterns[patterns.max(axis=1, initial=0) > 0] if machines is None else patterns
        chosen = cheapest(self.problem, patterns) if machines is None else machines
        new: list[int] = []
        for pattern, machine in zip(patterns, chosen.tolist(), strict=True):
            key = (machine, pattern.tobytes())
            if machine < 0 or key in self._known:
                continue
            self._known[key] = len(self.machine)
            new.append(len(self.machine))
            self.machine.append(machine)
            self.patterns.append(pattern)
        return new

    def table(self, places: list[int] | None = None) -> tuple[Integers, Integers]:
        """Machine types and patterns (n × k), of all columns or of some."""
        if places is None:
            places = list(range(len(self.machine)))
        classes = len(self.problem.count)
        patterns = np.array([self.patterns[place] for place in places], dtype=np.int64).reshape(len(places), classes)
        return np.array([self.machine[place] for place in places], dtype=np.int64), patterns

    def costs(self) -> Floats:
        """By column."""
        return self.problem.cost[np.array(self.machine, dtype=np.int64)]


def singles(problem: Problem) -> Columns:
    """A first column for each class: as many of it as fit, on the machine where that is cheapest by replica."""
    columns = Columns(problem)
    number = np.minimum(problem.ceiling, problem.count)
    with np.errstate(divide="ignore"):
        each = np.where(number > 0, problem.cost[:, None] / np.maximum(number, 1), np.inf)
    machines = each.argmin(axis=0).astype(np.int64)
    classes = np.arange(len(problem.count))
    patterns = np.zeros((len(classes), len(classes)), dtype=np.int64)
    patterns[classes, classes] = number[machines, classes]
    columns.add(patterns, machines)
    return columns
