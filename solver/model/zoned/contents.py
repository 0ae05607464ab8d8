"""Contents: what fits on one machine is worth at most, in whole replicas, where requests lie on a coarse grid.

Replicas are counted in two dimensions, those of which they take most; leaving the others out can only raise the worth.
For smaller machines a table over both has the greatest worth for each amount of room:

    V(c, m)  =  max( V(c - 1, m),  max over k of V(c - a(k), m - b(k)) + w(k) )

For larger ones a unit of the second dimension has a price y, and V(c, m) ≤ y m + V'(c) for any y ≥ 0, with V' the
greatest worth of w(k) - y b(k) in the first dimension alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.market import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_CELLS = 20_000_000
_CLOSE = 4
"""Larger machine types that get tables of their own, at most."""
_ROWS = 4
"""Rows of worth that share a table."""
_LONGEST = 4_096
"""Steps of the first dimension, at most."""
_MOST_KINDS = 40
"""Workloads with requests of their own, at most."""
_GAIN = 1e-4
_FINE = 1e7
"""Worths are rounded up to so many parts of a USD, so that equal ones are looked at once."""
_ROUNDED = 1.0 + 1e-5
"""Tables are in single precision."""
_PARTS = 11
"""Prices of the second dimension that are tried at first, then again between the best one's neighbours."""


@dataclass(frozen=True)
class Grid:
    """Requests and rooms in whole steps of two dimensions."""

    pair: tuple[int, int]
    """The two dimensions."""
    asked: Integers
    """Kinds of workloads × 2."""
    kind: Integers
    """Of each workload."""
    room: Integers
    """Machine types × 2."""
    families: tuple[tuple[Integers, Integers], ...]
    """Machine types that hold the same kinds as far as the other dimensions go: the types, and those kinds."""


