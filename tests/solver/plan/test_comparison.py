"""Between which figures the least possible costs of two demands differ, from what their plans prove."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solver.plan.comparison import Costs, Direction, compared

USD = st.integers(0, 10_000).map(lambda number: number / 4)


@st.composite
def truths(draw: st.DrawFn) -> tuple[float, float, Costs, Costs]:
    """Least possible costs now and then, and costs and bounds around them."""
    now, then = draw(USD), draw(USD)
    pairs = [(least + draw(USD), max(0.0, least - draw(USD))) for least in (now, then)]
    return now, then, pairs[0], pairs[1]


@given(truths())
def test_the_true_difference_is_between_the_figures(truth: tuple[float, float, Costs, Costs]) -> None:
    now, then, costs_now, costs_then = truth
    directions = [Direction.OTHER]
    if then >= now:
        directions.append(Direction.TIGHTER)
    if then <= now:
        directions.append(Direction.FREER)
    for direction in directions:
        found = compared((), costs_now, costs_then, direction)
        assert found.least_usd_per_month - 0.005 <= then - now <= found.most_usd_per_month + 0.005


def test_a_known_direction_gives_the_sign() -> None:
    now, then = (100.0, 90.0), (105.0, 95.0)
    assert compared((), now, then).least_usd_per_month == -5
    assert compared((), now, then, Direction.TIGHTER).least_usd_per_month == 0
    assert compared((), then, now, Direction.FREER).most_usd_per_month == 0


def test_bounds_that_are_apart_prove_a_difference() -> None:
    found = compared((), (100.0, 99.0), (150.0, 140.0), Direction.TIGHTER)
    assert (found.usd_per_month, found.least_usd_per_month, found.most_usd_per_month) == (50, 40, 51)


def test_a_cheaper_plan_under_a_tighter_demand_says_something_about_both() -> None:
    """It is a plan for the freer demand too, so the least possible cost there is at most its cost."""
    found = compared((), (100.0, 90.0), (95.0, 94.0), Direction.TIGHTER)
    assert found.usd_per_month == -5
    assert (found.least_usd_per_month, found.most_usd_per_month) == (0, 5)
