"""Flow: how much of several amounts some places can take, where each amount may go to some of the places only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def carried(amounts: Sequence[tuple[float, Sequence[str]]], rooms: Mapping[str, float]) -> float:
    """The most that places of these rooms can take of amounts, each with the places that may take a part of it."""
    left = [amount for amount, _ in amounts]
    room = dict(rooms)
    taken: list[dict[str, float]] = [dict.fromkeys(places, 0.0) for _, places in amounts]
    while True:
        path = _path(left, room, taken)
        if path is None:
            return sum(amount for amount, _ in amounts) - sum(left)
        first, place = path[0][0], path[-1][1]
        # What the path moves: from an amount to a place, and at each step before the last from there to another one.
        moved = min(left[first], room[place], *(taken[number][was] for number, was in _returned(path)))
        left[first] -= moved
        room[place] -= moved
        for number, to in path:
            taken[number][to] += moved
        for number, was in _returned(path):
            taken[number][was] -= moved


def _returned(path: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Amounts that give a place to the one before them, with the place."""
    return [(number, path[step][1]) for step, (number, _) in enumerate(path[1:])]


def _path(
    left: Sequence[float], room: Mapping[str, float], taken: Sequence[Mapping[str, float]]
) -> list[tuple[int, str]] | None:
    """The shortest way by which more can be taken: amounts, each with the place it goes to; each but the first leaves
    the place of the one before it."""
    ways: list[list[tuple[int, str]]] = []
    seen: set[str] = set()
    for number, amount in enumerate(left):
        if amount > 0:
            ways += [[(number, place)] for place in taken[number]]
    while ways:
        longer: list[list[tuple[int, str]]] = []
        for way in ways:
            place = way[-1][1]
            if place in seen:
                continue
            seen.add(place)
            if room[place] > 0:
                return way
            longer += [
                [*way, (number, other)]
                for number, here in enumerate(taken)
                if here.get(place, 0.0) > 0
                for other in here
                if other not in seen
            ]
        ways = longer
    return None
