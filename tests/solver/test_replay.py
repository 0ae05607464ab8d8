"""Replay: shares of load by factor and loss, the hours that are short, and what would serve them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.inputs import read_inputs
from solver.plan.lock import read_lock
from solver.plan.plan import Plan
from solver.plan.shares import replicas_by_group
from solver.replay import Case, Loss, broken_promises, least_served, replay
from tests.solver.conftest import ShippedPlans

ROOT = Path(__file__).resolve().parents[2]
INPUTS = read_inputs(ROOT, "prod")
PROD, CATALOG = INPUTS.loaded.demand, INPUTS.catalog()
LOCK = read_lock(INPUTS.lock_path).as_plan()
INSIDE = (Loss.NOTHING, Loss.ZONE, Loss.SPOT, Loss.ZONE_AND_SPOT)
"""What a site may lose of itself."""
HAIR = 1e-12
"""The last digit of a sum of shares."""


def times(demand: Demand, factor: float, workload: str) -> Demand:
    content = demand.model_dump(mode="json")
    content["workloads"][workload]["load"]["peak_per_second"] *= factor
    return Demand.model_validate(content)


def with_service(plan: Plan, key: str, **changes: Any) -> Plan:
    content = plan.model_dump(mode="json")
    for service in content["sites"]["main"]["compute"]["services"]:
        if service["key"] == key:
            for variant in service["variants"]:
                variant.update(changes)
    return Plan.model_validate(content)


def case(cases: tuple[Case, ...], workload: str, factor: float, loss: Loss = Loss.NOTHING) -> Case:
    (found,) = [each for each in cases if (each.workload, each.factor, each.loss) == (workload, factor, loss)]
    return found


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_shipped_locks_serve_what_is_promised_and_half_again_the_demand(stack: str) -> None:
    inputs = read_inputs(ROOT, stack)
    lock = read_lock(inputs.lock_path).as_plan()
    cases = replay(lock, inputs.loaded.demand, inputs.catalog(), losses=(Loss.NOTHING, Loss.ZONE))
    assert broken_promises(cases) == ()
    assert {each.factor for each in cases} == {1.0, 1.2, 1.5}
    assert [each for each in cases if each.grown.short is not None] == []


def test_shares_of_a_variant_are_those_of_the_placement(shipped: ShippedPlans) -> None:
    """The lock has no placement; what is read from it instead is what the models placed."""
    compute = shipped("prod").aws_sites["main"].compute
    placed: list[dict[tuple[str, str], int]] = [{} for _ in range(168)]
    for hours in compute.hour_classes:
        for hour in hours.hours:
            for machines in hours.placement:
                for name, count in machines.replicas.items():
                    key = (machines.node_group, name)
                    placed[hour][key] = placed[hour].get(key, 0) + count * machines.machines
    several = 0
    for service in compute.services:
        for variant in service.variants:
            several += len(variant.node_groups) > 1
            for group, week in replicas_by_group(compute, service.key, variant).items():
                assert list(week) == [here.get((group, f"{service.key}.{variant.key}"), 0) for here in placed]
    assert several, "a variant on several groups"


@settings(max_examples=8)
@given(
    factors=st.lists(st.floats(0.25, 8), min_size=2, max_size=3, unique=True).map(sorted),
    pools=st.integers(0, 4),
)
def test_more_load_and_more_losses_are_never_served_better(factors: list[float], pools: int) -> None:
    cases = replay(LOCK, PROD, CATALOG, factors=factors, pools=pools)
    for workload in ("assistant", "fraud", "recommender"):
        for loss in INSIDE:
            steps = [case(cases, workload, factor, loss) for factor in factors]
            for less, more in pairwise(steps):
                assert more.planned.share <= less.planned.share + HAIR
                assert more.grown.share <= less.grown.share + HAIR
        for factor in factors:
            whole, zone, spot, both = (case(cases, workload, factor, loss) for loss in INSIDE)
            for grown in (False, True):
                shares = [(each.grown if grown else each.planned).share for each in (whole, zone, spot, both)]
                assert shares[3] <= min(shares[1:3]) + HAIR
                assert max(shares[1:3]) <= shares[0] + HAIR
            for each in (whole, zone, spot, both):
                assert each.planned.share <= each.grown.share
                assert (each.grown.share == 1) == (each.grown.short is None)


def test_a_share_is_counted_hour_by_hour() -> None:
    held = 300.0
    plan = with_service(LOCK, "recommender", replicas=1, max_replicas=1, load_per_replica_per_second=held)
    served = case(replay(plan, PROD, CATALOG), "recommender", 1.2)
    workload = PROD.workloads["recommender"]
    assert isinstance(workload, Service)
    loads = [1.2 * load for load in workload.load.week_per_second()]
    assert served.planned.share == pytest.approx(sum(min(load, held) for load in loads) / sum(loads))
    short = served.planned.short
    assert short is not None
    assert short.first_hour == next(hour for hour, load in enumerate(loads) if load > held)
    assert short.hours == sum(load > held for load in loads)
    assert short.load_per_second == max(loads)
    assert short.missing_per_second == pytest.approx(max(loads) - held)


def test_what_is_short_says_which_ceiling_is_in_the_way() -> None:
    cases = replay(LOCK, PROD, CATALOG, factors=(20.0,))
    short = case(cases, "recommender", 20.0).grown.short
    assert short is not None
    assert short.next is not None
    assert short.next.machines > 0
    assert any("replicas.max 300" in text for text in short.next.over)
    quotas = {**PROD.model_dump(mode="json")["sites"]["main"], "quotas": {"inf": 60}}
    content = {**PROD.model_dump(mode="json"), "sites": {"main": quotas}}
    scarce = case(replay(LOCK, Demand.model_validate(content), CATALOG, factors=(9.0,)), "fraud", 9.0).grown.short
    assert scarce is not None
    assert scarce.next is not None
    assert "the quota of 60 inf vCPUs" in scarce.next.over


def test_what_would_serve_the_worst_hour_serves_it() -> None:
    cases = replay(LOCK, PROD, CATALOG, factors=(1.5,))
    short = case(cases, "recommender", 1.5).planned.short
    assert short is not None
    assert short.next is not None
    rate = LOCK.aws_sites["main"].compute.services[2].variants[0].load_per_replica_per_second
    assert short.held_per_second + short.next.replicas * rate >= short.load_per_second
    assert short.held_per_second + (short.next.replicas - 1) * rate < short.load_per_second


def test_a_demand_that_outgrew_the_lock_breaks_its_promise() -> None:
    more = times(PROD, 1.6, "fraud")
    broken = broken_promises(replay(LOCK, more, CATALOG))
    assert {(each.workload, each.factor) for each in broken} == {("fraud", 1.0)}
    assert {each.loss for each in broken} == {Loss.NOTHING, Loss.ZONE}


def test_what_survives_no_zone_is_not_promised_without_one() -> None:
    inputs = read_inputs(ROOT, "dev")
    cases = replay(read_lock(inputs.lock_path).as_plan(), inputs.loaded.demand, inputs.catalog())
    lost = case(cases, "fraud", 1.0, Loss.ZONE)
    assert (lost.promised, lost.planned.share) == (False, 0.0)


def test_a_workload_that_the_lock_does_not_know_is_not_served() -> None:
    content = PROD.model_dump(mode="json")
    content["workloads"]["newcomer"] = {**content["workloads"]["fraud"], "path": "/new"}
    cases = replay(LOCK, Demand.model_validate(content), CATALOG)
    served = case(cases, "newcomer", 1.0).grown
    assert served.share == 0.0
    assert served.short is not None
    assert served.short.next is None
    worst = least_served(cases, grown=False)
    assert worst is not None
    assert worst.workload == "newcomer"
