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
    # no_more[a, b]: b is nowhere above a.
    no_more = _no_more(points, points)
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
            found[some] = _no_more(lifted[some], others[start : start + _CHUNK]).any(axis=1)
    return found


def _no_more(points: Floats, others: Floats) -> Flags:
    """points × others: whether the other is nowhere above the point."""
    # A coordinate of all points lies together, so that processors compare several at once.
    above = np.ascontiguousarray((points + _SAME).T)[:, :, np.newaxis]
    below = np.ascontiguousarray(others.T)[:, np.newaxis, :]
    found: Flags = np.less_equal(below[0], above[0])
    more = np.empty_like(found)
    for axis in range(1, len(above)):
        found &= np.less_equal(below[axis], above[axis], out=more)
    return found
