"""The shipped locks on a model of ECS's scheduler, configured as the components do it: no task waits, in any hour."""

from __future__ import annotations

from pathlib import Path

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
from solver.catalog.machines import Reserved, allocatable
from solver.inputs import read_inputs
from solver.plan.compute import ComputePlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.lock import read_lock
from solver.plan.shares import Held, held_replicas
from solver.proofs.scheduler import Group, Strategy, TaskSet, arrivals, schedule

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
    )


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_no_task_of_a_shipped_stack_waits_in_any_hour_order_or_deployment(stack: str) -> None:
    inputs = read_inputs(ROOT, stack)
    catalog = inputs.catalog()
    compute = read_lock(inputs.lock_path).sites["main"].compute
    ecs = [group for group in compute.node_groups if group.runtime == "ecs"]
    seen: set[tuple[object, ...]] = set()
    for hour in range(168):
        groups = {group.key: group_in(group, hour, compute, catalog) for group in ecs}
        services = [
            task_set(service, variant, held, hour)
            for service in compute.services
            for variant in service.variants
            for held in held_replicas(compute, service.key, variant)
        ]
        state = (*(group.machines for group in groups.values()), *(service.desired for service in services))
        if state in seen:
            continue
        seen.add(state)
        limits = {
            service_name(service, variant, held): service.max_per_machine
            for service in compute.services
            for variant in service.variants
            for held in held_replicas(compute, service.key, variant)
        }
        for seed, order in enumerate(arrivals(services)):
            found = schedule(groups, services, order, seed)
            assert found.waiting == {}, (hour, seed)
            assert found.stuck == (), (hour, seed)
            for name, count in found.most_on_a_machine.items():
                assert count <= (limits[name] or count), (hour, seed, name)
    assert len(seen) >= 1
