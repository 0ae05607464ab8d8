"""What is bought is the best of all that could be, and costs what the bill says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.prices import CommitmentTerm
from solver.model.backend import backend
from solver.model.compute.commitments import Good
from solver.model.compute.purchase import Bought, Week, best_commitments, usd_per_week, week_of
from solver.vocabulary import CommitmentKind, Payment
from tests.strategies import savings_plan

RESERVED = CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.NO_UPFRONT)
PRICES = {"large": 1.0, "xlarge": 2.0, "other": 3.0}
UNITS = {"large": 4.0, "xlarge": 8.0}


def reservation(scope: str, rate: float, units: Mapping[str, float]) -> Good:
    rates = {name: rate * each / units[scope] for name, each in units.items()}
    return Good(RESERVED, scope, rates, units)


@pytest.mark.parametrize("hours", [168, 8760])
@pytest.mark.parametrize("share", [0.33, 0.52, 0.75])
def test_a_machine_is_reserved_where_it_runs_in_more_hours_than_its_rate_is_a_part_of_the_price(
    hours: int, share: float
) -> None:
    """Closed form: the n-th machine runs in some part of the hours; reserved it costs `share` of the price in all."""
    running = [1 + (hour * 7) % 10 for hour in range(hours)]
    week = week_of([{"large": count} for count in running], PRICES)
    bought = best_commitments(week, [reservation("large", share, {"large": 1.0})], backend("highs"))
    busy = [sum(count >= number for count in running) for number in range(1, 11)]
    assert sum(each.machines for each in bought) == sum(each > share * hours for each in busy)
    assert usd_per_week(week, bought) == pytest.approx(sum(min(each, share * hours) for each in busy))


def test_a_reservation_of_the_small_size_covers_parts_of_the_large_one() -> None:
    week = Week((({"large": 1, "xlarge": 1}, 168),), PRICES)
    goods = [reservation("large", 0.6, UNITS), reservation("xlarge", 1.2, UNITS)]
    (bought,) = best_commitments(week, goods, backend("highs"))
    assert (bought.good.scope, bought.machines) == ("large", 3)
    assert usd_per_week(week, (bought,)) == pytest.approx(168 * 1.8)


USAGES = st.lists(
    st.fixed_dictionaries({"large": st.integers(0, 3), "xlarge": st.integers(0, 2), "other": st.integers(0, 2)}),
    min_size=1,
    max_size=3,
)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(hourly=USAGES, rate=st.sampled_from([0.5, 0.7]), plan=st.sampled_from([0.45, 0.6, 0.8]))
def test_reservations_beside_a_savings_plan_cost_no_more_than_the_best_that_was_counted_out(
    hourly: list[dict[str, int]], rate: float, plan: float
) -> None:
    week = week_of(hourly, PRICES)
    goods = [
        reservation("large", rate, UNITS),
        reservation("xlarge", 2 * rate, UNITS),
        savings_plan({name: plan * price for name, price in PRICES.items()}),
    ]
    bought = best_commitments(week, goods, backend("highs"))
    assert usd_per_week(week, bought) <= counted(week, goods, rate, plan) + 0.001 * week.hours


def counted(week: Week, goods: Sequence[Good], rate: float, plan: float) -> float:
    """Any number of reservations, and any level at which some machine is just covered."""
    best = inf
    levels = {plan * each / 2 for each in range(int(2 * sum(3 * price for price in PRICES.values())) + 1)}
    for machines, level in product(range(8), sorted(levels)):
        bought = (Bought(goods[0], machines, machines * rate), Bought(goods[2], 0, level))
        best = min(best, usd_per_week(week, bought))
    return best
