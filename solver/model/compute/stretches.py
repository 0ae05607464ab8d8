"""Stretches: the week in parts, each from the middle of one calm run of hours to the middle of the next.

A run is all hours of one class that follow each other. Of a plan that pays for every start, one whose machines are the
same in all hours of a run costs no more: the machines of the run's cheapest hour do for all, and no path of rises gets
longer by leaving stops out. So a run may be cut in its middle, each half with its hours; what starts of the week is at
least what starts inside the stretches. Little is lost where few machines run, which nobody starts early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Hours in which the same machines run."""

    number: int
    """Their class."""
    hours: float
    """How many; half of a run's where a stretch begins or ends in it."""


Stretch = tuple[Step, ...]


def stretches_of(hour_of_week: Sequence[int], level: Sequence[float], longest: int) -> dict[Stretch, int]:
    """How often each stretch occurs in the week; `level` says by class how much must run.

    Stretches of more than `longest` steps, at least five, are cut where the least must run. None where all hours are of
    one class, so that nothing has to start.
    """
    week = len(hour_of_week)
    first = [hour for hour in range(week) if hour_of_week[hour] != hour_of_week[hour - 1]]
    if not first:
        return {}
    runs = [
        Step(hour_of_week[hour], float((after - hour) % week))
        for hour, after in zip(first, [*first[1:], first[0]], strict=True)
    ]
    load = [level[run.number] for run in runs]
    calm = [place for place in range(len(runs)) if load[place - 1] >= load[place] < load[(place + 1) % len(runs)]] or [
        0
    ]
    found: dict[Stretch, int] = {}
    for place, after in zip(calm, [*calm[1:], calm[0] + len(runs)], strict=True):
        whole = [runs[each % len(runs)] for each in range(place, after + 1)]
        for stretch in _cut(_between(whole), level, longest):
            found[stretch] = found.get(stretch, 0) + 1
    return found


def _between(runs: Sequence[Step]) -> Stretch:
    """From the middle of the first run to the middle of the last one."""
    first, *inner, last = runs
    return (Step(first.number, first.hours / 2), *inner, Step(last.number, last.hours / 2))


def _cut(stretch: Stretch, level: Sequence[float], longest: int) -> list[Stretch]:
    if len(stretch) <= longest:
        return [stretch]
    # Each part has a step of its own between its ends.
    inner = range(2, len(stretch) - 2)
    place = min(inner, key=lambda each: (level[stretch[each].number], -stretch[each].hours, each))
    half = Step(stretch[place].number, stretch[place].hours / 2)
    return [*_cut((*stretch[:place], half), level, longest), *_cut((half, *stretch[place + 1 :]), level, longest)]
