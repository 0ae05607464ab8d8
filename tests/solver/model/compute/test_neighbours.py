"""Neighbours against every subset of a few services."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.compute.neighbours import companies, fit_in, left_out, may_share, strangers_of

PAIRS = st.sets(st.sampled_from(list(combinations(range(6), 2))))


def strangers(pairs: set[tuple[int, int]], count: int = 6) -> list[frozenset[int]]:
    return [
        frozenset(other for other in range(count) if (number, other) in pairs or (other, number) in pairs)
        for number in range(count)
    ]


def independent(pairs: set[tuple[int, int]], services: frozenset[int]) -> bool:
    return not any(pair in pairs for pair in combinations(sorted(services), 2))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(pairs=PAIRS, services=st.frozensets(st.integers(0, 5)))
def test_companies_are_the_largest_sets_without_strangers(
    pairs: set[tuple[int, int]], services: frozenset[int]
) -> None:
    subsets = [frozenset(each) for size in range(7) for each in combinations(sorted(services), size)]
    whole = [each for each in subsets if independent(pairs, each)]
    largest = [each for each in whole if not any(each < other for other in whole)]
    assert companies(strangers(pairs), services) == sorted(largest, key=sorted)
    assert all(may_share(strangers(pairs), each) == independent(pairs, each) for each in subsets)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(pairs=PAIRS, most=st.integers(1, 4))
def test_parts_fit_in_so_many_companies_where_some_choice_of_each_does(pairs: set[tuple[int, int]], most: int) -> None:
    parts = [[0, 1], [2], [3], [4], [5]]
    pairs = pairs - {(0, 1)}

    def together(chosen: tuple[int, ...], group: int) -> frozenset[int]:
        return frozenset(each for part, mine in zip(parts, chosen, strict=True) if mine == group for each in part)

    found = any(
        all(independent(pairs, together(chosen, group)) for group in range(most))
        for chosen in product(range(most), repeat=len(parts))
    )
    assert fit_in(strangers(pairs), parts, most) == found


def test_of_a_company_those_with_a_volume_for_each_machine_may_be_left_out_too() -> None:
    away = strangers({(0, 1)}, 3)
    assert left_out(away, [0, 1, 2], [2]) == [{1}, {1, 2}, {0}, {0, 2}]
    assert left_out(strangers(set(), 3), [0, 1, 2], [1]) == [set(), {1}]


def test_a_thousand_services_of_which_one_is_alone_are_two_companies() -> None:
    away = [frozenset(range(1, 1000)), *[frozenset([0])] * 999]
    assert companies(away, range(1000)) == [frozenset([0]), frozenset(range(1, 1000))]
    assert fit_in(away, [[each] for each in range(1000)], 2)
    many = strangers({(2 * pair, 2 * pair + 1) for pair in range(40)}, 80)
    assert companies(many, range(80)) is None


def test_a_name_counts_for_both_and_all_for_every_other(make_demand: Callable[..., Demand]) -> None:
    def away(**apart_from: object) -> list[frozenset[int]]:
        demand = make_demand(workloads={key: {"apart_from": apart_from.get(key, [])} for key in ("a", "b", "c")})
        return strangers_of(demand.workloads)

    assert away() == [frozenset()] * 3
    assert away(a=["b"]) == away(b=["a"]) == away(a=["b"], b=["a"]) == [{1}, {0}, frozenset()]
    assert away(b="all") == [{1}, {0, 2}, {1}]
