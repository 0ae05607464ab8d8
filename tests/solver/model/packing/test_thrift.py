"""Full machines: halves against every set of the replicas, and packings that waste nothing."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from solver.model.packing.halves import halves, pairs
from solver.model.packing.problem import Problem, read
from solver.model.packing.regroup import regroup
from solver.pack import Instance, Item, Machine, pack
from solver.vocabulary import Termination

PRICES = (3, 5, 4)


def cut_up(seed: int, machines: int, *, types: int = 8) -> tuple[Instance, int]:
    """Machines cut into five different items each, priced by their room, and what they cost together."""
    draw = np.random.default_rng(seed)
    rooms = draw.integers(300, 900, size=(types, len(PRICES)))
    pieces: list[list[int]] = []
    total = 0
    for _ in range(machines):
        room = rooms[int(draw.integers(types))]
        parts = np.stack([np.diff(np.concatenate([[0], np.sort(draw.integers(1, r, 4)), [r]])) for r in room.tolist()])
        pieces += parts.T.tolist()
        total += int(room @ np.array(PRICES))
    kinds = tuple(
        Machine(f"m{n}", {f"d{d}": int(amount) for d, amount in enumerate(room)}, int(room @ np.array(PRICES)))
        for n, room in enumerate(rooms)
    )
    items = tuple(Item(f"i{n:03d}", {f"d{d}": a for d, a in enumerate(piece)}, 1) for n, piece in enumerate(pieces))
    return Instance(kinds, items), total


def small_problem() -> Problem:
    return read(cut_up(3, 3, types=4)[0]).problem


def test_halves_find_every_exactly_full_machine() -> None:
    draw = np.random.default_rng(1)
    request = draw.integers(1, 6, size=(9, 2))
    rooms = np.array([[9, 9], [12, 10], [20, 18]])

    found = pairs(request, rooms, halves(9, 5, 10_000), np.ones(2, dtype=np.int64), draw, 10_000)

    expected = {
        (machine, chosen)
        for size in range(2, 10)
        for chosen in combinations(range(9), size)
        for machine, room in enumerate(rooms)
        if (request[list(chosen)].sum(axis=0) == room).all()
    }
    held = [tuple(np.nonzero(row)[0].tolist()) for row in found.held]
    assert expected
    assert len(held) == len(expected)
    assert set(zip(found.machines.tolist(), held, strict=True)) == expected


def test_with_a_grain_hardly_any_room_is_left_and_none_is_overfull() -> None:
    draw = np.random.default_rng(2)
    request = draw.integers(20, 200, size=(14, 3))
    rooms = np.array([[500, 500, 500], [700, 600, 650]])

    found = pairs(request, rooms, halves(14, 5, 10_000), np.full(3, 32), draw, 10_000)

    room_left = rooms[found.machines] - found.held @ request
    assert len(found.held) > 10
    assert room_left.min() >= 0
    assert room_left.max() < 3 * 32


def test_regrouped_machines_hold_the_same_for_less() -> None:
    problem = small_problem()
    prices = problem.scale * np.array(PRICES) * (problem.price[0] / (problem.room[0] @ np.array(PRICES)))
    alone = np.eye(len(problem.count), dtype=np.int64)
    kinds = np.arange(len(problem.price))
    total = round(float(problem.count @ problem.share @ prices))

    better = regroup(problem, prices, kinds, alone, 10 * total, np.random.default_rng(1))

    assert better is not None
    assert better.price(problem) == total
    assert (better.patterns.sum(axis=0) == problem.count).all()
    assert (better.patterns @ problem.request <= problem.room[better.types]).all()
    assert regroup(problem, prices, kinds, alone, total, np.random.default_rng(1)) is None


def test_machines_cut_into_different_items_are_found_again() -> None:
    for seed in range(3):
        instance, total = cut_up(seed, 9)

        packing = pack(instance)

        assert packing.check(instance) == ()
        assert packing.usd_per_hour == total
        assert packing.termination is Termination.OPTIMAL


def test_full_machines_keep_the_limits_of_items() -> None:
    instance, _ = cut_up(5, 3)
    first = instance.items[0]
    twins = tuple(
        Item(f"twin{n}", {k: int(v) // 3 for k, v in first.request.items()}, 2, max_per_machine=1) for n in (0, 1)
    )
    limited = Instance(instance.machines, (*instance.items, *twins))

    assert pack(limited, effort=0.0).check(limited) == ()
