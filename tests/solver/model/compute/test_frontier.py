"""The frontier has every way to hold a service that could be best at some level, and nothing that does not hold it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.compute.completion import completion_of
from solver.model.compute.frontier import Frontier, frontier
from tests.strategies import Held, Integers, counts, covered, every_way, services


def holds(held: Held, machines: Integers, required: Integers) -> bool:
    """In whole numbers, with no fewer machines of an option than may run."""
    options = held.options
    worth = [counts(options, option, int(number)) for option, number in enumerate(machines)]
    enough = all(sum(column) >= need for column, need in zip(zip(*worth, strict=True), required.tolist(), strict=True))
    return enough and all(
        number == 0 or number >= least for number, least in zip(machines.tolist(), options.least.tolist(), strict=True)
    )


def check(held: Held, required: Integers, found: Frontier | None) -> None:
    ways = every_way(held.options, required)
    if len(ways.cost) == 0:
        assert found is None
        return
    assert found is not None
    assert found.slack <= 1e-3
    assert all(holds(held, machines, required) for machines in found.machines)
    assert np.allclose(found.cost, found.machines @ held.options.cost, rtol=0, atol=1e-9)
    assert covered(ways.cost, found.cost, slack=found.slack)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(services())
def test_every_way_is_matched_and_every_answer_holds(held: Held) -> None:
    check(held, held.required[0], frontier(held.options, held.required[0]))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(services(most_options=8, least_on_demand=6, most_replicas=1, most_least=1))
def test_ways_with_few_options_do_not_hide_those_with_many(held: Held) -> None:
    check(held, held.required[0], frontier(held.options, held.required[0]))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(services(), st.data())
def test_a_completion_for_more_serves_for_less(held: Held, data: st.DataObject) -> None:
    peak = held.required[0]
    less = np.array([data.draw(st.integers(0, int(each))) for each in peak], dtype=np.int64)
    check(held, less, frontier(held.options, less, completion_of(held.options, peak)))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(services())
def test_no_way_of_a_frontier_replaces_another(held: Held) -> None:
    found = frontier(held.options, held.required[0])
    for number, cost in enumerate(found.cost if found is not None else []):
        assert found is not None
        others = np.delete(found.cost, number, axis=0)
        assert not (others <= cost - 1e-9).all(axis=1).any()


@settings(max_examples=20, derandomize=True, deadline=None)
@given(services())
def test_a_service_that_needs_nothing_has_one_way_without_machines(held: Held) -> None:
    found = frontier(held.options, np.zeros_like(held.required[0]))
    assert found is not None
    assert found.machines.tolist() == [[0] * held.options.count]
    assert not found.cost.any()
