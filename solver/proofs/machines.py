"""Machines: every replica is placed, no machine is over in any dimension, and each can be bought where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from fractions import Fraction
from math import ceil

from solver.demand.workloads import Variant
from solver.plan.compute import NodeGroup
from solver.proofs.capacity import capacity_faults, kept_vcpus
from solver.proofs.view import HOURS, SiteView
from solver.vocabulary import AcceleratorKind, PurchaseOption

_COUNTED_BY_ECS = AcceleratorKind.GPU


def machine_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the machines of a site, in words."""
    yield from _hours_are_a_week(view)
    for group in view.plan.compute.node_groups:
        yield from _group_can_be_bought(view, group)
        yield from _slots_fit(view, group)
    for classes in view.plan.compute.hour_classes:
        for placed in classes.placement:
            group = view.groups.get(placed.node_group)
            if group is None:
                yield f"hour {classes.hours[0]}: machines of {placed.node_group}, which is no node group"
                continue
            where = f"{group.key}, hour {classes.hours[0]}"
            if placed.machines < 1 or any(count < 0 for count in placed.replicas.values()):
                yield f"{where}: a number below 1"
            if group.shared is not None:
                units = sum(group.shared.each.get(name, 0) * count for name, count in placed.replicas.items())
                if units > group.shared.units:
                    yield f"{where}: replicas of {units} units on a machine of {group.shared.units}"
            beyond = [name for name, count in placed.replicas.items() if count > group.slots.get(name, 0)]
            if beyond:
                yield f"{where}: more replicas of {', '.join(beyond)} than slots"
            yield from _replicas_fit(view, group, placed.replicas, where)
    yield from _schedules_are_the_placement(view)
    yield from _quotas(view)
    yield from capacity_faults(view)


def _hours_are_a_week(view: SiteView) -> Iterator[str]:
    hours = sorted(hour for classes in view.plan.compute.hour_classes for hour in classes.hours)
    if hours != list(range(HOURS)):
        yield "the hour classes are not the 168 hours of a week, each once"


def _group_can_be_bought(view: SiteView, group: NodeGroup) -> Iterator[str]:
    limits = view.demand.limits
    if not group.zones or not set(group.zones) <= set(view.plan.network.zones):
        yield f"{group.key}: zones {', '.join(group.zones)} are not the network's"
    # A group that only waits for its tasks to leave is there because the approved plan had it, and buys nothing: its
    # machines may be for sale no more.
    leaving = group.runtime == "ecs" and not group.slots
    for name in () if leaving else group.machine_types:
        offering = view.catalog.offering(view.plan.region, name)
        missing = [zone for zone in group.zones if zone not in offering.zones]
        if missing:
            yield f"{group.key}: {name} is not offered in {', '.join(missing)}"
        if group.purchase is PurchaseOption.SPOT:
            unpriced = [zone for zone in group.zones if zone not in offering.spot_usd_per_hour]
            if unpriced:
                yield f"{group.key}: {name} has no spot price in {', '.join(unpriced)}"
        elif offering.on_demand_usd_per_hour is None and group.capacity is None:
            yield f"{group.key}: {name} has no on-demand price"
        if limits.machines and not any(fnmatchcase(name, pattern) for pattern in limits.machines):
            yield f"{group.key}: {name} is not in limits.machines"
        if group.purchase is PurchaseOption.SPOT and not view.demand.purchase.spot:
            yield f"{group.key}: {name} is a spot machine, and purchase.spot is false"
        if any(fnmatchcase(name, pattern) for pattern in limits.exclude_machines):
            yield f"{group.key}: {name} is in limits.exclude_machines"
        if offering.machine.architecture is not group.architecture or offering.machine.vcpus != group.vcpus:
            yield f"{group.key}: {name} has another architecture or size than the group"
    wish = view.site.machines
    if group.warm_machines:
        if wish is None or group.warm_machines != wish.warm_machines:
            yield f"{group.key}: {group.warm_machines} machines wait, which nobody asked for"
        if group.runtime != "ecs" or group.purchase is PurchaseOption.SPOT or group.capacity is not None:
            yield f"{group.key}: machines wait beside others than plain on-demand ones of services"
    if group.machines.high > group.max_machines:
        yield f"{group.key}: the schedule asks for more machines than max_machines"


def _replicas_fit(view: SiteView, group: NodeGroup, replicas: Mapping[str, int], where: str) -> Iterator[str]:
    variants: list[tuple[Variant, int]] = []
    for name, count in replicas.items():
        variant = view.variant(name)
        if variant is None:
            yield f"{where}: {name} is no variant of the demand"
            return
        variants.append((variant, count))
    uncounted = sum(count for variant, count in variants if variant.accelerator is not None and not _is_counted(group))
    if uncounted > 1:
        yield f"{where}: {uncounted} replicas share devices that the scheduler does not count"
    asked = [(_asked(view, name), count) for name, count in replicas.items()]
    for name in group.machine_types:
        machine = view.catalog.machine(name)
        for dimension, available in _has(view, group, name).items():
            needed = sum(each[dimension] * count for each, count in asked)
            if needed > available:
                yield f"{where}: {name} has {available} of {dimension}, {needed} are needed"
        for variant, count in variants:
            if count and variant.architecture is not machine.architecture:
                yield f"{where}: {name} has another architecture than a replica"
            if count and variant.machines and not any(fnmatchcase(name, each) for each in variant.machines):
                yield f"{where}: {name} is not among a variant's machines"
            model = None if machine.accelerator is None else machine.accelerator.model
            if count and variant.accelerator is not None and variant.accelerator.model != model:
                yield f"{where}: {name} has no {variant.accelerator.model}"