def grid_of(market: Market) -> Grid | None:
    """The grid; None where it would be too fine."""
    request, room = market.request, market.room
    all_ask = np.flatnonzero((request > 0).all(axis=0))
    part = (request[:, None] / np.maximum(room[None], 1)).mean(axis=(0, 1))
    if len(all_ask) < 2:
        return None
    pair = all_ask[np.argsort(-part[all_ask], kind="stable")[:2]]
    steps = np.gcd.reduce(request[:, pair], axis=0)
    places = room[:, pair] // steps
    if places[:, 0].max() > places[:, 1].max():
        pair, steps, places = pair[::-1], steps[::-1], places[:, ::-1]
    others = np.flatnonzero(~np.isin(np.arange(request.shape[1], dtype=np.int64), pair))
    rows, kind = np.unique(
        np.concatenate([request[:, pair] // steps, request[:, others]], axis=1), axis=0, return_inverse=True
    )
    if len(rows) > _MOST_KINDS or places[:, 0].max() > _LONGEST:
        return None
    there = (rows[:, 2:][:, None] <= room[:, others][None]).all(axis=2).T
    keys, owner = np.unique(there, axis=0, return_inverse=True)
    families = tuple(
        (np.flatnonzero(owner.reshape(-1) == number), np.flatnonzero(key)) for number, key in enumerate(keys)
    )
    return Grid((int(pair[0]), int(pair[1])), rows[:, :2], kind.reshape(-1), places, families)


def valuable(
    grid: Grid, worth: Floats, price: Floats, types: Integers, slots: Integers
) -> list[tuple[int, int, Integers]]:
    """Row, machine type and contents of what is worth more than its price (rows × the types): the most valuable.

    `worth` is rows × workloads, `slots` (by machine type) how many replicas there may be at most.
    """
    best = np.zeros((len(grid.asked), len(worth)))
    np.maximum.at(best, grid.kind, np.maximum(worth, 0.0).T)
    found: list[tuple[int, int, Integers]] = []
    for family, kinds in grid.families:
        places = np.flatnonzero(np.isin(types, family))
        own = types[places]
        order = np.argsort((grid.room[own] + 1).prod(axis=1), kind="stable")
        tops = np.maximum.accumulate(grid.room[own][order], axis=0) + 1
        places = places[order[tops.prod(axis=1) * len(worth) <= _CELLS]]
        if not len(places) or not len(kinds):
            continue
        room = grid.room[types[places]]
        table = _filled(grid.asked[kinds], best[kinds], room)
        value = table[room[:, 0], room[:, 1]].T
        rows, who = np.nonzero(value > price[:, places] * (1.0 + _GAIN))
        amounts = _traced(table, grid.asked[kinds], best[kinds], room[who], rows)
        for row, place, counts in zip(rows.tolist(), places[who].tolist(), amounts, strict=True):
            contents = np.zeros(worth.shape[1], dtype=np.int64)
            over = int(counts.sum() - slots[types[place]])
            for k in np.argsort(best[kinds, row], kind="stable").tolist():
                gone = min(max(over, 0), int(counts[k]))
                over -= gone
                if counts[k] > gone:
                    members = np.flatnonzero(grid.kind == kinds[k])
                    contents[members[worth[row, members].argmax()]] = counts[k] - gone
            found.append((row, int(types[place]), contents))
    return found


def _traced(table: NDArray[np.float32], asked: Integers, worth: Floats, room: Integers, rows: Integers) -> Integers:
    """Machines × kinds: how the table's worths for some rooms (of some rows of worth) came about."""
    amounts = np.zeros((len(room), len(asked)), dtype=np.int64)
    first, second = room[:, 0].copy(), room[:, 1].copy()
    own = worth.astype(np.float32)
    alive = np.arange(len(room))
    while len(alive):
        a, b, row = first[alive], second[alive], rows[alive]
        value = table[a, b, row]
        most = np.full(len(alive), -1.0, dtype=np.float32)
        which = np.zeros(len(alive), dtype=np.int64)
        for k, (x, y) in enumerate(asked.tolist()):
            fits = (a >= x) & (b >= y) & (own[k, row] > 0.0)
            reached = np.where(fits, table[np.maximum(a - x, 0), np.maximum(b - y, 0), row] + own[k, row], -1.0)
            which = np.where(reached > most, k, which)
            most = np.maximum(most, reached)
        took = most >= value * (1.0 - 1e-6)
        shorter = ~took & (a > 0)
        amounts[alive[took], which[took]] += 1
        first[alive] -= np.where(took, asked[which, 0], shorter)
        second[alive] -= np.where(took, asked[which, 1], 0)
        alive = alive[(took | shorter) & (value > 0.0)]
    return amounts


def values(grid: Grid, worth: Floats, price: Floats) -> Floats:
    """Rows of worth (× workloads) to what a machine's contents are worth at most (× machine types).

    `price` of each type is about in proportion to what it is worth; it guides what is tried, not what holds.
    """
    rows, which = np.unique(np.ceil(worth * _FINE) / _FINE, axis=0, return_inverse=True)
    found = [_values(grid, rows[row : row + _ROWS], price) for row in range(0, len(rows), _ROWS)]
    return np.concatenate(found)[which.reshape(-1)] * _ROUNDED


def _values(grid: Grid, worth: Floats, price: Floats) -> Floats:
    count = len(worth)
    best = np.zeros((len(grid.asked), count))
    np.maximum.at(best, grid.kind, np.maximum(worth, 0.0).T)
    found = np.zeros((count, len(grid.room)))
    for types, kinds in grid.families:
        if not len(kinds):
            continue
        room, asked, own = grid.room[types], grid.asked[kinds], best[kinds]
        order = np.argsort((room + 1).prod(axis=1), kind="stable")
        tops = np.maximum.accumulate(room[order], axis=0) + 1
        small = order[tops.prod(axis=1) * count <= _CELLS]
        large = np.setdiff1d(np.arange(len(types)), small)
        if len(small):
            table = _filled(asked, own, room[small])
            found[:, types[small]] = table[room[small, 0], room[small, 1]].T
        if len(large):
            level = np.ones(count)
            if len(small):
                level = np.maximum((found[:, types[small]] / price[types[small]]).max(axis=1), 1e-9)
            guess = level[:, None] * price[types[large]]
            reached = _priced(asked, own, room[large], guess)
            excess = (reached / guess).max(axis=0)
            # The types that look better than all others are looked at closely.
            for place in np.argsort(-excess, kind="stable")[:_CLOSE].tolist():
                one = room[large[[place]]]
                if excess[place] > 1.0 + _GAIN and (one + 1).prod() * count <= _CELLS:
                    reached[:, place] = _filled(asked, own, one)[one[0, 0], one[0, 1]]
            found[:, types[large]] = reached
    return found


def _filled(asked: Integers, worth: Floats, room: Integers) -> NDArray[np.float32]:
    """Both dimensions × rows: the greatest worth for each amount of room; `worth` is kinds × rows."""
    first, second = room.max(axis=0).tolist()
    table = np.zeros((first + 1, second + 1, worth.shape[1]), dtype=np.float32)
    own = worth.astype(np.float32)
    spare = np.empty(table.shape[1:], dtype=np.float32)
    some = [(int(a), int(b), own[k]) for k, (a, b) in enumerate(asked) if own[k].any()]
    for place in range(1, first + 1):
        row = table[place]
        row[:] = table[place - 1]
        for a, b, each in some:
            if a <= place and b <= second:
                more = spare[: second + 1 - b]
                np.add(table[place - a, : second + 1 - b], each, out=more)
                np.maximum(row[b:], more, out=row[b:])
    return table


def _priced(asked: Integers, worth: Floats, room: Integers, price: Floats) -> Floats:
    """By prices of the second dimension: kinds × rows in, rows × machine types out, as `price`, a guess."""
    shares = np.broadcast_to(np.linspace(0.0, 1.0, _PARTS), (worth.shape[1], len(room), _PARTS))
    best = np.full((worth.shape[1], len(room)), np.inf)
    for _ in range(2):
        value = _along(asked, worth, room, shares * (price / np.maximum(room[:, 1], 1))[:, :, None])
        least = value.argmin(axis=2)
        best = np.minimum(best, value.min(axis=2))
        middle = np.take_along_axis(shares, least[:, :, None], axis=2)
        shares = np.maximum(middle + np.linspace(-1.0, 1.0, _PARTS) / (_PARTS - 1), 0.0)
    return best


def _along(asked: Integers, worth: Floats, room: Integers, unit: Floats) -> Floats:
    """Rows × machine types × prices of a unit."""
    longest = int(room[:, 0].max())
    table = np.zeros((longest + 1, *unit.shape))
    gains = [np.maximum(worth[k][:, None, None] - unit * float(b), 0.0) for k, (_, b) in enumerate(asked)]
    for place in range(1, longest + 1):
        row = table[place]
        row[:] = table[place - 1]
        for (a, _), gain in zip(asked.tolist(), gains, strict=True):
            if a <= place:
                np.maximum(row, table[place - a] + gain, out=row)
    reached = np.take_along_axis(table, np.broadcast_to(room[:, 0][None, None, :, None], (1, *unit.shape)), axis=0)[0]
    return reached + unit * room[:, 1][None, :, None]
