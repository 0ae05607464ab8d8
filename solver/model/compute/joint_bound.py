"""Joint bound: the bound on the week where all services may share all machines.

What an hour class costs at one worth θ of a USD of the savings plan's level is at least Z(θ), the joint program's bound
at the machines' prices there. So each of its cost vectors may be raised to Z: no way of holding the services is below
either. Z is concave in θ, as every machine's price is: between two worths that were solved it is at least the straight
line, and above the last one it does not fall.

A program is solved for what the classes of a group require at most, at the worths that count in the week as it stands.
Its duals are proved for each of them (`JointPoint.proved`), so that a class counts with all that it requires.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.joint_program import JointProgram
from solver.model.compute.pareto import undominated
from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Week
from solver.model.deadline import NEVER, Deadline

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_ROUNDS = 3
_VARIANTS_TIMES_CLASSES = 40
_FEWEST, _MOST = 2, 8
"""Programs at one worth, fewer where each takes long. Twice as many raise a bound on a day by up to half a percent."""
_GAINED = 1 + 1e-4


@dataclass(frozen=True)
class Relaxation:
    """A bound on the week that may be raised."""

    value: Valuation
    week: Week
    least: Callable[[Week], tuple[float, float]]
    """The bound of a week, with the jobs, and the level at which it costs least."""


@dataclass
class JointBound:
    """The bound for one site."""

    program: JointProgram
    relaxation: Relaxation
    deadline: Deadline = NEVER

    def __post_init__(self) -> None:
        hourly = self.program.hourly
        classes = len(hourly.task.weight)
        most = min(max(_VARIANTS_TIMES_CLASSES // max(len(hourly.needs.runnables), 1), _FEWEST), _MOST)
        self.groups = gathered(self.program.required, hourly.task.weight, most)
        self.solved: list[dict[int, Floats]] = [{} for _ in self.groups]
        self.lowest = np.zeros((classes, len(self.relaxation.value.worths)))

    def bound(self, target: float) -> float:
        """USD a week; it ends where the target is reached."""
        value, least = self.relaxation.value, self.relaxation.least
        first = int(np.argmin(np.abs(value.worths - 1.0)))
        wanted = [{first} for _ in self.groups]
        week = self.relaxation.week
        best, level = least(week)
        for _ in range(_ROUNDS):
            if self.deadline.has_passed() or not self._solve(wanted):
                break
            week = self.raised()
            usd, level = least(week)
            gained, best = usd > best * _GAINED, max(best, usd)
            if best >= target or not gained:
                break
            wanted = [{week.place(number, level) for number in group} for group in self.groups]
        return best

    def raised(self) -> Week:
        """The week with vectors that are no lower than the programs' bounds."""
        week = self.relaxation.week
        vectors = [np.maximum(each, low) for each, low in zip(week.vectors, self.lowest, strict=True)]
        return Week(week.valuation, week.weight, [each[undominated(each)] for each in vectors])

    def _solve(self, wanted: Sequence[set[int]]) -> bool:
        """Programs of groups at worths of these numbers; whether there was a new one."""
        value, new = self.relaxation.value, False
        for group, known, numbers in zip(self.groups, self.solved, wanted, strict=True):
            required = self.program.required[group]
            for number in sorted(number for number in numbers - set(known) if not _is_free(value, number)):
                point = self.program.solve(required.max(axis=0), value.machine[:, number])
                known[number] = required @ point.proved
                new = True
            self.lowest[group] = np.maximum(self.lowest[group], _between(value, known, len(group)))
        return new


def _is_free(value: Valuation, number: int) -> bool:
    """Whether the savings plan's level has room for more machines at this worth: what is left to pay are volumes."""
    return value.good is not None and not value.held and value.worths[number] <= 0


def _between(value: Valuation, known: dict[int, Floats], classes: int) -> Floats:
    """Classes × worths: what is known, and what that proves of the others."""
    found = np.zeros((classes, len(value.worths)))
    if value.held:
        # Worths of what is held change from one to the next as well.
        for number, usd in known.items():
            found[:, number] = usd
        return found
    points = {0.0: np.zeros(classes)} | {float(value.worths[number]): usd for number, usd in sorted(known.items())}
    for place in range(classes):
        found[place] = np.interp(value.worths, list(points), [float(usd[place]) for usd in points.values()])
    return found


def gathered(required: Integers, weight: Integers, most: int) -> list[list[int]]:
    """Hour classes (× rows) in at most so many groups, which lose little where all require the least of their group."""
    share = required / np.maximum(required.max(axis=0, initial=1), 1)
    groups = [[number] for number in range(len(required))]
    least = [share[number] for number in range(len(required))]
    hours = [float(each) for each in weight]
    while len(groups) > most:
        table = np.array(least)
        both: Floats = np.minimum(table[:, np.newaxis], table[np.newaxis])
        part: Floats = (table[:, np.newaxis] - both).sum(axis=2) * np.array(hours)[:, np.newaxis]
        lost: Floats = part + part.T
        lost[np.tril_indices(len(groups))] = np.inf
        first, second = divmod(int(np.argmin(np.round(lost, 9))), len(groups))
        groups[first] = sorted(groups[first] + groups[second])
        least[first] = np.minimum(least[first], least[second])
        hours[first] += hours[second]
        del groups[second], least[second], hours[second]
    return sorted(groups)
