"""Gathers: many services on the machines of a few node groups, each replica in any place, and what that proves."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from re import search
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.model.compute import forms
from solver.model.compute.gather_choices import whole
from solver.model.compute.gather_units import least_to_hold, units_of
from solver.model.compute.gathering import Gathering
from solver.model.compute.hourly import Floats, Hourly
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.plan.sharing import SharedMachines, filled, have_even_room
from solver.solve import solve
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

STACKS = [(ONE_SHAPE, 9, 2, "none"), (ONE_SHAPE, 9, 2, "zone"), (ONE_SHAPE, 9, 3, "zone"), (MANY_SHAPES, 10, 2, "zone")]
requests = st.lists(st.tuples(*[st.integers(1, 40)] * 3), min_size=1, max_size=4)


@given(requests, st.tuples(*[st.integers(1, 200)] * 3), st.sampled_from([1, 2, 4]), st.randoms(use_true_random=False))
def test_replicas_of_no_more_units_than_the_machine_fit_in_every_resource(
    asked: list[tuple[int, ...]], room: tuple[int, ...], parts: int, chance: Random
) -> None:
    units, of_machine = units_of(np.array([[each] for each in asked]), np.array([room]), parts)
    left, used = int(of_machine[0]), np.zeros(3)
    while fitting := [place for place in range(len(asked)) if units[place, 0] <= left]:
        place = chance.choice(fitting)
        left -= int(units[place, 0])
        used += asked[place]
        assert (used <= room).all()


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), min_size=1, max_size=6),
    st.integers(6, 20),
    st.randoms(use_true_random=False),
)
def test_all_find_room_in_whatever_order_they_come_and_wherever_others_went(
    services: list[tuple[int, int]], units: int, chance: Random
) -> None:
    largest = max(each for each, _ in services)
    planned_on_each = units - largest + 1
    machines = -(-sum(each * count for each, count in services) // planned_on_each)
    free = [units] * machines
    coming = [each for each, count in services for _ in range(count)]
    chance.shuffle(coming)
    for each in coming:
        open_to_it = [place for place, left in enumerate(free) if left >= each]
        assert open_to_it
        free[chance.choice(open_to_it)] -= each


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(4, 12), st.integers(0, 5)), min_size=1, max_size=3),
    st.integers(1, 3),
)
def test_groups_that_hold_the_units_take_every_replica_once(
    services: list[tuple[int, int]], machines: list[tuple[int, int]], zones: int
) -> None:
    largest = max(each for each, _ in services)
    groups = [
        SharedMachines(f"g{place}", units, units - largest + 1, count * zones, zones, 1000 - place)
        for place, (units, count) in enumerate(machines)
        if units >= largest
    ]
    units = {f"s{place}.cpu": each for place, (each, _) in enumerate(services)}
    replicas = {f"s{place}.cpu": count for place, (_, count) in enumerate(services)}
    if not groups or not have_even_room(groups, [(units[name], count) for name, count in replicas.items()]):
        return
    found = filled(groups, replicas, units)
    for name, count in replicas.items():
        assert sum(mine.get(name, 0) for mine in found.values()) == count
    for group in groups:
        in_a_zone = sum(units[name] * -(-count // zones) for name, count in found[group.key].items())
        assert in_a_zone < group.filled * (group.machines // zones) + largest
    # Each service has its groups in all hours: with these alone the same comes out.
    allowed = {name: [key for key, mine in found.items() if name in mine] for name in replicas}
    assert filled(groups, replicas, units, allowed) == found


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 50)), min_size=1, max_size=4),
)
def test_the_cheapest_machines_for_units_are_those_of_every_combination(
    needed: list[int], types: list[tuple[int, int]]
) -> None:
    def cheapest(left: int, place: int = 0) -> float:
        if left <= 0:
            return 0.0
        if place == len(types):
            return float("inf")
        units, usd = types[place]
        return min(count * usd + cheapest(left - count * units, place + 1) for count in range(-(-left // units) + 1))

    found = least_to_hold(
        np.array(needed), np.array([units for units, _ in types]), np.array([float(usd) for _, usd in types])
    )
    assert found.tolist() == pytest.approx([cheapest(each) for each in needed])


@pytest.mark.parametrize(("shapes", "services", "zones", "survive"), STACKS)
def test_services_share_machines_and_nothing_is_wrong_with_it(
    shapes: tuple[tuple[str, str], ...], services: int, zones: int, survive: str
) -> None:
    plan = planned(shapes, services, zones, survive)
    assert shared(plan)
    asked = demand(shapes, services=services, zones=zones, survive=survive)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month


def test_services_that_ask_for_the_same_are_proved_to_cost_no_more_than_the_gap_above_any_plan() -> None:
    asked = demand(ONE_SHAPE, services=9)
    plan = solve(asked, catalog())
    assert shared(plan)
    assert plan.proof.gap <= asked.limits.gap


def _more_units(site: dict[str, Any]) -> None:
    site["compute"]["node_groups"][0]["shared"]["units"] *= 2


def _fuller(site: dict[str, Any]) -> None:
    site["compute"]["node_groups"][0]["shared"]["filled"] += 1


def _one_left_out(site: dict[str, Any]) -> None:
    site["compute"]["node_groups"][0]["shared"]["each"].popitem()


def _as_if_all_at_once(site: dict[str, Any]) -> None:
    del site["compute"]["node_groups"][0]["shared"]


def _a_machine_less(site: dict[str, Any]) -> None:
    for hours in site["compute"]["hour_classes"]:
        for placed in hours["placement"]:
            placed["machines"] -= 1
    site["compute"]["hour_classes"] = [
        {**hours, "placement": [placed for placed in hours["placement"] if placed["machines"]]}
        for hours in site["compute"]["hour_classes"]
    ]


def _is_not_shared(group: dict[str, Any]) -> bool:
    return "shared" not in group


@pytest.mark.parametrize("change", [_more_units, _fuller, _one_left_out, _as_if_all_at_once, _a_machine_less])
def test_the_witness_refuses_machines_that_do_not_hold_any_mixture(change: Callable[[dict[str, Any]], None]) -> None:
    plan = planned(MANY_SHAPES, 10, 2, "zone")
    data = plan.model_dump(mode="json")
    data["sites"]["main"]["compute"]["node_groups"].sort(key=_is_not_shared)
    change(data["sites"]["main"])
    changed = Plan.model_validate(data)
    assert list(plan_faults(changed, demand(MANY_SHAPES, services=10, survive="zone"), catalog()))


def test_a_zone_without_room_for_every_service_is_told() -> None:
    """As many replicas, and machines for them, but no place for an even part of each in every zone."""
    plan = planned(ONE_SHAPE, 9, 3, "none")
    wanted = demand(ONE_SHAPE, services=9, zones=3, survive="zone")
    assert any("survive zone" in fault for fault in plan_faults(plan, wanted, catalog()))


def test_the_same_demand_changes_nothing() -> None:
    plan = planned(ONE_SHAPE, 9, 2, "zone")
    again = with_gathers(demand(ONE_SHAPE, services=9, survive="zone"), plan)
    assert lock_of(again) == lock_of(plan)


def test_a_service_more_of_the_same_shape_joins_the_others_on_their_machines() -> None:
    plan = planned(ONE_SHAPE, 9, 2, "none")
    asked = demand(ONE_SHAPE, services=10)
    again = with_gathers(asked, plan)
    assert list(plan_faults(again, asked, catalog())) == []
    assert {group.key for group in shared(plan)} & {group.key for group in shared(again)}
    assert any("s09.cpu" in group.slots for group in shared(again))
    assert all(group.shared is not None for group in compute(again).node_groups if group.slots)


@pytest.mark.parametrize(
    "wish",
    [
        {"max_per_machine": 1},
        {"apart_from": ["s00"]},
        {"exposure": "internal", "deployment": {"strategy": "blue-green"}},
    ],
)
def test_what_a_service_asks_of_its_machines_keeps_it_off_shared_ones(wish: dict[str, Any]) -> None:
    asked = demand(ONE_SHAPE, services=9, s08=wish)
    plan = with_gathers(asked)
    assert shared(plan)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert not any("s08.cpu" in group.slots for group in shared(plan))


def test_interruptible_services_share_machines_on_demand_where_that_costs_less_than_machines_of_their_own() -> None:
    little: dict[str, Any] = {f"s{number:02d}": {"interruptible_share": 0.1} for number in range(9)}
    asked = demand(ONE_SHAPE, services=9, **little)
    with patch.object(forms, "parted", return_value=None):
        plan = with_gathers(asked)
        with patch.object(forms, "whole", side_effect=_nothing_to_gather):
            apart = solve(asked, catalog())
    assert list(plan_faults(plan, asked, catalog())) == []
    assert all(group.shared is not None for group in compute(plan).node_groups if group.slots)
    assert {group.purchase for group in shared(plan)} == {PurchaseOption.ON_DEMAND}
    assert not shared(apart)
    assert plan.proof.cost_usd_per_month < apart.proof.cost_usd_per_month
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month


def _nothing_to_gather(hourly: Hourly, usd_per_hour: Floats) -> Gathering:
    found = whole(hourly, usd_per_hour)
    with patch.object(found.clusters, "single", return_value=None):
        assert found.levels
    return found


def test_services_that_become_interruptible_stay_on_their_machines_until_leaving_saves_more_than_the_gap() -> None:
    plan = planned(ONE_SHAPE, 9, 2, "zone")
    asked = demand(ONE_SHAPE, services=9, survive="zone", s00={"interruptible_share": 0.1})
    again = with_gathers(asked, plan)
    assert list(plan_faults(again, asked, catalog())) == []
    assert any("s00.cpu" in group.slots for group in shared(again))
    assert compute(again).node_groups == compute(plan).node_groups


def test_machines_in_fewer_zones_keep_no_service_off_shared_ones_that_has_replicas_enough_for_the_others() -> None:
    # g7e.48xlarge is offered in two of the three zones: s08 would need 26 replicas there, and needs 20 in three.
    asked = demand(
        ONE_SHAPE,
        services=9,
        zones=3,
        survive="zone",
        machines=("c6a.*", "m6a.*", "g7e.48xlarge"),
        s08={"replicas": {"max": 20}},
    )
    plan = with_gathers(asked)
    assert list(plan_faults(plan, asked, catalog())) == []
    assert any("s08.cpu" in group.slots for group in shared(plan))


def test_parts_of_shared_machines_add_up_and_are_compared_with_machines_of_ones_own() -> None:
    plan = planned(ONE_SHAPE, 9, 2, "none")
    reasons = {reason.subject: reason for reason in plan.reasons}
    told = [reasons[f"workload {service.key}"] for service in compute(plan).services]
    parts: list[float] = []
    for reason in told:
        found = search(r"shares with 8 other services is \$([\d,.]+) a month at list prices", reason.text)
        assert found is not None
        assert reason.next_best is not None
        assert reason.next_best.startswith("machines of its own, ")
        parts.append(float(found[1].replace(",", "")))
    items = {f"node-group {group.key}" for group in shared(plan)}
    usd = sum(line.usd_per_month for line in plan.cost_lines if line.item in items)
    assert sum(parts) == pytest.approx(usd, abs=0.005 * (len(parts) + len(plan.cost_lines)))
