"""A small change of what is wanted, or of what it costs, is a small change of what is built, or none."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.demand.workloads import Service
from solver.inputs import read_inputs
from solver.model.compute.workload_plans import with_approved_weights
from solver.plan.compute import ComputePlan, ServicePlan, VariantPlan
from solver.plan.difference import Difference, difference
from solver.plan.lock import lock_of, lock_text, read_lock
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import PurchaseOption
from solver.witness import check_plan
from tests.solver.conftest import ShippedPlans
from tests.solver.moving_prices import at_prices, in_order

ROOT = Path(__file__).resolve().parents[2]
GAP = 0.005
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TYPES = ("c7i.large", "c7i.xlarge", "c7i.2xlarge", "m7i.large", "m7i.xlarge", "m7i.2xlarge", "r7i.large", "r7i.xlarge")


@cache
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@cache
def dev() -> tuple[Demand, Plan]:
    """The smallest shipped stack, planned from nothing."""
    demand = load_demand(ROOT / "stacks" / "dev.yaml").demand
    return demand, solve(demand, read_inputs(ROOT, "dev").catalog())


def service(load: float, *, cpu: float = 1, memory: str = "2Gi", **more: Any) -> dict[str, Any]:
    variant = {"cpu": cpu, "memory": memory, "throughput_per_second": 20, "source": "measured"}
    return {
        "kind": "service",
        "image": {},
        "load": {"peak_per_second": load, "shape": [4] * 8 + [9] * 12 + [4] * 4},
        "variants": {"cpu": variant},
        **more,
    }


def small(**services: dict[str, Any]) -> Demand:
    network = {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}}
    return Demand.model_validate(
        {
            "stack": "test",
            "owner": "tests",
            "sites": {"main": {"kind": "aws", "region": "us-east-1", "zones": 2, "network": network}},
            "workloads": services,
            "limits": {"machines": list(TYPES), "gap": GAP},
            # Without measures that bill starts, of which the bound knows only some: machines alone are the matter here.
            "compliance": {"profile": "none"},
        }
    )


SERVICES = {
    "front": service(170, survive="zone"),
    "back": service(90, memory="6Gi", interruptible_share=0.5),
    "side": service(33, cpu=2, memory="3Gi", interruptible_share=1),
}


@cache
def approved() -> Plan:
    return solve(small(**SERVICES), catalog())


def changes(old: Plan, new: Plan) -> list[str]:
    """Paths of what differs between the locks."""
    return [each.path for each in difference(lock_of(old), lock_of(new)).changes]


def again(plan: Plan, demand: Demand, prices: Catalog) -> Plan:
    """Planned against the lock of the plan, as a command would."""
    return solve(demand, prices, previous=lock_of(plan).as_plan())


# Order


def spelt_backwards(name: str) -> str:
    return name[::-1]


def by_length(name: str) -> tuple[int, str]:
    return len(name), name


@pytest.mark.parametrize("key", [spelt_backwards, by_length])
def test_a_catalog_in_another_order_gives_the_same_bytes(key: Callable[[str], object]) -> None:
    demand, plan = dev()
    other = in_order(read_inputs(ROOT, "dev").catalog(), key)
    assert list(other.machines) != list(catalog().machines)
    assert solve(demand, other).model_dump_json() == plan.model_dump_json()
    assert solve(small(**SERVICES), in_order(catalog(), key)).model_dump_json() == approved().model_dump_json()


# What no longer may be


@pytest.mark.parametrize(
    "more",
    [
        {"purchase": {"spot": False}},
        {"services": {"back": {"interruptible_share": 0}}},
        {"services": {"side": {"interruptible_share": 0.1}}},
        {"services": {"side": {"spot_pools": 3}}},
        {"services": {"back": {"survive": "zone"}, "side": {"max_per_machine": 1}}},
        {"zones": 3},
    ],
    ids=["no spot machines", "not interruptible", "hardly interruptible", "more pools", "more promises", "zones"],
)
def test_an_approved_plan_keeps_no_machines_that_the_demand_does_not_allow_any_more(more: dict[str, Any]) -> None:
    spot = [
        group for group in approved().aws_sites["main"].compute.node_groups if group.purchase is PurchaseOption.SPOT
    ]
    assert {name.split(".")[0] for group in spot for name in group.slots} == {"back", "side"}
    changed = {key: entry | more.get("services", {}).get(key, {}) for key, entry in SERVICES.items()}
    content = small(**changed).model_dump(mode="json")
    content["sites"]["main"]["zones"] = more.get("zones", 2)
    demand = Demand.model_validate(content | {"purchase": more.get("purchase", {})})
    new = again(approved(), demand, catalog())
    check_plan(new, demand, catalog())
    groups = [group for group in new.aws_sites["main"].compute.node_groups if group.slots]
    assert demand.purchase.spot or all(group.purchase is PurchaseOption.ON_DEMAND for group in groups)
    fresh = solve(demand, catalog())
    assert new.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP)


def with_machines(entry: dict[str, Any], *patterns: str) -> dict[str, Any]:
    return entry | {"variants": {"cpu": entry["variants"]["cpu"] | {"machines": list(patterns)}}}


BESIDE = {
    "front": with_machines(service(170, memory="6Gi"), "r7i.*"),
    "one": with_machines(service(12, cpu=0.5, memory="1Gi"), "c7i.*", "m7i.*"),
    "two": with_machines(service(12, cpu=0.5, memory="1Gi"), "c7i.*", "m7i.*"),
}


def groups_of(plan: Plan) -> dict[str, dict[str, int]]:
    return {group.key: group.slots for group in plan.aws_sites["main"].compute.node_groups if group.slots}


def test_services_that_are_apart_from_now_on_leave_the_machines_that_they_share_and_others_stay() -> None:
    before = solve(small(**BESIDE), catalog())
    shared = [key for key, slots in groups_of(before).items() if {"one.cpu", "two.cpu"} <= set(slots)]
    assert shared
    apart = small(**BESIDE | {"one": BESIDE["one"] | {"apart_from": ["two"]}})
    new = again(before, apart, catalog())
    check_plan(new, apart, catalog())
    assert not any({"one.cpu", "two.cpu"} <= set(slots) for slots in groups_of(new).values())
    for key, slots in groups_of(before).items():
        assert key in shared or groups_of(new)[key] == slots
    # Where it is written down of services that share no machine anyway, nothing changes.
    named = small(**BESIDE | {"one": BESIDE["one"] | {"apart_from": ["two", "front"]}})
    assert groups_of(again(new, named, catalog())) == groups_of(new)
    # Without it the machines that are apart stay only while that costs hardly more.
    back = again(new, small(**BESIDE), catalog())
    assert back.proof.cost_usd_per_month <= before.proof.cost_usd_per_month * (1 + GAP)


def test_a_stack_with_fewer_zones_leaves_the_machines_of_the_zone_that_is_gone() -> None:
    content = small(**SERVICES).model_dump(mode="json")
    content["sites"]["main"]["zones"] = 3
    before = solve(Demand.model_validate(content), catalog())
    new = again(before, small(**SERVICES), catalog())
    site = new.aws_sites["main"]
    assert {zone for group in site.compute.node_groups for zone in group.zones} == set(site.network.zones)


# Prices


@FEW
@given(st.dictionaries(st.tuples(st.sampled_from(TYPES), st.sampled_from(["on-demand", "spot"])), st.floats(-1, 1)))
def test_prices_that_move_by_less_than_half_the_gap_either_way_change_nothing(moves: dict[Any, float]) -> None:
    prices = at_prices(catalog(), lambda name, option: 1 + GAP * 0.49 * moves.get((name, option), 0.0))
    assert changes(approved(), again(approved(), small(**SERVICES), prices)) == []


@FEW
@given(st.dictionaries(st.tuples(st.sampled_from(TYPES), st.sampled_from(["on-demand", "spot"])), st.floats(0, 1)))
def test_prices_that_move_one_way_by_less_than_the_gap_change_nothing(moves: dict[Any, float]) -> None:
    for most in (GAP * 0.97, -GAP * 0.97):
        prices = at_prices(catalog(), lambda name, option, most=most: 1 + most * moves.get((name, option), 0.0))
        assert changes(approved(), again(approved(), small(**SERVICES), prices)) == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_prices_that_move_by_less_than_the_gap_change_nothing_of_a_shipped_stack(
    name: str, shipped: ShippedPlans
) -> None:
    demand, plan = load_demand(ROOT / "stacks" / f"{name}.yaml").demand, shipped(name)
    wave = {
        machine: (-1) ** place * GAP * (place % 10) / 10
        for place, machine in enumerate(sorted(read_inputs(ROOT, name).catalog().machines))
    }
    prices = at_prices(read_inputs(ROOT, name).catalog(), lambda machine, _: 1 + wave[machine])
    assert changes(plan, again(plan, demand, prices)) == []


@FEW
@given(st.dictionaries(st.sampled_from(TYPES), st.floats(0.8, 1.25)))
def test_what_is_kept_costs_no_less_than_the_bound_of_a_plan_from_nothing(moves: dict[str, float]) -> None:
    """Nor more than the gap above that plan: whatever prices do, what is approved is among what was searched."""
    prices = at_prices(catalog(), lambda name, _: moves.get(name, 1.0))
    demand = small(**SERVICES)
    fresh, kept = solve(demand, prices), again(approved(), demand, prices)
    assert kept.proof.cost_usd_per_month >= fresh.proof.bound_usd_per_month - 0.01
    assert kept.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP) + 0.01


def test_a_spot_machine_stays_for_sale_when_another_becomes_cheaper_on_which_the_variant_does_not_run() -> None:
    """Its group may name the other type; a variant that runs on some types only gets a group of these."""
    demand, plan = dev()
    groups = plan.aws_sites["main"].compute.node_groups
    used = {name for group in groups for name in group.machine_types}
    dearer = at_prices(read_inputs(ROOT, "dev").catalog(), lambda name, _: 1.04 if name in used else 1.0)
    assert solve(demand, dearer).proof.cost_usd_per_month <= plan.proof.cost_usd_per_month * 1.04


@pytest.mark.parametrize("drifting", ["up", "back and forth"])
def test_a_drifting_price_makes_no_chain_of_changes(drifting: str) -> None:
    """0.2 % a step for 40 steps, each planned from the last lock."""
    demand, plan = small(**SERVICES), approved()
    used = {name for group in plan.aws_sites["main"].compute.node_groups for name in group.machine_types}
    factor, chain, changed = 1.0, 0, 0
    for step in range(40):
        factor *= 1.002 if drifting == "up" or step // 10 % 2 == 0 else 1 / 1.002
        prices = at_prices(catalog(), lambda name, _, factor=factor: factor if name in used else 1.0)
        new = again(plan, demand, prices)
        chain = chain + 1 if changes(plan, new) else 0
        changed += bool(chain)
        assert chain <= 2
        plan = new
    assert changed <= 4


# What a change has to save


@cache
def hardly_dearer() -> tuple[Plan, Plan]:
    """The dev stack where a rival of one of its machines has become a little cheaper: kept, and from nothing."""
    demand, plan = dev()
    used = {name for group in plan.aws_sites["main"].compute.node_groups for name in group.machine_types}
    prices = at_prices(read_inputs(ROOT, "dev").catalog(), lambda name, _: 1.083 if name in used else 1.0)
    return again(plan, demand, prices), solve(demand, prices)


def test_a_move_that_saves_too_little_is_not_made_and_is_told() -> None:
    kept, fresh = hardly_dearer()
    saving = kept.proof.cost_usd_per_month - fresh.proof.cost_usd_per_month
    assert saving > 0.01
    assert changes(dev()[1], kept) == []
    assert [move.saving_usd_per_month for move in kept.rejected] == [pytest.approx(saving, abs=0.011)]
    assert kept.rejected[0].subject == "workload recommender"
    assert kept.rejected[0].change == "m7g.large spot → m8g.large spot"
    assert "0.5 % of what it costs" in kept.rejected[0].reason


def test_a_plan_from_nothing_and_one_that_nothing_beats_have_no_rejected_moves() -> None:
    assert approved().rejected == ()
    assert again(approved(), small(**SERVICES), catalog()).rejected == ()


def test_a_move_that_saves_more_than_the_gap_is_made() -> None:
    used = {name for group in approved().aws_sites["main"].compute.node_groups for name in group.machine_types}
    prices = at_prices(catalog(), lambda name, _: 1.3 if name in used else 1.0)
    demand = small(**SERVICES)
    moved, fresh = again(approved(), demand, prices), solve(demand, prices)
    assert changes(approved(), moved)
    assert moved.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP / 2) + 0.01


def test_rejected_moves_are_in_no_lock() -> None:
    kept, _ = hardly_dearer()
    assert kept.rejected
    assert "rejected" not in lock_text(lock_of(kept))


# Demand


def planned_again(approved: Plan, peak: str, tmp_path: Path) -> Difference:
    """A shipped stack with another peak of the assistant, planned against the approved plan."""
    child = tmp_path / f"{approved.stack}.yaml"
    parent = ROOT / "stacks" / f"{approved.stack}.yaml"
    child.write_text(f"inherits: {parent}\nworkloads: {{assistant: {{load: {{peak_per_second: {peak}}}}}}}\n")
    inputs = read_inputs(ROOT, approved.stack, demand_file=child)
    again = solve(inputs.loaded.demand, inputs.catalog(), previous=approved)
    return difference(lock_of(approved), lock_of(again))


def peak_of(stack: str) -> float:
    load = load_demand(ROOT / "stacks" / f"{stack}.yaml").demand.workloads["assistant"]
    return max(load.load.week_per_second())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType] — it is a service


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_planning_again_changes_nothing(stack: str, tmp_path: Path) -> None:
    lock = read_lock(ROOT / "stacks" / f"{stack}.lock.yaml").as_plan()
    assert planned_again(lock, str(peak_of(stack)), tmp_path).changes == ()


def test_load_inside_the_unused_headroom_starts_no_other_machine(tmp_path: Path, shipped: ShippedPlans) -> None:
    change = planned_again(shipped("prod"), str(peak_of("prod") * 1.001), tmp_path)
    assert [entry.path for entry in change.changes if "node_groups" in entry.path] == []


def test_twice_the_load_is_a_change_that_is_shown() -> None:
    twice = small(**SERVICES | {"front": service(340, survive="zone")})
    change = difference(lock_of(approved()), lock_of(again(approved(), twice, catalog())))
    assert any("node_groups" in entry.path for entry in change.changes)
    assert change.usd_per_month > 0


def most_of_side() -> float:
    """The peak that the planned replicas of `side` hold in every hour, with headroom."""
    wish = small(**SERVICES).workloads["side"]
    assert isinstance(wish, Service)
    (plan,) = (each for each in approved().aws_sites["main"].compute.services if each.key == "side")
    (variant,) = plan.variants
    peaks: list[float] = []
    for replicas, load in zip(variant.replicas.hourly(), wish.load.week_per_second(), strict=True):
        peaks.append(variant.load_per_replica_per_second * replicas / (1 + wish.headroom) / load * 33)
    return min(peaks)


@FEW
@given(st.floats(0, 1))
def test_load_that_the_planned_replicas_hold_changes_nothing(part: float) -> None:
    assert most_of_side() > 34.5
    side = service(round(33 + part * (most_of_side() - 33.001), 3), cpu=2, memory="3Gi", interruptible_share=1)
    demand = small(**SERVICES | {"side": side})
    assert changes(approved(), again(approved(), demand, catalog())) == []


def test_one_changed_service_leaves_the_machines_of_the_others(tmp_path: Path) -> None:
    demand = small(**SERVICES | {"side": service(70, cpu=2, memory="3Gi", interruptible_share=1)})
    new = again(approved(), demand, catalog())
    fresh = solve(demand, catalog())
    assert new.proof.cost_usd_per_month <= fresh.proof.cost_usd_per_month * (1 + GAP)
    before = {group.key: group for group in approved().aws_sites["main"].compute.node_groups}
    after = {group.key: group for group in new.aws_sites["main"].compute.node_groups}
    for key, group in before.items():
        if not any(name.startswith("side.") for name in group.slots):
            assert after[key] == group


@pytest.mark.parametrize(("before", "kept"), [((3, 3), True), ((3, 4), False), ((0, 0), False)])
def test_weights_stay_where_they_give_each_node_group_the_same_part(before: tuple[int, ...], kept: bool) -> None:
    """In ECS they are nothing but parts: of a service on one node group, or with as many more replicas on each."""
    plan = approved().aws_sites["main"].compute
    weights = {service.key: [variant.weights for variant in service.variants] for service in plan.services}
    assert weights["back"] == [(4, 4)]

    def weighed(service: ServicePlan) -> ServicePlan:
        new = {"back": before}.get(service.key, (9,) * len(weights[service.key][0]))
        return service.model_copy(
            update={"variants": tuple(each.model_copy(update={"weights": new}) for each in service.variants)}
        )

    old = plan.model_copy(update={"services": tuple(weighed(service) for service in plan.services)})
    new = {service.key: service.variants[0].weights for service in with_approved_weights(plan, old).services}
    assert new == {"back": before if kept else (4, 4), "front": weights["front"][0], "side": (9,)}


@pytest.mark.parametrize(("stood_first", "kept"), [(1, True), (0, True), (None, False)])
def test_the_first_node_group_of_a_variant_stays_the_first_as_long_as_it_is_used(
    stood_first: int | None, kept: bool
) -> None:
    """Its ECS service has the variant's own name: another one there would end two services and make two."""
    plan = approved().aws_sites["main"].compute

    def back(compute: ComputePlan) -> VariantPlan:
        return next(each for each in compute.services if each.key == "back").variants[0]

    now = back(plan)
    groups = now.node_groups
    assert len(groups) == 2
    first = "gone" if stood_first is None else groups[stood_first]
    before = now.model_copy(update={"node_groups": (first, *(each for each in groups if each != first)), "weights": ()})
    old = plan.model_copy(
        update={
            "services": tuple(
                each.model_copy(update={"variants": (before,)}) if each.key == "back" else each
                for each in plan.services
            )
        }
    )
    after = back(with_approved_weights(plan, old))
    assert (after.node_groups[0] == first) == kept
    assert dict(zip(after.node_groups, after.weights, strict=True)) == dict(zip(groups, now.weights, strict=True))


