"""First fit: packings that hold, and none of `pack` that costs more."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import baselines
from solver.model.packing.decode import decode
from solver.model.packing.first_fit import first_fit, no_dearer
from solver.model.packing.problem import read
from solver.model.packing.search import Found
from solver.model.packing.zones import balanced, in_zones
from solver.pack import pack
from solver.packing.answer import Work
from solver.packing.instance import Instance, Item, Machine


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Up to 200 replicas with every rule there is."""
    machines = tuple(
        Machine(
            f"m{n}", {"cpu": draw(st.integers(6, 40)), "memory": draw(st.integers(6, 60))}, draw(st.integers(1, 40))
        )
        for n in range(draw(st.integers(1, 4)))
    )
    items = tuple(
        Item(
            f"i{n}",
            {"cpu": draw(st.integers(0, 6)), "memory": draw(st.integers(0, 6))},
            draw(st.integers(0, 40)),
            zone_spread=draw(st.booleans()),
            max_per_machine=draw(st.sampled_from((None, 1, 3))),
            excludes=(f"i{n - 1}",) if n and draw(st.booleans()) else (),
        )
        for n in range(draw(st.integers(1, 5)))
    )
    return Instance(machines, items, draw(st.sampled_from(((), ("a", "b")))), {}, draw(st.sampled_from((None, 4))))


@settings(max_examples=80)
@given(instances(), st.randoms(use_true_random=False))
def test_first_fit_in_any_order_is_a_packing(instance: Instance, chance: object) -> None:
    if not any(item.count for item in instance.items):
        return
    reading = read(instance)
    zoned = in_zones(reading, balanced(reading, np.ones(len(reading.problem.count))))
    order = np.arange(len(zoned.problem.count))
    chance.shuffle(order)  # type: ignore[attr-defined]
    machines = first_fit(zoned.problem, order, np.ones(len(zoned.problem.price), dtype=np.bool_))

    assert machines is not None
    assert decode(instance, reading, Found(zoned, machines, 0, Work()), 1.0).check(instance) == ()
    assert no_dearer(zoned, machines).price(zoned.problem) <= machines.price(zoned.problem)


@settings(max_examples=25)
@given(instances())
def test_a_packing_costs_no_more_than_first_fit_even_with_hardly_any_work(instance: Instance) -> None:
    packing = pack(instance, effort=0)

    assert packing.check(instance) == ()
    assert packing.usd_per_hour <= baselines.all_types(instance) + 1e-9
    assert packing.usd_per_hour <= baselines.one_type(instance) + 1e-9


def test_equal_machines_are_filled_one_after_the_other() -> None:
    """Three machines hold 2 large items each, 5 of them; small ones fill what is left in the order of opening."""
    instance = Instance((Machine("m", {"cpu": 10}, 1),), (Item("large", {"cpu": 4}, 5), Item("small", {"cpu": 1}, 9)))
    reading = read(instance)
    machines = first_fit(reading.problem, np.array([0, 1]), np.ones(1, dtype=np.bool_))

    assert machines is not None
    rows = zip(machines.patterns.tolist(), machines.numbers.tolist(), strict=True)
    assert sorted(rows) == [([1, 5], 1), ([2, 2], 2)]
