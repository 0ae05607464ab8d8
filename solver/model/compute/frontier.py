"""Frontier: every way to hold one service in one hour class that some level of a savings plan may prefer.

A way is a number of machines of each option; its cost is a vector over the worths of a USD of the level
(`valuation`). Ways are built option by option. A part of a way is dropped when another part has met at least as much of
each row at no higher cost for any worth, or when what it must still cost (`completion`) makes it no better than a whole
way that is known. So no way is lost that is best at some level, whatever the other services run on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.completion import Completion, completion_of
from solver.model.compute.options import Options
from solver.model.compute.pareto import replaced, undominated

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_SLACK = 1e-4
"""Parts that save less than this part of the cost are not followed; a bound gives it away."""
_MOST_PARTS = 3_000
"""Parts kept at once; beyond, the frontier is not made."""


@dataclass(frozen=True)
class Frontier:
    """Ways that none replaces."""

    machines: Integers
    """Ways × columns of `options`."""
    cost: Floats
    """Ways × worths of a USD of the level: USD an hour."""
    slack: float = 0.0
    """Ways that cost less by no more than this part were not looked for."""

    @property
    def count(self) -> int:
        """Number of ways."""
        return len(self.cost)


@dataclass
class Work:
    """How much may be done: comparisons of one part with another."""

    left: float = inf

    def take(self, parts: int) -> bool:
        """Whether there is enough left to sort out so many parts."""
        self.left -= parts * min(parts, _MOST_PARTS)
        return self.left >= 0


@dataclass
class _Parts:
    left: Integers
    """Parts × rows: what is left to be met."""
    cost: Floats
    machines: Integers

    def picked(self, chosen: Flags | Integers) -> _Parts:
        return _Parts(self.left[chosen], self.cost[chosen], self.machines[chosen])


def frontier(
    options: Options, required: Integers, completion: Completion | None = None, work: Work | None = None
) -> Frontier | None:
    """The ways that meet these requirements by row; None where there are too many to follow, or too much work.

    A service that needs nothing has one way, without machines. `completion` is for these options and for requirements
    at least as high.
    """
    worths = options.cost.shape[1]
    if not (required > 0).any():
        return Frontier(np.zeros((1, options.count), dtype=np.int64), np.zeros((1, worths)))
    bound = completion_of(options, required) if completion is None else completion
    work = Work() if work is None else work
    few = options.best_few()
    known: Frontier | None = None
    if 0 < len(few) < options.count:
        first = options.picked(few)
        found = _build(first, required, completion_of(first, required), None, work)
        if found is not None:
            machines = np.zeros((found.count, options.count), dtype=np.int64)
            machines[:, few] = found.machines
            known = Frontier(machines, found.cost, _SLACK)
    return _build(options, required, bound, known, work)


def _build(
    options: Options, required: Integers, completion: Completion, known: Frontier | None, work: Work
) -> Frontier | None:
    worths = options.cost.shape[1]
    start = np.maximum(required, 0)[np.newaxis]
    whole_cost = np.empty((0, worths)) if known is None else known.cost
    whole_machines = np.empty((0, options.count), dtype=np.int64) if known is None else known.machines
    parts = _Parts(start, np.zeros((1, worths)), np.zeros((1, options.count), dtype=np.int64))
    for option in range(options.count):
        more = _grown(parts, options, option)
        whole: Flags = more.left.max(axis=1) <= 0
        if whole.any():
            met = more.picked(whole)
            kept = undominated(met.cost)
            whole_cost = np.vstack([whole_cost, met.cost[kept]])
            whole_machines = np.vstack([whole_machines, met.machines[kept]])
            kept = undominated(whole_cost)
            whole_cost, whole_machines = whole_cost[kept], whole_machines[kept]
        more = more.picked(~whole)
        parts = _joined([parts, more]) if len(more.cost) else parts
        parts = parts.picked(_promising(parts, completion, option + 1, whole_cost))
        if not work.take(len(parts.cost)):
            return None
        if len(parts.cost) > 1:
            parts = parts.picked(undominated(np.hstack([parts.left / np.maximum(required, 1), parts.cost])))
        if len(parts.cost) > _MOST_PARTS:
            return None
        if len(parts.cost) == 0:
            break
    if len(whole_cost) == 0:
        return None
    return Frontier(whole_machines, whole_cost, _SLACK)


def _grown(parts: _Parts, options: Options, option: int) -> _Parts:
    """Each part with every number of machines of an option that meets more than one machine less did."""
    worth, zones = options.worth[option], int(options.zones[option])
    # Where the loss of a zone takes all machines of an option, they are worth nothing however many there are.
    fed = options.most_worth[option] > 0
    least = int(options.least[option])
    left = parts.left[:, fed]
    most = left.max(axis=0, initial=0)
    worths: list[Integers] = [np.zeros(len(worth), dtype=np.int64)]
    machines = least
    while (worths[-1][fed] < most).any():
        worths.append(worth * options.counted(machines, zones))
        machines += 1
    if len(worths) == 1:
        return parts.picked(np.zeros(0, dtype=np.int64))
    by_number = np.array(worths)
    # [part, number]: something that the option feeds is still open with the number before.
    useful = np.any(left[:, np.newaxis, :] > by_number[np.newaxis, :-1, fed], axis=2)
    place, number = np.nonzero(useful)
    count = number + least
    grown = parts.machines[place]
    grown[:, option] = count
    return _Parts(
        np.maximum(parts.left[place] - by_number[number + 1], 0),
        parts.cost[place] + count[:, np.newaxis] * options.cost[option],
        grown,
    )


def _promising(parts: _Parts, completion: Completion, option: int, whole: Floats) -> Flags:
    """Which parts may become a way that no known one replaces, with the options from there on."""
    if len(parts.cost) == 0:
        return np.zeros(0, dtype=np.bool_)
    at_least = parts.cost + completion.least(parts.left, option)
    reachable: Flags = np.isfinite(at_least.max(axis=1))
    found = reachable.copy()
    found[reachable] = ~replaced(at_least[reachable], whole, slack=_SLACK)
    return found


def _joined(parts: list[_Parts]) -> _Parts:
    return _Parts(
        np.vstack([each.left for each in parts]),
        np.vstack([each.cost for each in parts]),
        np.vstack([each.machines for each in parts]),
    )
