"""The shipped locks on a model of ECS's scheduler, configured as the components do it: no task waits, in any hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.aws.compute.container import cpu_units, takes_whole_machine
from components.aws.compute.service import (
    FULL_MACHINES,
    OVER_MACHINES,
    OVER_ZONES,
    placement_constraints,
    placement_strategies,
    rolling_percents,
    service_name,
)
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.catalog.machines import Reserved, allocatable
from solver.demand.demand import Demand
from solver.inputs import read_inputs
from solver.plan.compute import ComputePlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.lock import read_lock
from solver.plan.shares import Held, held_replicas
from solver.proofs.scheduler import Found, Group, Strategy, TaskSet, arrivals, schedule
from solver.solve import solve
from tests.solver.model.compute import alike_services, test_deployments

ROOT = Path(__file__).resolve().parents[4]
STRATEGIES = [
    (OVER_ZONES, Strategy.SPREAD_ZONES),
    (OVER_MACHINES, Strategy.SPREAD_MACHINES),
    (FULL_MACHINES, Strategy.PACK_MEMORY),
]


def group_in(group: NodeGroup, hour: int, compute: ComputePlan, catalog: Catalog) -> Group:
    """What ECS can hand out of the smallest of the group's types, in its own units."""
    each = [
        allocatable(catalog.machine(name), eni_trunking=compute.eni_trunking, reserved=Reserved())
        for name in group.machine_types
    ]
    return Group(
        zones=group.zones,
        machines=group.machines.hourly()[hour],
        most=group.max_machines,
        holds=(
            min(cpu_units(has.cpu_millis) for has in each),
            min(has.memory_mib for has in each),
            min(has.accelerators for has in each),
            min(has.task_slots for has in each),
        ),
    )


def task_set(service: ServicePlan, variant: VariantPlan, held: Held, hour: int) -> TaskSet:
    least, most = rolling_percents(service, variant, held)
    counted = 0 if takes_whole_machine(variant) else variant.accelerator_count
    chosen = placement_strategies(service, held)
    return TaskSet(
        name=service_name(service, variant, held),
        group=held.group.key,
        desired=held.replicas.hourly()[hour],
        asks=(cpu_units(variant.cpu_millis), variant.memory_mib, counted, 1),
        strategies=tuple(next(word for known, word in STRATEGIES if known == one) for one in chosen),
        distinct=bool(placement_constraints(service, variant)),
        least_percent=least,
        most_percent=most,
        moves_requests=service.moves_requests,
    )


def runs(compute: ComputePlan, catalog: Catalog) -> Iterator[tuple[int, Found]]:
    """Hours, and what came of each order in those that are unlike the ones before."""
    ecs = [group for group in compute.node_groups if group.runtime == "ecs"]
    held_by = list(every_service(compute))
    seen: set[tuple[object, ...]] = set()
    for hour in range(168):
        groups = {group.key: group_in(group, hour, compute, catalog) for group in ecs}
        services = [task_set(service, variant, held, hour) for service, variant, held in held_by]
        state = (*(group.machines for group in groups.values()), *(service.desired for service in services))
        if state in seen:
            continue
        seen.add(state)
        for seed, order in enumerate(arrivals(services)):
            yield hour, schedule(groups, services, order, seed)


def every_service(compute: ComputePlan) -> Iterator[tuple[ServicePlan, VariantPlan, Held]]:
    for service in compute.services:
        for variant in service.variants:
            for held in held_replicas(compute, service.key, variant):
                yield service, variant, held


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_no_task_of_a_shipped_stack_waits_in_any_hour_order_or_deployment(stack: str) -> None:
    inputs = read_inputs(ROOT, stack)
    compute = read_lock(inputs.lock_path).aws_sites["main"].compute
    limits = {service_name(*each): each[0].max_per_machine for each in every_service(compute)}
    found = list(runs(compute, inputs.catalog()))
    assert found
    for hour, each in found:
        assert each.waiting == {}, hour
        assert each.stuck == (), hour
        for name, count in each.most_on_a_machine.items():
            assert count <= (limits[name] or count), (hour, name)


