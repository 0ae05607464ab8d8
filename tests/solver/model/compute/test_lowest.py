"""No way to hold a service costs less than its vectors say, at any worth of a USD of a savings plan's level."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.compute.frontier import Work
from solver.model.compute.lowest import Lowest
from tests.strategies import Held, covered, every_way, services


def lowest(held: Held) -> Lowest:
    return Lowest(held.options, held.required)


def check(held: Held, numbers: tuple[int, ...] | None) -> None:
    ways = [every_way(held.options, required, numbers) for required in held.required]
    found = lowest(held).vectors(numbers)
    if any(len(each.cost) == 0 for each in ways):
        assert found is None
        return
    assert found is not None
    assert len(found) == len(held.required)
    for each, vectors in zip(ways, found, strict=True):
        assert covered(each.cost, vectors)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(services(alike=True, most_classes=2))
def test_no_way_is_cheaper_than_the_tables_of_equal_replicas_say(held: Held) -> None:
    assert lowest(held).units is not None
    check(held, None)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(services(alike=False, most_classes=2))
def test_no_way_is_cheaper_than_the_frontier_of_unequal_replicas_says(held: Held) -> None:
    assert lowest(held).units is None
    check(held, None)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(services(alike=False, most_classes=2), st.integers(0, 60))
def test_no_way_is_cheaper_than_is_said_where_the_work_ends_early(held: Held, left: int) -> None:
    found = Lowest(held.options, held.required, work=Work(left)).vectors()
    ways = [every_way(held.options, required, None) for required in held.required]
    for each, vectors in zip(ways, found or [], strict=False):
        assert covered(each.cost, vectors)
    if all(len(each.cost) for each in ways):
        assert found is not None


@settings(max_examples=100, derandomize=True, deadline=None)
@given(services(most_classes=2), st.data())
def test_some_of_the_options_are_judged_by_their_own_ways_in_any_order(held: Held, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(held.options.count)))
    chosen = tuple(numbers[: data.draw(st.integers(0, held.options.count))])
    check(held, chosen)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(services(most_classes=2), st.data())
def test_what_was_asked_before_changes_no_answer(held: Held, data: st.DataObject) -> None:
    sets = data.draw(st.lists(st.sets(st.integers(0, held.options.count - 1), min_size=1), min_size=1, max_size=3))
    one = lowest(held)
    for numbers in sets:
        again, fresh = one.vectors(tuple(sorted(numbers))), lowest(held).vectors(tuple(sorted(numbers)))
        assert (again is None) is (fresh is None)
        for mine, theirs in zip(again or [], fresh or [], strict=True):
            assert np.array_equal(mine, theirs)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(services(most_classes=2))
def test_the_rough_answer_is_below_every_way_too(held: Held) -> None:
    numbers = tuple(range(held.options.count))
    found = lowest(held).rough(numbers)
    ways = [every_way(held.options, required, numbers) for required in held.required]
    if found is None:
        assert any(len(each.cost) == 0 for each in ways)
        return
    for each, vectors in zip(ways, found, strict=True):
        assert len(each.cost) == 0 or covered(each.cost, vectors)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(services(most_classes=2, most_least=1))
def test_for_each_worth_alone_the_vectors_say_what_the_cheapest_way_costs(held: Held) -> None:
    found = lowest(held).vectors()
    for required, vectors in zip(held.required, found or [], strict=False):
        cheapest = every_way(held.options, required).cost.min(axis=0)
        assert np.allclose(vectors.min(axis=0), cheapest, rtol=2e-4, atol=1e-9)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(services(most_classes=2, most_least=1), st.data())
def test_the_options_named_as_used_hold_the_service_at_the_least_cost(held: Held, data: st.DataObject) -> None:
    hour = data.draw(st.integers(0, len(held.required) - 1))
    worth = data.draw(st.integers(0, held.options.cost.shape[1] - 1))
    required = held.required[hour]
    whole = every_way(held.options, required).cost
    one = lowest(held)
    if len(whole) == 0 or one.vectors() is None:
        return
    used = every_way(held.options, required, sorted(one.used(hour, worth))).cost
    assert used[:, worth].min() <= whole[:, worth].min() * (1 + 2e-4) + 1e-9
