"""Capacity: node groups in machines that AWS keeps are of their type, in their zones, and never more than there are."""

from __future__ import annotations

from collections.abc import Iterator

from solver.plan.compute import NodeGroup
from solver.proofs.view import HOURS, SiteView
from solver.vocabulary import CapacityKind, PurchaseOption


def capacity_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the node groups that name a reservation, in words."""
    inside: dict[str, list[NodeGroup]] = {}
    for group in view.plan.compute.node_groups:
        target = group.capacity
        if target is None:
            continue
        kept = view.demand.purchase.capacity.get(target.key)
        if kept is None or view.demand.site_of(kept) != view.key:
            yield f"{group.key}: {target.key} is no capacity of the site"
            continue
        if (target.id, target.resource_group, target.kind) != (kept.id, kept.resource_group, kept.kind):
            yield f"{group.key}: {target.key} is another reservation"
        if group.machine_types != (kept.machine_type,) or group.purchase is not PurchaseOption.ON_DEMAND:
            yield f"{group.key}: {target.key} holds {kept.machine_type} on demand"
        if group.zones != tuple(sorted(kept.zones)):
            yield f"{group.key}: {target.key} is in {', '.join(sorted(kept.zones))}"
        if target.kind is CapacityKind.BLOCK and group.runtime == "batch":
            yield f"{group.key}: AWS Batch starts no machines of a capacity block"
        inside.setdefault(target.key, []).append(group)
    for key, groups in sorted(inside.items()):
        count = view.demand.purchase.capacity[key].count
        names = {group.key for group in groups}
        for hour in range(HOURS):
            used = sum(placed.machines for placed in view.placed[hour] if placed.node_group in names)
            if used > count:
                yield f"hour {hour}: {used} machines in {key}, which has {count}"
                break
        # A group that only waits for its tasks to leave starts no more machines.
        growing = [group for group in groups if group.slots and group.runtime == "ecs"]
        most = sum(group.max_machines for group in growing)
        if most > max(count, sum(group.machines.high for group in growing)):
            yield f"{key}: its groups may grow to {most} machines, and it has {count}"
        for group in groups:
            if group.max_machines > count:
                yield f"{group.key}: up to {group.max_machines} machines in {key}, which has {count}"


def kept_vcpus(view: SiteView, family: str) -> int:
    """vCPUs of a quota that reservations take, used or not."""
    return sum(
        kept.count * view.catalog.machine(kept.machine_type).vcpus
        for kept in view.demand.purchase.capacity.values()
        if kept.kind is CapacityKind.RESERVATION
        and view.demand.site_of(kept) == view.key
        and view.catalog.machine(kept.machine_type).quota == family
    )