def three_services(changes: Mapping[str, dict[str, Any]], *, node_groups: int) -> tuple[ComputePlan, Catalog]:
    """A plan of three like services, of which some are changed, and what it buys from."""
    load = {"hourly_per_second": [*[10] * 12, *[70] * 12]}
    variants = {"cpu": {"cpu": "500m", "memory": "1Gi", "throughput_per_second": 20, "source": "measured"}}
    service = {"kind": "service", "image": {}, "load": load, "variants": variants}
    demand = Demand.model_validate(
        {
            "stack": "test",
            "owner": "tests",
            "sites": {"main": {"region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}},
            "workloads": {key: service | changes.get(key, {}) for key in ("ledger", "search", "web")},
            "compliance": {"profile": "none"},
            "limits": {"node_groups": node_groups, "machines": ["c7i.*", "m7i.*"]},
        }
    )
    catalog = load_catalog(None, ["us-east-1"])
    return solve(demand, catalog).aws_sites["main"].compute, catalog


def test_all_replicas_find_room_in_any_order_where_few_of_a_service_may_share_a_machine() -> None:
    limits = {"ledger": 1, "search": 2}
    compute, catalog = three_services({key: {"max_per_machine": most} for key, most in limits.items()}, node_groups=3)
    found = list(runs(compute, catalog))
    assert found
    for hour, each in found:
        assert (each.waiting, each.stuck) == ({}, ()), hour
        for name, count in each.most_on_a_machine.items():
            assert count <= limits.get(name.partition("-")[0], count), (hour, name)


@pytest.mark.parametrize(
    ("apart_from", "apart"),
    [
        ({}, set[tuple[str, str]]()),
        ({"ledger": ["search"]}, {("ledger", "search")}),
        ({"ledger": "all"}, {("ledger", "search"), ("ledger", "web")}),
    ],
)
def test_ecs_never_brings_services_together_that_the_demand_keeps_apart(
    apart_from: dict[str, Any], apart: set[tuple[str, str]]
) -> None:
    """All that hinders it are the groups: a service has one capacity provider and starts its tasks nowhere else."""
    changes = {key: {"apart_from": others} for key, others in apart_from.items()}
    compute, catalog = three_services(changes, node_groups=2 if apart_from else 1)
    together = {
        (one.partition("-")[0], other.partition("-")[0])
        for _, found in runs(compute, catalog)
        for one, other in found.together
    }
    assert together.isdisjoint(apart)
    assert together, "of three services on two groups some share machines"


def test_both_versions_of_a_service_whose_requests_move_find_room_in_any_order() -> None:
    """No old task stops before all new ones run, on machines that others use too."""
    found = list(runs(test_deployments.compute(test_deployments.planned("blue-green")), test_deployments.catalog()))
    assert found
    for hour, each in found:
        assert (each.waiting, each.stuck) == ({}, ()), hour
    assert any(each.added for _, each in found), "the second version needs machines that run for a deployment alone"


@pytest.mark.parametrize(
    ("shapes", "services", "zones", "survive", "interruptible"),
    [
        (alike_services.ONE_SHAPE, 9, 2, "zone", 0.0),
        (alike_services.ONE_SHAPE, 9, 3, "zone", 0.0),
        (alike_services.MANY_SHAPES, 10, 2, "zone", 0.0),
        (alike_services.MANY_SHAPES, 10, 2, "zone", 0.3),
    ],
)
def test_replicas_of_services_that_share_machines_find_room_in_any_order(
    shapes: tuple[tuple[str, str], ...], services: int, zones: int, survive: str, interruptible: float
) -> None:
    plan = alike_services.planned(shapes, services, zones, survive, interruptible)
    assert alike_services.shared(plan)
    found = list(runs(alike_services.compute(plan), alike_services.catalog()))
    assert found
    for hour, each in found:
        assert (each.waiting, each.stuck) == ({}, ()), hour
