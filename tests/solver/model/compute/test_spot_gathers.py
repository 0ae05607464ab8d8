"""Spot gathers: the interruptible parts of services on spot machines that they share, and the rest on demand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.demand.workloads import Service
from solver.model.compute import forms
from solver.model.compute.gather_replicas import parts_to_run, replicas_to_run
from solver.model.compute.needs import Needs, ServiceNeed
from solver.plan.compute import ComputePlan, VariantPlan
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.plan.shares import replicas_by_group
from solver.vocabulary import PurchaseOption
from solver.witness import plan_faults
from tests.solver.model.compute.alike_services import (
    MANY_SHAPES,
    ONE_SHAPE,
    catalog,
    compute,
    demand,
    planned,
    shared,
    with_gathers,
)

STACKS = [(ONE_SHAPE, 9, 2, "none"), (ONE_SHAPE, 9, 3, "zone"), (MANY_SHAPES, 10, 2, "zone")]
SHARE = 0.3


def on_spot(plan: Plan) -> dict[str, VariantPlan]:
    """Services with a part on shared spot machines."""
    return {
        service.key: variant
        for service in compute(plan).services
        for variant in service.variants
        if variant.spot_replicas is not None
    }


def need(load: int, headroom: int, share: Fraction, least: int, *, survives: bool) -> ServiceNeed:
    found = SimpleNamespace(
        load=(load,),
        needed=(load + headroom,),
        spot_share=share,
        survives_zone=survives,
        service=SimpleNamespace(replicas=SimpleNamespace(min=least)),
    )
    return cast("ServiceNeed", found)


def needs(capacity: int) -> Needs:
    return cast("Needs", SimpleNamespace(runnables=(SimpleNamespace(capacity=capacity),)))


@given(
    st.integers(0, 60),
    st.integers(0, 20),
    st.integers(1, 9),
    st.fractions(0, 1, max_denominator=10),
    st.integers(0, 5),
    st.integers(2, 4),
    st.booleans(),
)
def test_the_parts_keep_every_promise_with_as_few_replicas_on_spot_as_will_do(
    load: int, headroom: int, capacity: int, share: Fraction, least: int, zones: int, survives: bool
) -> None:
    asked = need(load, headroom, share, least, survives=survives)

    def keeps(on_demand: int, spot: int) -> bool:
        left = on_demand - -(-on_demand // zones) + spot - -(-spot // zones)
        return (
            (on_demand + spot) * capacity >= load + headroom
            and on_demand + spot >= least
            and on_demand * capacity >= (1 - share) * (load + headroom)
            and (not survives or left * capacity >= load)
        )

    ((on_demand,), (spot,)) = parts_to_run(needs(capacity), asked, 0, zones)
    assert keeps(on_demand, spot)
    assert not spot or not keeps(on_demand, spot - 1)
    # A replica on spot machines is reckoned with half the price; no fewer on demand than these is cheaper so.
    every = [(one, other) for one in range(on_demand + 1) for other in range(2 * (spot + zones) + 1)]
    assert min(2 * one + other for one, other in every if keeps(one, other)) >= 2 * on_demand + spot
    (whole,) = replicas_to_run(needs(capacity), asked, 0, zones)
    assert 2 * on_demand + spot <= 2 * whole


@pytest.mark.parametrize(("shapes", "services", "zones", "survive"), STACKS)
def test_interruptible_parts_share_spot_machines_and_nothing_is_wrong_with_it(
    shapes: tuple[tuple[str, str], ...], services: int, zones: int, survive: str
) -> None:
    plan = planned(shapes, services, zones, survive, SHARE)
    asked = demand(shapes, services=services, zones=zones, survive=survive, interruptible=SHARE)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert {group.purchase for group in shared(plan)} == {PurchaseOption.ON_DEMAND, PurchaseOption.SPOT}
    may = {key for key, entry in asked.workloads.items() if entry.interruptible_share}
    assert len(on_spot(plan)) > 1
    assert on_spot(plan).keys() <= may
    with patch.object(forms, "parted", return_value=None):
        on_demand = with_gathers(asked)
    assert not on_spot(on_demand)
    assert plan.proof.cost_usd_per_month < on_demand.proof.cost_usd_per_month
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month


@pytest.mark.parametrize(("shapes", "services", "zones", "survive"), STACKS)
def test_a_lock_says_which_replicas_are_on_which_machines(
    shapes: tuple[tuple[str, str], ...], services: int, zones: int, survive: str
) -> None:
    plan = planned(shapes, services, zones, survive, SHARE)
    locked: ComputePlan = lock_of(plan).aws_sites["main"].compute.model_copy(update={"hour_classes": ()})
    for service in locked.services:
        for variant in service.variants:
            name = f"{service.key}.{variant.key}"
            weeks = replicas_by_group(locked, service.key, variant)
            for hours in compute(plan).hour_classes:
                placed = dict.fromkeys(weeks, 0)
                for each in hours.placement:
                    if name in each.replicas:
                        placed[each.node_group] += each.machines * each.replicas[name]
                for hour in hours.hours:
                    assert {key: week[hour] for key, week in weeks.items()} == placed


def _one_more_on_spot(site: dict[str, Any]) -> None:
    for service in site["compute"]["services"]:
        for variant in service["variants"]:
            if "spot_replicas" in variant:
                variant["spot_replicas"] = variant["replicas"]


def _not_told(site: dict[str, Any]) -> None:
    for service in site["compute"]["services"]:
        for variant in service["variants"]:
            variant.pop("spot_replicas", None)


def _all_on_spot(site: dict[str, Any]) -> None:
    for group in site["compute"]["node_groups"]:
        group["purchase"] = "spot"


@pytest.mark.parametrize("change", [_one_more_on_spot, _not_told, _all_on_spot])
def test_the_witness_refuses_another_part_on_spot(change: Callable[[dict[str, Any]], None]) -> None:
    data = planned(MANY_SHAPES, 10, 2, "zone", SHARE).model_dump(mode="json")
    change(data["sites"]["main"])
    asked = demand(MANY_SHAPES, services=10, survive="zone", interruptible=SHARE)
    assert list(plan_faults(Plan.model_validate(data), asked, catalog()))


def test_the_same_demand_changes_nothing() -> None:
    plan = planned(MANY_SHAPES, 10, 2, "zone", SHARE)
    again = with_gathers(demand(MANY_SHAPES, services=10, survive="zone", interruptible=SHARE), plan)
    assert lock_of(again) == lock_of(plan)


def test_an_interruptible_service_more_joins_the_others_with_both_its_parts() -> None:
    plan = planned(ONE_SHAPE, 9, 3, "zone", SHARE)
    asked = demand(ONE_SHAPE, services=11, zones=3, survive="zone", interruptible=SHARE)
    again = with_gathers(asked, plan)
    assert list(plan_faults(again, asked, catalog())) == []
    assert {group.key for group in shared(plan)} & {group.key for group in shared(again)}
    assert "s10" in on_spot(again)
    assert all(group.shared is not None for group in compute(again).node_groups if group.slots)


def test_a_service_that_may_no_longer_be_interrupted_leaves_the_spot_machines() -> None:
    plan = planned(ONE_SHAPE, 9, 3, "zone", SHARE)
    first = min(on_spot(plan))
    steady: dict[str, Any] = {first: {"interruptible_share": 0.0}}
    asked = demand(ONE_SHAPE, services=9, zones=3, survive="zone", interruptible=SHARE, **steady)
    again = with_gathers(asked, plan)
    assert list(plan_faults(again, asked, catalog())) == []
    assert first not in on_spot(again)
    assert on_spot(again)


def test_a_little_less_load_changes_nothing() -> None:
    plan = planned(ONE_SHAPE, 9, 3, "zone", SHARE)
    first = min(on_spot(plan))
    asked = demand(ONE_SHAPE, services=9, zones=3, survive="zone", interruptible=SHARE)
    service = asked.workloads[first]
    assert isinstance(service, Service)
    week = service.load.hourly_per_second
    assert week is not None
    less: dict[str, Any] = {first: {"load": {"hourly_per_second": [each * 0.99 for each in week]}}}
    asked = demand(ONE_SHAPE, services=9, zones=3, survive="zone", interruptible=SHARE, **less)
    again = with_gathers(asked, plan)
    assert list(plan_faults(again, asked, catalog())) == []
    assert compute(again).node_groups == compute(plan).node_groups
    assert compute(again).services == compute(plan).services


def test_both_parts_together_are_no_more_replicas_than_the_service_may_have() -> None:
    plan = planned(ONE_SHAPE, 9, 3, "zone", SHARE)
    first = min(on_spot(plan))
    most = max(on_spot(plan)[first].replicas.hourly())
    few: dict[str, Any] = {first: {"replicas": {"max": most - 1}}}
    asked = demand(ONE_SHAPE, services=9, zones=3, survive="zone", interruptible=SHARE, **few)
    for again in (with_gathers(asked), with_gathers(asked, plan)):
        assert list(plan_faults(again, asked, catalog())) == []


def test_where_no_spot_machines_are_bought_all_run_on_demand() -> None:
    asked = demand(ONE_SHAPE, services=9, interruptible=SHARE)
    asked = asked.model_copy(update={"purchase": asked.purchase.model_copy(update={"spot": False})})
    plan = with_gathers(asked)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert {group.purchase for group in compute(plan).node_groups} == {PurchaseOption.ON_DEMAND}


def test_a_service_that_may_be_interrupted_altogether_has_no_replica_on_demand() -> None:
    asked = demand(ONE_SHAPE, services=9, interruptible=1.0)
    plan = with_gathers(asked)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert on_spot(plan)
    assert all(variant.spot_replicas == variant.replicas for variant in on_spot(plan).values())
