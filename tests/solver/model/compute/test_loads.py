"""Loads: which replicas of an hour's slots run; what may not be interrupted never rests on spot machines."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.model.compute.loads import RunningGroup, replicas_needed, spread
from solver.model.compute.needs import Needs, needs_of

DemandMaker = Callable[..., Demand]
SLOW, FAST = 10, 35


@pytest.fixture(scope="module")
def two_variants(make_demand: DemandMaker) -> Callable[[float], Needs]:
    """100/s by replicas of 10/s or 35/s; the part that may be interrupted is the test's."""

    def needs(share: float) -> Needs:
        variant = {"cpu": 1, "memory": "2Gi", "source": "measured"}
        app = {
            "load": {"constant_per_second": 100},
            "headroom": 0,
            "max_utilisation": 1,
            "replicas": {"max": 100},
            "interruptible_share": share,
            "variants": {
                "slow": {**variant, "throughput_per_second": SLOW},
                "fast": {**variant, "throughput_per_second": FAST},
            },
        }
        return needs_of(make_demand(workloads={"app": app}), "main")

    return needs


def group(needs: Needs, variant: str, machines: int, *, on_demand: bool) -> RunningGroup:
    """One replica of the variant on each machine."""
    slots = tuple(int(each.key == variant) for each in needs.runnables)
    return RunningGroup(f"{variant}-{'steady' if on_demand else 'spot'}", slots, machines, 3, on_demand)


def off_spot(needs: Needs, groups: list[RunningGroup]) -> int:
    """Units a second that run off spot machines."""
    rates = {number: {"slow": SLOW, "fast": FAST}[each.key] for number, each in enumerate(needs.runnables)}
    shares = spread(replicas_needed(needs, 0, groups), groups)
    steady = [each.key for each in groups if each.on_demand]
    return sum(rates[variant] * count for key in steady for variant, count in shares[key].items())


def test_replicas_of_a_slow_variant_stay_where_they_are_all_that_is_not_on_spot(
    two_variants: Callable[[float], Needs],
) -> None:
    needs = two_variants(0.5)
    # Three fast replicas carry all of the load, but they are on spot machines.
    groups = [group(needs, "slow", 5, on_demand=True), group(needs, "fast", 3, on_demand=False)]
    assert off_spot(needs, groups) == 50


def test_they_go_where_all_may_be_interrupted(two_variants: Callable[[float], Needs]) -> None:
    needs = two_variants(1.0)
    groups = [group(needs, "slow", 5, on_demand=True), group(needs, "fast", 3, on_demand=False)]
    assert off_spot(needs, groups) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    share=st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.75, 1.0]),
    steady=st.tuples(st.integers(0, 12), st.integers(0, 4)),
    spot=st.tuples(st.integers(0, 12), st.integers(0, 4)),
)
def test_what_runs_off_spot_is_at_least_what_may_not_be_interrupted(
    two_variants: Callable[[float], Needs], share: float, steady: tuple[int, int], spot: tuple[int, int]
) -> None:
    needs = two_variants(share)
    groups = [
        group(needs, variant, count, on_demand=on_demand)
        for on_demand, counts in ((True, steady), (False, spot))
        for variant, count in zip(("slow", "fast"), counts, strict=True)
        if count
    ]
    held = SLOW * steady[0] + FAST * steady[1]
    asked = ceil(100 * (1 - share))
    all_of_it = held + SLOW * spot[0] + FAST * spot[1]
    if held >= asked and all_of_it >= 100:
        assert off_spot(needs, groups) >= asked
