"""Day blocks: a day cut into few blocks of hours, each planned for the highest load inside it.

Machines and replicas change their number only between blocks. An hour less than its block's highest is paid for and
not needed; the cut loses least of that, each service counted as a part of its own peak.
"""

from __future__ import annotations

from collections.abc import Sequence

Loads = Sequence[Sequence[float]]
"""One row for each service, one number for each of the 24 hours, as parts of the service's peak."""


def day_blocks(loads: Loads, most: int) -> tuple[range, ...]:
    """At most `most` runs of hours that cover the day, in order; of equal cuts the one with the fewest and earliest.

    Exact, by dynamic programming over (hour, blocks): the loss of a block is Σ over services and hours of the block's
    highest load less the hour's.
    """
    hours = len(loads[0]) if loads else 0
    if hours == 0:
        return ()
    loss = [[_loss(loads, first, last) for last in range(hours + 1)] for first in range(hours + 1)]
    answers: list[tuple[float, int, tuple[int, ...]]] = []
    ends: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for count in range(1, most + 1):
        longer: dict[int, tuple[float, tuple[int, ...]]] = {}
        for last in range(count, hours + 1):
            options = [(ends[first][0] + loss[first][last], (*ends[first][1], last)) for first in ends if first < last]
            if options:
                longer[last] = min(options, key=lambda option: (round(option[0], 9), option[1]))
        ends = longer
        if hours in ends:
            answers.append((round(ends[hours][0], 9), count, ends[hours][1]))
    _, _, cuts = min(answers)
    return tuple(range(first, last) for first, last in zip((0, *cuts), cuts, strict=False))


def _loss(loads: Loads, first: int, last: int) -> float:
    if last <= first:
        return 0.0
    return sum(max(row[first:last]) * (last - first) - sum(row[first:last]) for row in loads)
