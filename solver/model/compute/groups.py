"""Promise: at most `limits.node_groups` node groups hold the services, each with one machine type and one pattern.

    Σ over columns c:  [machines(c, h) > 0 in some hour h]  ≤  node_groups

Which columns: a local search over the `estimate` of what a set of columns costs in all hour classes together. It adds
the best column until the limit and then exchanges one at a time; a second search begins with given columns, drops the
least useful ones down to the limit, and exchanges too. What the chosen groups really cost is settled hour by hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from solver.model.compute.estimate import Estimate

_NO_BETTER = 1 - 1e-6
_SWEEPS = 3


def choose_columns(
    estimate: Estimate, candidates: Sequence[int], limit: int, starts: Iterable[Sequence[int]]
) -> list[list[int]]:
    """Sets of at most `limit` columns, the cheapest first: one for an empty start and one for each of `starts`."""
    found: dict[tuple[int, ...], float] = {}
    for start in ((), *starts):
        chosen = _dropped(estimate, start, limit)
        chosen = _exchanged(estimate, _added(estimate, chosen, candidates, limit), candidates)
        found[tuple(sorted(chosen))] = estimate.value(chosen)
    return [list(columns) for columns in sorted(found, key=lambda columns: (found[columns], columns))]


def _dropped(estimate: Estimate, start: Sequence[int], limit: int) -> list[int]:
    chosen = list(dict.fromkeys(start))
    while len(chosen) > limit:
        _, place = min((estimate.value([*chosen[:place], *chosen[place + 1 :]]), place) for place in range(len(chosen)))
        del chosen[place]
    return chosen


def _added(estimate: Estimate, start: Sequence[int], candidates: Sequence[int], limit: int) -> list[int]:
    chosen = list(start)
    while len(chosen) < limit:
        best = estimate.best_addition(chosen, candidates)
        if best is None or best[0] >= estimate.value(chosen) * _NO_BETTER:
            break
        chosen.append(best[1])
    return chosen


def _exchanged(estimate: Estimate, start: Sequence[int], candidates: Sequence[int]) -> list[int]:
    chosen = list(start)
    value = estimate.value(chosen)
    for _ in range(_SWEEPS):
        before = value
        for place in range(len(chosen)):
            rest = chosen[:place] + chosen[place + 1 :]
            best = estimate.best_addition(rest, candidates)
            if best is not None and best[0] < value * _NO_BETTER:
                value = best[0]
                chosen[place] = best[1]
        if value >= before * _NO_BETTER:
            break
    return chosen
