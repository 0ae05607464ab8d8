"""A stack's compute as plain machines, items and counts: what the same demand costs where no pool can be built.

Each service has its replicas of every hour, by the throughput of one variant; a job runs in the first hours of its
window. Room, spot shares, zone survival and `max_per_machine` hold as in a plan. Left out are commitments, root
volumes, network interfaces, who may share a machine, and what few changes save: so a plain plan is compared with a
plain plan, never with a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import ceil

from poolwright.price_tables.plain_machines import PlainMachine
from solver.demand.demand import Demand
from solver.demand.workloads import BatchJob, Service, TrainingJob, Variant
from solver.errors import PoolwrightError
from solver.model.compute.jobs import busy_hours, shapes
from solver.model.compute.needs import Needs, needs_of
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer, Survive, plan_hours

_HOURS = 168
_MONTH_HOURS = 730
_MOST_MACHINES = 60
"""Of the types that fit a workload, so many with the cheapest room for it are offered."""


@dataclass(frozen=True, kw_only=True)
class PlainPlan:
    """The machines of a demand in one place."""

    usd_per_month: float
    """Of the workloads that have a way to run there."""
    bound_usd_per_month: float
    """No plain plan of them costs less."""
    variants: Mapping[str, str]
    """The variant in which each of them runs."""
    missing: Mapping[str, str]
    """Workloads without a way to run there, and why."""
    machine_types: tuple[str, ...]
    """Types that run in some hour, by name."""


@dataclass(frozen=True)
class _Way:
    """One variant of a workload, with its replicas in each hour and the machines that hold one."""

    variant: str
    request: Variant
    replicas: tuple[int, ...]
    machines: tuple[PlainMachine, ...]

    def usd(self) -> float:
        """Replica hours × the cheapest room for one: what the way would cost by itself, if machines could be cut."""
        return sum(self.replicas) * min(_room_usd(machine, self.request) for machine in self.machines)


def plain_plan(demand: Demand, site: str, machines: Sequence[PlainMachine], *, by_name: bool) -> PlainPlan:
    """The cheapest plain plan found of what runs on the site; `by_name` says whether the variants' patterns of machine
    types are of these machines."""
    needs = needs_of(demand, site)
    chosen: dict[str, _Way] = {}
    missing: dict[str, str] = {}
    for key, ways in _ways(demand, needs, machines, by_name=by_name).items():
        if able := [way for way in ways if way.machines and way.replicas]:
            chosen[key] = min(able, key=lambda way: (way.usd(), way.variant))
        else:
            missing[key] = _why_not(ways)
    if not chosen:
        return PlainPlan(usd_per_month=0.0, bound_usd_per_month=0.0, variants={}, missing=missing, machine_types=())
    instance = _instance(demand, site, chosen)
    timetable = plan_hours(instance)
    if faults := timetable.check(instance):
        raise PoolwrightError(f"the machines that were found are wrong: {faults[0]}", hint="This is a defect.")
    running = {each.machine for hour in timetable.hours for each in hour}
    return PlainPlan(
        usd_per_month=timetable.usd * _MONTH_HOURS / _HOURS,
        bound_usd_per_month=timetable.bound_usd * _MONTH_HOURS / _HOURS,
        variants={key: way.variant for key, way in chosen.items()},
        missing=missing,
        machine_types=tuple(sorted(running | set(timetable.reserved))),
    )


def _ways(demand: Demand, needs: Needs, machines: Sequence[PlainMachine], *, by_name: bool) -> dict[str, list[_Way]]:
    found: dict[str, list[_Way]] = {}
    for need in needs.services:
        for number in need.variants:
            each = needs.runnables[number]
            counts = [
                max(need.service.replicas.min, ceil(load / each.capacity)) if each.capacity else 0
                for load in need.needed
            ]
            replicas = tuple(counts[place] for place in needs.hour_of_week) if each.capacity else ()
            found.setdefault(need.key, []).append(
                _Way(each.key, each.variant, replicas, _holding(machines, each.variant, by_name=by_name))
            )
    for key, job in needs.jobs.items():
        for name in sorted(job.variants):
            variant = job.replica(name)
            holding = _holding(machines, variant, by_name=by_name)
            found.setdefault(key, []).append(_Way(name, variant, _job_replicas(job, variant), holding))
    return found


def _job_replicas(job: BatchJob | TrainingJob, variant: Variant) -> tuple[int, ...]:
    """Workers in each hour of the week, in the first hours of the window; none where the work does not end in it."""
    sizes = shapes(job, variant)
    if not sizes:
        return ()
    hours, workers = min(sizes, key=lambda size: (size[0] * size[1], size[1]))
    busy = set(busy_hours(job.window, 0, hours))
    return tuple(workers if hour in busy else 0 for hour in range(_HOURS))


def _holding(machines: Sequence[PlainMachine], variant: Variant, *, by_name: bool) -> tuple[PlainMachine, ...]:
    patterns = variant.machines if by_name else ()
    fitting = [
        machine
        for machine in machines
        if machine.fits(variant) and (not patterns or any(fnmatchcase(machine.name, each) for each in patterns))
    ]
    # A GPU is wasted on what asks for none; the cheapest room decides, whatever the machine has besides.
    fitting.sort(key=lambda machine: (_room_usd(machine, variant), machine.name))
    return tuple(fitting[:_MOST_MACHINES])


def _room_usd(machine: PlainMachine, variant: Variant) -> float:
    """USD an hour of the largest part that one replica takes of a machine."""
    parts = [variant.cpu / (machine.vcpus * 1000), variant.memory / machine.memory_for_replicas_mib]
    if variant.accelerator is not None:
        parts.append(variant.accelerator.count / machine.accelerators)
    return machine.usd_per_hour * max(parts)


def _why_not(ways: Sequence[_Way]) -> str:
    models = sorted({way.request.accelerator.model for way in ways if way.request.accelerator is not None})
    if any(not way.machines for way in ways):
        wanted = ", ".join(models) if models else "so much memory and CPU"
        return f"no machine with {wanted} that holds a replica"
    return "no variant ends within the window"


def _instance(demand: Demand, site: str, chosen: Mapping[str, _Way]) -> HourlyInstance:
    """Each workload may run on its own machines alone: of a dimension with its name, only these have some."""
    types = {machine.name: machine for way in chosen.values() for machine in way.machines}
    allowed = {key: {machine.name for machine in way.machines} for key, way in chosen.items()}
    zones = tuple(f"zone {number + 1}" for number in range(demand.aws_sites[site].zone_count))
    survives = {each.key: each.survives_zone for each in needs_of(demand, site).services}
    offers = [
        MachineOffer(
            name=name,
            capacity=_capacity(
                machine, demand, {key: way.request for key, way in chosen.items() if name in allowed[key]}
            ),
            usd_per_hour=machine.usd_per_hour,
            spot_usd_per_hour=machine.spot_usd_per_hour,
        )
        for name, machine in sorted(types.items())
    ]
    workloads = [
        HourlyWorkload(
            name=key,
            request=_request(key, way),
            replicas=way.replicas,
            interruptible_share=demand.workloads[key].interruptible_share,
            survive=Survive.ZONE if survives.get(key) and len(zones) > 1 else Survive.NONE,
            spot_pools=demand.workloads[key].spot_pools,
        )
        for key, way in chosen.items()
    ]
    return HourlyInstance(machines=tuple(offers), workloads=tuple(workloads), zones=zones)


def _request(key: str, way: _Way) -> dict[str, float]:
    request: dict[str, float] = {"cpu": way.request.cpu / 1000, "memory_mib": way.request.memory, _place(key): 1}
    if way.request.accelerator is not None:
        request[way.request.accelerator.model] = way.request.accelerator.count
    return request


def _capacity(machine: PlainMachine, demand: Demand, requests: Mapping[str, Variant]) -> dict[str, float]:
    capacity: dict[str, float] = {"cpu": machine.vcpus, "memory_mib": machine.memory_for_replicas_mib}
    if machine.accelerator_model is not None:
        capacity[machine.accelerator_model] = machine.accelerators
    for key, request in requests.items():
        workload = demand.workloads[key]
        room = int(machine.vcpus * 1000 // request.cpu)
        match workload:
            case Service():
                most = workload.max_per_machine or room
            case TrainingJob():
                most = 1
            case BatchJob():
                most = room
        capacity[_place(key)] = min(most, room)
    return capacity


def _place(key: str) -> str:
    return f"place for {key}"
