"""Fullness: in which dimensions a machine is full, and which limits of the stack are used up."""

from __future__ import annotations

from collections.abc import Iterator

from solver.catalog.catalog import Catalog
from solver.catalog.machines import allocatable
from solver.demand.demand import Demand
from solver.demand.workloads import Service, TrainingJob, Variant
from solver.model.daemons import kept_back
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.explanation import Limit
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import AcceleratorKind


def full_in(demand: Demand, site_key: str, catalog: Catalog, group: NodeGroup) -> tuple[str, ...]:
    """Dimensions in which no more replicas fit beside those of the group's slots; of its types the smallest counts.

    Empty where one of its kinds of replicas would fit: the load needs no more of them on a machine. Where several kinds
    don't, the dimensions that stop all of them, or else those that stop any.
    """
    lacking = [list(_lacking(demand, site_key, catalog, group, slot)) for slot in group.slots]
    if not all(lacking):
        return ()
    names = list(dict.fromkeys(name for each in lacking for name in each))
    common = [name for name in names if all(name in each for each in lacking)]
    return tuple(common or names)


def _lacking(demand: Demand, site_key: str, catalog: Catalog, group: NodeGroup, slot: str) -> Iterator[str]:
    """Dimensions that have no room for one more replica of a variant."""
    site = demand.aws_sites[site_key]
    more = _asked(_variant(demand, slot))
    held = {slot: group.slots[slot]} if group.shared is not None else group.slots
    used = [(_asked(_variant(demand, name)), number) for name, number in held.items()]
    for machine_type in group.machine_types:
        holds = allocatable(
            catalog.machine(machine_type),
            eni_trunking=site.eni_trunking,
            reserved=kept_back(site, services=group.runtime == "ecs"),
        )
        room = {
            "accelerators": holds.accelerators,
            "cpu": holds.cpu_millis,
            "memory": holds.memory_mib,
            "network": holds.network_mbps,
            "tasks": holds.task_slots,
            "disk": site.root_volume,
        }
        for name, has in room.items():
            if more[name] and sum(asked[name] * number for asked, number in used) + more[name] > has:
                yield name
    # ECS can't divide Neuron and FPGA devices among replicas.
    undivided = group.accelerator_kind is not None and group.accelerator_kind is not AcceleratorKind.GPU
    if undivided and more["accelerators"] and any(asked["accelerators"] for asked, _ in used):
        yield "accelerators"
    key = slot.partition(".")[0]
    workload = demand.workloads[key]
    if isinstance(workload, Service) and workload.max_per_machine is not None:
        here = sum(number for name, number in group.slots.items() if name.partition(".")[0] == key)
        if here >= workload.max_per_machine:
            yield "max_per_machine"
    # A gang has one worker to a machine.
    if isinstance(workload, TrainingJob):
        yield "one worker each"


def _asked(variant: Variant) -> dict[str, int]:
    """What one replica needs in each dimension."""
    return {
        "accelerators": 0 if variant.accelerator is None else variant.accelerator.count,
        "cpu": variant.cpu,
        "memory": variant.memory,
        "network": variant.network_mbps,
        "tasks": 1,
        "disk": variant.disk,
    }


def _variant(demand: Demand, slot: str) -> Variant:
    workload, _, key = slot.partition(".")
    return demand.workloads[workload].replica(key)


def limits_of(demand: Demand, site_key: str, catalog: Catalog, plan: ComputePlan) -> Iterator[Limit]:
    """The limit of node groups and the quotas, with what the plan uses of them."""
    groups = [group for group in plan.node_groups if group.slots and group.runtime == "ecs"]
    most = demand.limits.node_groups
    yield Limit(key="limits.node_groups", used=len(groups), most=most, binds=len(groups) >= most)
    for family, quota in sorted(demand.aws_sites[site_key].quotas.items()):
        mine = [
            (group.vcpus, group.machines.hourly())
            for group in plan.node_groups
            if str(catalog.machine(group.machine_types[0]).quota) == family
        ]
        used = max(sum(vcpus * week[hour] for vcpus, week in mine) for hour in range(HOURS_PER_WEEK))
        smallest = min((vcpus for vcpus, _ in mine), default=quota + 1)
        yield Limit(
            key=f"sites.{site_key}.quotas.{family}", used=used, most=quota, binds=bool(mine) and used + smallest > quota
        )