def test_a_new_service_and_one_that_is_gone_leave_the_machines_of_the_others() -> None:
    more = small(**SERVICES, extra=service(50, interruptible_share=1))
    fewer = small(**{key: SERVICES[key] for key in ("front", "back")})
    for demand in (more, fewer):
        new = again(approved(), demand, catalog())
        after = {group.key: group for group in new.aws_sites["main"].compute.node_groups}
        for group in approved().aws_sites["main"].compute.node_groups:
            if all(name.split(".")[0] in ("front", "back") for name in group.slots):
                assert after[group.key].machines == group.machines


def test_a_group_keeps_its_key_when_another_of_its_machine_type_comes_beside_it() -> None:
    """Another key would be another node group: all its machines replaced for nothing."""
    twin = small(**SERVICES, twin=service(33, cpu=2, memory="3Gi", interruptible_share=1))
    before = {group.key: group for group in approved().aws_sites["main"].compute.node_groups}
    after = {group.key: group for group in again(approved(), twin, catalog()).aws_sites["main"].compute.node_groups}
    side = [key for key, group in before.items() if group.slots == {"side.cpu": 1}]
    assert side
    for key in side:
        assert after[key].slots == before[key].slots
        assert after[key].machine_types == before[key].machine_types
    assert len({(group.machine_types, group.purchase, tuple(group.slots)) for group in after.values()}) == len(after)
