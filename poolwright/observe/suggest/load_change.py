"""LoadChange: the next load of a service in its file's own form, from the week that is wanted, by bounded steps.

    wanted(h)   the week that the load should be, the median of the forecast
    in use(h)   the last measured week / (1 + headroom): with its headroom a load never falls below what was measured
    target(h)   the larger of the two, within most_down and most_up of the load that is

The form stays: a constant becomes the highest hour of the target, a peak what its shape needs to hold the target.
Headroom may bear a part of what the shape misses below the peak, but lets no load fall below what is in use; where the
shape would buy much more than the target asks for, it becomes the target's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from poolwright.observe.suggest.bounds import Bounds
from solver.demand.load import LoadProfile

_SHAPE_MISS = 0.1
"""Part of an hour's target that a kept shape may lack, and at most half of the headroom."""
_SHAPE_WASTE = 0.1
"""A kept shape may hold so much more than the target, over the week."""


class Direction(StrEnum):
    """What becomes of the week's load."""

    MORE = "more"
    LESS = "less"
    OTHERWISE = "otherwise"


@dataclass(frozen=True, kw_only=True)
class LoadChange:
    """The load as it would be."""

    load: LoadProfile
    direction: Direction
    """More where its highest hour or its sum grows; otherwise where neither moves much and its shape does."""
    factor: float
    """Of the highest hour."""
    bounded: str | None
    """What kept it from the week that is wanted: `most_up`, `most_down`; None where nothing did."""
    reshaped: bool
    """Whether the shape is another one."""


def next_load(
    load: LoadProfile,
    wanted: Sequence[float],
    in_use: Sequence[float],
    *,
    headroom: float,
    bounds: Bounds,
    may_fall: bool = True,
) -> LoadChange | None:
    """The next step towards the week that is wanted; None where the load is near enough.

    Events of the load are none of it: all three weeks are usual ones. In hours without load the bound is a part of the
    week's highest hour.
    """
    now = _usual_week(load)
    highest = max(now)
    least = [each * (bounds.most_down if may_fall else 1) for each in now]
    most = [max(each, highest / 100) * bounds.most_up for each in now]
    needed = [max(want, use / (1 + headroom)) for want, use in zip(wanted, in_use, strict=True)]
    target = [min(max(need, low), high) for need, low, high in zip(needed, least, most, strict=True)]
    kept = [min(use / (1 + headroom), each) for use, each in zip(in_use, now, strict=True)]
    made = _in_its_form(load, now, target, headroom, kept)
    week = _usual_week(made)
    if _moved(now, week) < bounds.least_change:
        return None
    bounded = None
    if any(need > high for need, high in zip(needed, most, strict=True)):
        bounded = "most_up"
    elif may_fall and sum(week) < sum(now):
        free = _in_its_form(load, now, needed, headroom, kept)
        if sum(_usual_week(free)) < sum(week) * (1 - bounds.least_change):
            bounded = "most_down"
    return LoadChange(
        load=made,
        direction=_direction(now, week, bounds.least_change),
        factor=max(week) / highest,
        bounded=bounded,
        reshaped=made.shape is not None and (load.shape is None or tuple(made.shape) != tuple(load.shape)),
    )


def _usual_week(load: LoadProfile) -> tuple[float, ...]:
    return load.model_copy(update={"week_of": None}).week_per_second()


def _in_its_form(
    load: LoadProfile, now: Sequence[float], target: Sequence[float], headroom: float, kept: Sequence[float]
) -> LoadProfile:
    if load.constant_per_second is not None:
        return load.model_copy(update={"constant_per_second": three_digits(max(target))})
    if load.hourly_per_second is not None:
        return load.model_copy(update={"hourly_per_second": tuple(three_digits(each) for each in target)})
    miss = min(_SHAPE_MISS, headroom / 2)
    least = [max(want / (1 + miss), keep) for want, keep in zip(target, kept, strict=True)]
    scale = max((want / each for want, each in zip(least, now, strict=True) if each > 0), default=1.0)
    unseen = any(want > 0 and each <= 0 for want, each in zip(target, now, strict=True))
    scale = max(scale, max(target) / max(now))
    if not unseen and scale * sum(now) <= (1 + _SHAPE_WASTE) * sum(target):
        return load.model_copy(update={"peak_per_second": three_digits(scale * max(now))})
    peak = three_digits(max(target))
    shape = tuple(math.ceil(each / max(target) * 1e4 - 1e-6) / 1e4 for each in target)
    return load.model_copy(update={"peak_per_second": peak, "shape": shape})


def three_digits(number: float) -> float:
    """The number with three digits, not below it."""
    if number <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(number)) - 2)
    return float(f"{math.ceil(number / unit - 1e-9) * unit:.6g}")


def _moved(now: Sequence[float], then: Sequence[float]) -> float:
    """The larger of how far the highest hour moves, and how far the hours do together."""
    hours = sum(abs(new - old) for old, new in zip(now, then, strict=True)) / max(sum(now), 1e-12)
    return max(abs(max(then) / max(now) - 1), hours)


def _direction(now: Sequence[float], then: Sequence[float], least: float) -> Direction:
    peak, total = max(then) / max(now) - 1, sum(then) / max(sum(now), 1e-12) - 1
    if max(peak, total) >= least:
        return Direction.MORE
    return Direction.LESS if min(peak, total) <= -least else Direction.OTHERWISE
