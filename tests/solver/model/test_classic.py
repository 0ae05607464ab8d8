"""The two classic models: optima and duals worked out by hand, and what kind of problem each one is."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.backend import Backend
from solver.model.classic import Allocation, Billing, PurchaseOffer, Standing, elastic_allocation, on_demand_billing

HIGHS, CBC = Backend("highs"), Backend("cbc")
BOTH = pytest.mark.parametrize("engine", [HIGHS, CBC], ids=["highs", "cbc"])
ON_DEMAND = PurchaseOffer(usd_per_unit=4)


@BOTH
def test_all_load_goes_to_the_resource_that_carries_most_for_a_usd(engine: Backend) -> None:
    # 3, 2 and 5/2 USD for each unit of load.
    found = elastic_allocation({"a": 3, "b": 4, "c": 10}, {"a": 1, "b": 2, "c": 4}, 10, engine)
    assert found.standing is Standing.OPTIMAL
    assert found.usd == pytest.approx(20)
    assert found.units == pytest.approx({"a": 0, "b": 5, "c": 0})
    assert found.usd_per_demand == pytest.approx(2)


@BOTH
def test_a_resource_without_known_performance_carries_nothing(engine: Backend) -> None:
    found = elastic_allocation({"cheap": 1, "dear": 9}, {"dear": 3}, 6, engine)
    assert found.standing is Standing.OPTIMAL
    assert (found.usd, found.usd_per_demand) == (pytest.approx(18), pytest.approx(3))
    assert found.units == pytest.approx({"cheap": 0, "dear": 2})


@BOTH
def test_a_load_that_nothing_carries_is_infeasible(engine: Backend) -> None:
    assert elastic_allocation({"a": 3}, {"a": 0}, 1, engine) == Allocation(standing=Standing.INFEASIBLE, usd=inf)
    assert elastic_allocation({}, {}, 1, engine).standing is Standing.INFEASIBLE


@BOTH
def test_a_resource_that_is_paid_for_being_used_makes_the_cost_unbounded(engine: Backend) -> None:
    assert elastic_allocation({"a": -1, "b": 1}, {"a": 1, "b": 1}, 5, engine).standing is Standing.UNBOUNDED
    assert elastic_allocation({"a": -1, "b": 1}, {"b": 1}, 5, engine).standing is Standing.UNBOUNDED


@BOTH
@pytest.mark.parametrize(
    ("usd", "performance", "demand", "cost"),
    [
        ({"a": 2, "b": 4}, {"a": 1, "b": 2}, 10, 20),
        ({"a": 2, "b": 5}, {"a": 1, "b": 2}, 0, 0),
        ({"a": 2, "b": 0}, {"a": 1, "b": 0}, 10, 20),
    ],
    ids=["two are equally good", "no load", "a free one that carries nothing"],
)
def test_where_amounts_are_not_unique_the_optimum_is_degenerate(
    engine: Backend, usd: dict[str, float], performance: dict[str, float], demand: float, cost: float
) -> None:
    found = elastic_allocation(usd, performance, demand, engine)
    assert found.standing is Standing.DEGENERATE
    assert found.usd == pytest.approx(cost)


PRICES = st.lists(st.integers(0, 9), min_size=1, max_size=5)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(PRICES, st.data(), st.integers(0, 20))
def test_the_cost_is_the_load_at_the_least_price_of_a_unit_of_it(
    prices: list[int], data: st.DataObject, demand: int
) -> None:
    speeds = [data.draw(st.integers(0, 4)) for _ in prices]
    usd = {f"r{number}": float(price) for number, price in enumerate(prices)}
    performance = {f"r{number}": float(speed) for number, speed in enumerate(speeds)}
    ratios = sorted(price / speed for price, speed in zip(prices, speeds, strict=True) if speed)
    highs, cbc = (elastic_allocation(usd, performance, demand, engine) for engine in (HIGHS, CBC))
    if demand and not ratios:
        assert highs.standing is cbc.standing is Standing.INFEASIBLE
        return
    assert highs.usd == pytest.approx(demand * ratios[0] if ratios else 0.0, abs=1e-7)
    # CBC says its answers in eight digits.
    assert cbc.usd == pytest.approx(highs.usd, rel=1e-6, abs=1e-6)
    if demand:
        assert cbc.usd_per_demand == pytest.approx(highs.usd_per_demand, rel=1e-6)
        assert highs.usd_per_demand == pytest.approx(ratios[0])
        carried = sum(performance[name] * units for name, units in highs.units.items())
        assert carried >= demand - 1e-7
        useless = [price for price, speed in zip(prices, speeds, strict=True) if not speed and not price]
        unique = len(ratios) == 1 or ratios[0] < ratios[1]
        assert (highs.standing is Standing.OPTIMAL) is (unique and not useless)


@BOTH
def test_usage_on_demand_costs_its_price_in_every_hour(engine: Backend) -> None:
    found = on_demand_billing({"on-demand": ON_DEMAND}, [3, 5], engine)
    assert found.standing is Standing.OPTIMAL
    assert found.usd == pytest.approx(32)
    assert found.usage == pytest.approx({"on-demand": 8})
    assert found.hourly["on-demand"] == pytest.approx((3, 5))
    assert found.usd_per_demand == pytest.approx((4, 4))


@BOTH
def test_capacity_is_bought_as_far_as_enough_hours_use_it(engine: Backend) -> None:
    # A unit of capacity costs 10: three hours on demand cost 12, two cost 8. Only two units are used in three hours.
    reserved = PurchaseOffer(usd_per_unit=0, usd_per_capacity=10)
    found = on_demand_billing({"on-demand": ON_DEMAND, "reserved": reserved}, [2, 2, 5, 2], engine)
    assert found.usd == pytest.approx(2 * 10 + 3 * 4)
    assert found.capacity == pytest.approx({"on-demand": 0, "reserved": 2})
    assert found.hourly["reserved"] == pytest.approx((2, 2, 2, 2))
    assert found.hourly["on-demand"] == pytest.approx((0, 0, 3, 0))
    # One more unit in the peak hour is bought on demand; over all hours the duals pay for a unit of capacity.
    assert found.usd_per_demand[2] == pytest.approx(4)
    assert sum(found.usd_per_demand) == pytest.approx(10)


@BOTH
def test_the_peak_hour_pays_for_capacity_that_only_it_needs(engine: Backend) -> None:
    # Two units of usage for each unit of capacity: 5/2 units at 5 USD, and 8 units of usage at 1 USD.
    reserved = PurchaseOffer(usd_per_unit=1, usd_per_capacity=5, yield_per_capacity=2)
    found = on_demand_billing({"on-demand": ON_DEMAND, "reserved": reserved}, [3, 5], engine)
    assert found.standing is Standing.OPTIMAL
    assert found.usd == pytest.approx(20.5)
    assert found.capacity["reserved"] == pytest.approx(2.5)
    assert found.usage == pytest.approx({"on-demand": 0, "reserved": 8})
    assert found.usd_per_demand == pytest.approx((1, 1 + 5 / 2))


@BOTH
def test_beyond_the_cap_of_a_cheap_option_the_next_one_is_used(engine: Backend) -> None:
    cheap = PurchaseOffer(usd_per_unit=1, most=2)
    found = on_demand_billing({"cheap": cheap, "on-demand": ON_DEMAND}, [3, 5, 1], engine)
    assert found.standing is Standing.OPTIMAL
    assert found.usd == pytest.approx(2 * 1 + 1 * 4 + 2 * 1 + 3 * 4 + 1)
    assert found.hourly["cheap"] == pytest.approx((2, 2, 1))
    assert found.usd_per_demand == pytest.approx((4, 4, 1))


@BOTH
def test_usage_above_all_caps_is_infeasible(engine: Backend) -> None:
    offers = {"a": PurchaseOffer(usd_per_unit=1, most=2), "b": PurchaseOffer(usd_per_unit=9, most=2)}
    assert on_demand_billing(offers, [3, 4.5], engine) == Billing(standing=Standing.INFEASIBLE, usd=inf)
    assert on_demand_billing(offers, [3, 4], engine).usd == pytest.approx(2 + 9 + 2 + 18)
    assert on_demand_billing({}, [1], engine).standing is Standing.INFEASIBLE


@BOTH
def test_capacity_that_is_paid_for_being_bought_makes_the_cost_unbounded(engine: Backend) -> None:
    gift = PurchaseOffer(usd_per_unit=1, usd_per_capacity=-1)
    assert on_demand_billing({"gift": gift, "on-demand": ON_DEMAND}, [3], engine).standing is Standing.UNBOUNDED


@BOTH
def test_usage_that_is_paid_for_ends_at_the_demand(engine: Backend) -> None:
    found = on_demand_billing({"gift": PurchaseOffer(usd_per_unit=-4)}, [3, 1], engine)
    assert found.standing is Standing.OPTIMAL
    assert found.usd == pytest.approx(-16)


@BOTH
def test_an_hour_without_usage_makes_the_optimum_degenerate(engine: Backend) -> None:
    found = on_demand_billing({"on-demand": ON_DEMAND}, [3, 0], engine)
    assert found.standing is Standing.DEGENERATE
    assert found.usd == pytest.approx(12)


OFFERS = st.builds(
    PurchaseOffer,
    usd_per_unit=st.integers(0, 6).map(float),
    usd_per_capacity=st.integers(1, 20).map(float),
    yield_per_capacity=st.sampled_from([0.5, 1.0, 2.0]),
)
WEEKS = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=5)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(OFFERS, st.integers(1, 8), WEEKS)
def test_reserved_usage_beside_on_demand_costs_what_the_best_amount_does(
    reserved: PurchaseOffer, price: int, demand: list[float]
) -> None:
    def usd(capacity: float) -> float:
        covered = [min(wanted, capacity * reserved.yield_per_capacity) for wanted in demand]
        saved = max(price - reserved.usd_per_unit, 0.0)
        return reserved.usd_per_capacity * capacity + price * sum(demand) - saved * sum(covered)

    # The cost falls and rises in straight lines between amounts that just cover an hour.
    best = min(usd(wanted / reserved.yield_per_capacity) for wanted in [0.0, *demand])
    offers = {"on-demand": PurchaseOffer(usd_per_unit=price), "reserved": reserved}
    for engine in (HIGHS, CBC):
        found = on_demand_billing(offers, demand, engine)
        assert found.usd == pytest.approx(best, abs=1e-7)
        assert usd(found.capacity["reserved"]) == pytest.approx(best, abs=1e-6)
        for hour, wanted in enumerate(demand):
            used = [found.hourly[name][hour] for name in offers]
            assert sum(used) == pytest.approx(wanted, abs=1e-7)
            assert used[1] <= reserved.yield_per_capacity * found.capacity["reserved"] + 1e-7
        # Without caps all of the cost is the demand's.
        duals = sum(wanted * dual for wanted, dual in zip(demand, found.usd_per_demand, strict=True))
        assert duals == pytest.approx(best, abs=1e-6)
        assert max(found.usd_per_demand) <= price + 1e-7


ANY = st.builds(
    PurchaseOffer,
    usd_per_unit=st.integers(-1, 6).map(float),
    usd_per_capacity=st.sampled_from([0.0, 0.0, 3.0, 8.0, -1.0]),
    yield_per_capacity=st.sampled_from([0.5, 1.0, 2.0]),
    most=st.sampled_from([inf, 2.0, 4.0]),
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), ANY, min_size=1), WEEKS)
def test_both_solvers_agree_on_any_offers(offers: dict[str, PurchaseOffer], demand: list[float]) -> None:
    highs, cbc = (on_demand_billing(offers, demand, engine) for engine in (HIGHS, CBC))
    unanswered = (Standing.INFEASIBLE, Standing.UNBOUNDED)
    if highs.standing in unanswered or cbc.standing in unanswered:
        assert highs.standing is cbc.standing
        return
    assert highs.usd == pytest.approx(cbc.usd, abs=1e-6)
    for found in (highs, cbc):
        bill = sum(offers[name].usd_per_unit * used for name, used in found.usage.items())
        bill += sum(offers[name].usd_per_capacity * bought for name, bought in found.capacity.items())
        assert bill == pytest.approx(found.usd, abs=1e-6)