def _asked(view: SiteView, name: str) -> dict[str, int]:
    """What one replica asks for, with what runs beside it."""
    variant, beside = view.variant(name), view.sidecars(name)
    assert variant is not None, f"{name} is a variant of the demand"
    return {
        "cpu": variant.cpu + sum(each.cpu for each in beside),
        "memory": variant.memory + sum(each.memory for each in beside),
        "network": variant.network_mbps,
        "task addresses": 1,
        "scratch disk": variant.disk,
        "accelerators": variant.accelerator.count if variant.accelerator else 0,
    }


def _has(view: SiteView, group: NodeGroup, machine_type: str) -> dict[str, int]:
    """What a machine has for replicas."""
    has = view.holds(machine_type, group.runtime)
    return {
        "cpu": has.cpu_millis,
        "memory": has.memory_mib,
        "network": has.network_mbps,
        "task addresses": has.task_slots,
        "scratch disk": group.root_volume_gib,
        "accelerators": has.accelerators,
    }


def _slots_fit(view: SiteView, group: NodeGroup) -> Iterator[str]:
    """Slots fit together; where services share machines, each fits by itself, and so does any mixture.

    With q, in each dimension, the most that any replica asks for one of its units, replicas of so many units as a
    machine has ask for at most so many times q. A machine without room for a replica of u units then has more than its
    own less u taken, and where what is planned leaves out all but one unit of the largest, that can't be all machines.
    """
    shared = group.shared
    if shared is None:
        yield from _replicas_fit(view, group, group.slots, f"{group.key}: its slots")
        return
    for name, count in group.slots.items():
        yield from _replicas_fit(view, group, {name: count}, f"{group.key}: its slots for {name}")
    if shared.each.keys() != group.slots.keys() or min(shared.each.values(), default=0) < 1:
        yield f"{group.key}: not each service that shares it has units"
        return
    if not 0 < shared.filled <= shared.units - max(shared.each.values()) + 1:
        yield f"{group.key}: {shared.filled} units are planned on a machine of {shared.units}, too many for any order"
    if any(view.variant(name) is None for name in shared.each):
        return
    asked = {name: _asked(view, name) for name in shared.each}
    for machine_type in group.machine_types:
        for dimension, available in _has(view, group, machine_type).items():
            unit = max(Fraction(asked[name][dimension], units) for name, units in shared.each.items())
            if unit * shared.units > available:
                yield f"{group.key}: {shared.units} units are more {dimension} than {machine_type} has"
    for hours in view.plan.compute.hour_classes:
        here = [placed for placed in hours.placement if placed.node_group == group.key]
        running = {name: sum(each.machines * each.replicas.get(name, 0) for each in here) for name in shared.each}
        machines, largest = sum(each.machines for each in here), max(shared.each.values())
        # Replicas go to the zone with fewest of their service, and there to any machine; or to any in all.
        finds_room = [
            sum(shared.each[name] * ceil(Fraction(count, zones)) for name, count in running.items())
            < shared.filled * (machines // zones) + largest
            for zones in (1, len(group.zones))
        ]
        if here and not any(finds_room):
            yield f"{group.key}, hour {hours.hours[0]}: more units than find room in any order"


def _is_counted(group: NodeGroup) -> bool:
    return group.accelerator_kind is _COUNTED_BY_ECS


def _schedules_are_the_placement(view: SiteView) -> Iterator[str]:
    for group in view.plan.compute.node_groups:
        for hour, machines in enumerate(group.machines.hourly()):
            running = sum(placed.machines for placed in view.placed[hour] if placed.node_group == group.key)
            if running != machines:
                yield f"{group.key}, hour {hour}: {machines} machines in the schedule, {running} in the placement"
                break
    shared_spot = {
        group.key
        for group in view.plan.compute.node_groups
        if group.shared is not None and group.purchase is PurchaseOption.SPOT
    }
    named = [
        (f"{service.key}.{variant.key}", variant)
        for service in view.plan.compute.services
        for variant in service.variants
    ]
    for name, variant in named:
        for hour, replicas in enumerate(variant.replicas.hourly()):
            running = sum(placed.machines * placed.replicas.get(name, 0) for placed in view.placed[hour])
            if running != replicas:
                yield f"{name}, hour {hour}: {replicas} replicas in the schedule, {running} in the placement"
                break
            on_spot = sum(
                placed.machines * placed.replicas.get(name, 0)
                for placed in view.placed[hour]
                if placed.node_group in shared_spot
            )
            planned = 0 if variant.spot_replicas is None else variant.spot_replicas.hourly()[hour]
            if on_spot != planned:
                yield f"{name}, hour {hour}: {planned} replicas on shared spot machines, {on_spot} in the placement"
                break
            if replicas > variant.max_replicas:
                yield f"{name}, hour {hour}: more replicas than max_replicas"
                break


def _quotas(view: SiteView) -> Iterator[str]:
    for family, most in sorted(view.site.quotas.items()):
        kept = kept_vcpus(view, family)
        for hour in range(HOURS):
            used = kept + sum(
                placed.machines * view.groups[placed.node_group].vcpus
                for placed in view.placed[hour]
                if placed.node_group in view.groups
                and view.groups[placed.node_group].capacity is None
                and view.catalog.machine(view.groups[placed.node_group].machine_types[0]).quota == family
            )
            if used > max(most, kept):
                yield f"hour {hour}: {used} vCPUs of {family}, the quota is {most}"
                break
    ready = [group for group in view.plan.compute.node_groups if group.runtime == "ecs" and group.max_machines]
    live = [group for group in ready if group.slots]
    if len(live) > view.demand.limits.node_groups:
        yield f"{len(live)} node groups, limits.node_groups is {view.demand.limits.node_groups}"
