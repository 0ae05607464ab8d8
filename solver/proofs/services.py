"""Services: in every hour the replicas meet the load with headroom, also after a zone is lost, within their rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from solver.demand.workloads import Service
from solver.proofs.view import HOURS, SiteView, exactly
from solver.vocabulary import PurchaseOption, Survive


def service_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the services of a site, in words; each kind once for each service."""
    for key, service in view.services():
        loads = [exactly(load) for load in service.load.week_per_second()]
        seen: set[str] = set()
        for hour in range(HOURS):
            for fault in _hour_faults(view, key, service, hour, loads[hour]):
                kind = fault.partition(":")[0]
                if kind not in seen:
                    seen.add(kind)
                    yield f"{key}, hour {hour}, {fault}"


def _hour_faults(view: SiteView, key: str, service: Service, hour: int, load: Fraction) -> Iterator[str]:
    rates = {
        f"{key}.{name}": exactly(variant.throughput_per_second) * exactly(service.max_utilisation)
        for name, variant in service.variants.items()
    }
    needed = load * (1 + exactly(service.headroom))
    placed = view.placed[hour]
    replicas = {name: sum(each.machines * each.replicas.get(name, 0) for each in placed) for name in rates}
    have = sum((replicas[name] * rate for name, rate in rates.items()), Fraction(0))
    if have < needed:
        yield f"capacity: {float(have):.1f}/s for {float(needed):.1f}/s with headroom"
    count = sum(replicas.values())
    if not service.replicas.min <= count <= service.replicas.max:
        yield f"replicas: {count}, from {service.replicas.min} to {service.replicas.max} are allowed"
    if service.max_per_machine is not None:
        most = max((sum(each.replicas.get(name, 0) for name in rates) for each in placed), default=0)
        if most > service.max_per_machine:
            yield f"max_per_machine: {most} on one machine, {service.max_per_machine} are allowed"
    machines = {group.key: 0 for group in view.plan.compute.node_groups}
    for each in placed:
        machines[each.node_group] = machines.get(each.node_group, 0) + each.machines
    if service.survive is Survive.ZONE:
        left = sum(
            (rate * view.groups[name].slots.get(slot, 0) * _after_loss(view, name, count))
            for name, count in machines.items()
            for slot, rate in rates.items()
        )
        if left < load:
            yield f"survive zone: {float(left):.1f}/s after the loss of a zone, the load is {float(load):.1f}/s"
    yield from _spot_faults(view, service, rates, machines, needed)


def _after_loss(view: SiteView, group: str, machines: int) -> int:
    """Machines left when the zone with the most of them is gone: they are balanced, so that is a rounded-up share."""
    return machines - ceil(Fraction(machines, max(1, len(view.groups[group].zones))))


def _spot_faults(
    view: SiteView, service: Service, rates: dict[str, Fraction], machines: dict[str, int], needed: Fraction
) -> Iterator[str]:
    spot = [
        name
        for name, count in machines.items()
        if count
        and view.groups[name].purchase is PurchaseOption.SPOT
        and any(view.groups[name].slots.get(slot, 0) for slot in rates)
    ]
    if not spot:
        return
    steady = sum(
        (
            rate * view.groups[name].slots.get(slot, 0) * count
            for name, count in machines.items()
            if view.groups[name].purchase is not PurchaseOption.SPOT
            for slot, rate in rates.items()
        ),
        Fraction(0),
    )
    asked = needed * (1 - exactly(service.interruptible_share))
    if steady < asked:
        yield f"interruptible_share: {float(steady):.1f}/s off spot, {float(asked):.1f}/s are asked for"
    pools = sum(
        min(machines[name], len(view.groups[name].machine_types) * len(view.groups[name].zones)) for name in spot
    )
    if pools < service.spot_pools:
        yield f"spot_pools: {pools} capacity pools, {service.spot_pools} are asked for"
