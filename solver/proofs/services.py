"""Services: in every hour the replicas meet the load with headroom, also after a zone is lost, within their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from solver.demand.workloads import Service
from solver.plan.compute import PlacedMachines
from solver.proofs.view import HOURS, SiteView, exactly
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class _Held:
    """What the machines of one placement hold of one service."""

    have: Fraction
    """Units a second."""
    left: Fraction
    """After the loss of any one zone."""
    steady: Fraction
    """Of `have`, what does not run on spot machines."""
    replicas: int
    most_on_a_machine: int
    spot_pools: int | None
    """Distinct capacity pools of the spot machines; None where none holds it."""


def service_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the services of a site, in words; each kind once for each service."""
    for key, service in view.services():
        part = view.part(key)
        loads = [exactly(load) * part for load in service.load.week_per_second()]
        seen: set[str] = set()
        held: dict[int, _Held] = {}
        for hour in range(HOURS):
            placed = view.placed[hour]
            if id(placed) not in held:
                held[id(placed)] = _held(view, key, service, placed)
            for fault in _hour_faults(service, held[id(placed)], loads[hour], view.site.zone_count):
                kind = fault.partition(":")[0]
                if kind not in seen:
                    seen.add(kind)
                    yield f"{key}, hour {hour}, {fault}"


def _held(view: SiteView, key: str, service: Service, placed: Sequence[PlacedMachines]) -> _Held:
    rates = {
        f"{key}.{name}": exactly(variant.throughput_per_second) * exactly(service.utilisation(name))
        for name, variant in service.variants.items()
    }
    replicas = {name: sum(each.machines * each.replicas.get(name, 0) for each in placed) for name in rates}
    machines = {group.key: 0 for group in view.plan.compute.node_groups}
    for each in placed:
        machines[each.node_group] = machines.get(each.node_group, 0) + each.machines
    of_machine = {
        name: sum((rate * view.groups[name].slots.get(slot, 0) for slot, rate in rates.items()), Fraction(0))
        for name in machines
        if view.groups[name].shared is None
    }
    spot = [
        name
        for name, count in machines.items()
        if count
        and view.groups[name].purchase is PurchaseOption.SPOT
        and any(view.groups[name].slots.get(slot, 0) for slot in rates)
    ]
    return _Held(
        have=sum((replicas[name] * rate for name, rate in rates.items()), Fraction(0)),
        left=sum((each * _after_loss(view, name, machines[name]) for name, each in of_machine.items()), Fraction(0))
        + _left_of_shared(view, placed, rates),
        steady=sum(
            (
                rate * each.machines * each.replicas.get(name, 0)
                for each in placed
                if view.groups[each.node_group].purchase is not PurchaseOption.SPOT
                for name, rate in rates.items()
            ),
            Fraction(0),
        ),
        replicas=sum(replicas.values()),
        most_on_a_machine=max((sum(each.replicas.get(name, 0) for name in rates) for each in placed), default=0),
        spot_pools=sum(
            min(machines[name], len(view.groups[name].machine_types) * len(view.groups[name].zones)) for name in spot
        )
        if spot
        else None,
    )


def _left_of_shared(view: SiteView, placed: Sequence[PlacedMachines], rates: Mapping[str, Fraction]) -> Fraction:
    """What a service has left, after the loss of a zone, on machines that it shares.

    Others start what they lost in the room that is left, too. So what counts is what runs in the other zones, which the
    scheduler makes even where each zone has room, in any order, for an even part of everything, rounded up; else
    nothing counts.
    """
    left = Fraction(0)
    for group in view.plan.compute.node_groups:
        here = [each for each in placed if each.node_group == group.key]
        shared = group.shared
        if shared is None or not here:
            continue
        zones = len(group.zones)
        running = {name: sum(each.machines * each.replicas.get(name, 0) for each in here) for name in shared.each}
        in_a_zone = sum(shared.each[name] * ceil(Fraction(count, zones)) for name, count in running.items())
        planned = sum(each.machines for each in here) // zones * shared.filled
        if in_a_zone >= planned + max(shared.each.values()):
            continue
        for name, rate in rates.items():
            left += rate * (running.get(name, 0) - ceil(Fraction(running.get(name, 0), zones)))
    return left


def _hour_faults(service: Service, held: _Held, load: Fraction, zones: int) -> Iterator[str]:
    needed = load * (1 + exactly(service.headroom))
    if held.have < needed:
        yield f"capacity: {float(held.have):.1f}/s for {float(needed):.1f}/s with headroom"
    floor, ceiling = service.replicas.min, service.replicas.max
    if not floor <= held.replicas <= ceiling:
        yield f"replicas: {held.replicas}, from {floor} to {ceiling} are allowed"
    most = service.max_per_machine
    if most is not None and held.most_on_a_machine > most:
        yield f"max_per_machine: {held.most_on_a_machine} on one machine, {most} are allowed"
    if service.survives_zone_of(zones) and held.left < load:
        yield f"survive zone: {float(held.left):.1f}/s after the loss of a zone, the load is {float(load):.1f}/s"
    if held.spot_pools is None:
        return
    asked = needed * (1 - exactly(service.interruptible_share))
    if held.steady < asked:
        yield f"interruptible_share: {float(held.steady):.1f}/s run off spot, {float(asked):.1f}/s are asked for"
    if held.spot_pools < service.spot_pools:
        yield f"spot_pools: {held.spot_pools} capacity pools, {service.spot_pools} are asked for"


def _after_loss(view: SiteView, group: str, machines: int) -> int:
    """Machines left when the zone with the most of them is gone: they are balanced, so that is a rounded-up share."""
    return machines - ceil(Fraction(machines, max(1, len(view.groups[group].zones))))
