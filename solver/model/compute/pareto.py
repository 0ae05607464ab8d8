"""Pareto: points of which none is at least as good as another in every coordinate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_CHUNK = 256
_FIRST_CHUNK = 16
_SAME = 1e-9
_FIRST_AXES = 3
"""Coordinates that all pairs of points are compared by; nearly all that agree in these agree in the others."""
_EARLIER = np.tri(_CHUNK, k=-1, dtype=np.bool_)


def undominated(points: Floats) -> Integers:
    """Numbers of the points, less is better, that no other one replaces; of equal points the first stays.

    Points within 1e-9 of another in every coordinate count as equal to it. The numbers are ascending.
    """
    if len(points) <= 1:
        return np.arange(len(points), dtype=np.int64)
    # A point that replaces another has a smaller sum, or the same and comes first.
    order = np.argsort(points.sum(axis=1), kind="stable")
    numbers: list[Integers] = []
    size = _FIRST_CHUNK
    # The first few replace most of the others.
    while len(order):
        chunk = order[:size]
        chunk = chunk[_undominated(points[chunk])]
        numbers.append(chunk)
        order = order[size:]
        order = order[~replaced(points[order], points[chunk])]
        size = min(_CHUNK, 4 * size)
    return np.sort(np.concatenate(numbers))


def _undominated(points: Floats) -> Flags:
    """Which points no other one replaces; of two that replace each other the earlier one stays."""
    above, below = _by_axis(points + _SAME), _by_axis(points)
    # no_more[a, b]: b is nowhere above a.
    no_more = _no_more(above[:_FIRST_AXES], below[:_FIRST_AXES])
    if len(above) > _FIRST_AXES:
        alone = np.count_nonzero(no_more, axis=1) == 1
        some = np.nonzero(~alone)[0]
        no_more[some] &= _no_more(above[_FIRST_AXES:, some], below[_FIRST_AXES:])
        no_more[alone] = False
    earlier = _EARLIER[: len(points), : len(points)]
    gone: Flags = np.any(no_more & (earlier | ~no_more.T), axis=1)
    return ~gone


def replaced(points: Floats, others: Floats, *, slack: float = 0.0) -> Flags:
    """Which points have another one that is nowhere above them by more than the part `slack`."""
    found = np.zeros(len(points), dtype=np.bool_)
    lifted = points * (1 + slack)
    for start in range(0, len(others), _CHUNK):
        left = np.nonzero(~found)[0]
        if len(left) == 0:
            break
        for place in range(0, len(left), 4 * _CHUNK):
            some = left[place : place + 4 * _CHUNK]
            found[some] = _any_no_more(lifted[some], others[start : start + _CHUNK])
    return found


def _any_no_more(points: Floats, others: Floats) -> Flags:
    """Which points have another one that is nowhere above them."""
    above, below = _by_axis(points + _SAME), _by_axis(others)
    pairs = _no_more(above[:_FIRST_AXES], below[:_FIRST_AXES])
    found = np.asarray(pairs.any(axis=1), dtype=np.bool_)
    if len(above) > _FIRST_AXES:
        some = np.nonzero(found)[0]
        first = pairs[some].argmax(axis=1)
        # The first one mostly is; where it isn't, all are looked at.
        good = np.asarray((below[:, first] <= above[:, some]).all(axis=0), dtype=np.bool_)
        rest = some[~good]
        more = pairs[rest] & _no_more(above[_FIRST_AXES:, rest], below[_FIRST_AXES:])
        found[rest] = more.any(axis=1)
    return found


def _by_axis(points: Floats) -> Floats:
    """Coordinates × points: those of all points lie together, so that processors compare several at once."""
    return np.ascontiguousarray(points.T)


def _no_more(above: Floats, below: Floats) -> Flags:
    """Points × others, both given by axis: whether the other is nowhere above the point."""
    found: Flags = np.less_equal(below[0][np.newaxis], above[0][:, np.newaxis])
    more = np.empty_like(found)
    for has, most in zip(below[1:], above[1:], strict=True):
        found &= np.less_equal(has[np.newaxis], most[:, np.newaxis], out=more)
    return found
