"""The smallest set of wishes that can't hold together, and what the nearest number is that frees it.

A set of wishes is possible when a plan keeps them all; without a wish of it, it still is. Of every largest possible set
the wishes outside are a correction. Each conflict has a wish of every correction. So a smallest set that has one of
all corrections known so far is a smallest conflict, as soon as it is not possible itself; where it is, it grows to a
largest possible set, which gives one more correction (Ignatiev, Previti, Liffiton, Marques-Silva: Smallest MUS
Extraction with Minimal Hitting Set Dualization, 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Set = frozenset[int]


def smallest_conflict(wishes: Set, possible: Callable[[Set], bool], likely: Sequence[int] = ()) -> Set | None:
    """The smallest set of wishes that is not possible, of which each smaller one is; None where all are possible.

    `likely` are wishes that may be a correction each, which is asked first.
    """
    if possible(wishes):
        return None
    corrections = [frozenset({wish}) for wish in likely if wish in wishes and possible(wishes - {wish})]
    while True:
        chosen = _smallest_hitting(corrections)
        if not possible(chosen):
            return chosen
        corrections.append(wishes - _grown(chosen, sorted(wishes - chosen), possible))


def _grown(chosen: Set, others: Sequence[int], possible: Callable[[Set], bool]) -> Set:
    """With as many of the others as stay possible, in their order, halves at a time."""
    if not others:
        return chosen
    if possible(chosen | set(others)):
        return chosen | set(others)
    if len(others) == 1:
        return chosen
    middle = len(others) // 2
    return _grown(_grown(chosen, others[:middle], possible), others[middle:], possible)


def _smallest_hitting(corrections: Sequence[Set]) -> Set:
    """A smallest set that has a wish of each correction; the same for the same corrections."""
    size = 0
    while True:
        found = _hitting(corrections, frozenset(), size)
        if found is not None:
            return found
        size += 1


def _hitting(corrections: Sequence[Set], chosen: Set, more: int) -> Set | None:
    missed = [each for each in corrections if not each & chosen]
    if not missed:
        return chosen
    if more == 0:
        return None
    for wish in sorted(min(missed, key=lambda each: (len(each), sorted(each)))):
        found = _hitting(missed, chosen | {wish}, more - 1)
        if found is not None:
            return found
    return None


def nearest_figure(now: int, last: int, possible: Callable[[int], bool]) -> int | None:
    """The number nearest to `now`, and not it, that is possible; None where `last` is not.

    What is possible at a number is so at each one between it and `last`. Steps double until one is possible, then the
    last of them is halved.
    """
    if now == last or not possible(last):
        return None
    way = 1 if last > now else -1
    least, most = now, last
    step = 1
    while abs(last - now) > step and least != most:
        tried = now + way * step
        if possible(tried):
            most = tried
            break
        least = tried
        step *= 2
    while abs(most - least) > 1:
        middle = (least + most) // 2
        if possible(middle):
            most = middle
        else:
            least = middle
    return most
