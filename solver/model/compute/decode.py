"""Decoding: from machines by hour class, job runs and commitments to a ComputePlan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType
from solver.demand.demand import Demand
from solver.demand.workloads import BatchJob, Service, TrainingJob, Variant, Workload
from solver.model.compute.ceilings import Growing, max_machines
from solver.model.compute.jobs import JobRun
from solver.model.compute.loads import RunningGroup, placement, replicas_needed, spread
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.purchase import Bought
from solver.model.compute.supply import Machine
from solver.plan.compute import (
    Commitment,
    ComputePlan,
    HourClass,
    JobPlan,
    MachineImagePlan,
    NodeGroup,
    PlacedMachines,
    ServicePlan,
    VariantPlan,
)
from solver.plan.schedule import week_schedule
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import PurchaseOption


@dataclass(frozen=True)
class ServiceGroup:
    """A node group of services, as the search left it."""

    key: str
    machine: Machine
    slots: tuple[int, ...]
    """By runnable variant."""
    machines: tuple[int, ...]
    """By hour class."""


@dataclass(frozen=True)
class Decided:
    """All that was decided for a site."""

    groups: tuple[ServiceGroup, ...]
    """By key."""
    runs: Mapping[str, JobRun]
    """By job."""
    bought: tuple[Bought, ...]
    """Commitments, with the hours planned."""
    reasons_of_bought: tuple[str, ...]
    """For each commitment."""


def group_keys(needs: Needs, groups: Sequence[tuple[Machine, tuple[int, ...]]]) -> list[str]:
    """Keys of node groups: `g6-xlarge-on-demand`.

    Where several groups have one machine and purchase option, each key has the workloads that the group holds, and
    where these are the same too, their replicas: `g6-xlarge-on-demand-2-assistant`. Never a position.
    """
    plain = [machine.name for machine, _ in groups]
    held = [
        "-".join(sorted({needs.runnables[variant].workload for variant, count in enumerate(slots) if count}))
        for _, slots in groups
    ]
    named = [f"{name}-{names}" for name, names in zip(plain, held, strict=True)]
    counted = [
        f"{name}-"
        + "-".join(
            f"{count}-{needs.runnables[variant].workload}-{needs.runnables[variant].key}"
            for variant, count in enumerate(slots)
            if count
        )
        for name, (_, slots) in zip(plain, groups, strict=True)
    ]
    keys: list[str] = []
    for place in range(len(groups)):
        if plain.count(plain[place]) == 1:
            keys.append(plain[place])
        elif named.count(named[place]) == 1:
            keys.append(named[place])
        else:
            keys.append(counted[place])
    return keys


def decode(demand: Demand, site_key: str, catalog: Catalog, needs: Needs, decided: Decided) -> ComputePlan:
    """The plan; hours are split further where jobs come and go."""
    site = demand.sites[site_key]
    replicas: list[dict[int, int]] = []
    placed: list[list[PlacedMachines]] = []
    by_group: list[dict[str, dict[int, int]]] = []
    for hour in range(len(needs.hours)):
        running = [
            RunningGroup(
                group.key, group.slots, group.machines[hour], len(group.machine.zones), group.machine.on_demand
            )
            for group in decided.groups
            if group.machines[hour]
        ]
        here = replicas_needed(needs, hour, running)
        shares = spread(here, running)
        replicas.append(here)
        by_group.append(shares)
        placed.append(
            [
                PlacedMachines(
                    node_group=group.key,
                    machines=count,
                    replicas={needs.runnables[variant].name: number for variant, number in each.items()},
                )
                for group in running
                for count, each in placement(group, shares[group.key])
            ]
        )
    hour_of_week = needs.hour_of_week
    services = [_service(demand, needs, service, replicas, by_group, hour_of_week) for service in needs.services]
    jobs = [_job(demand.workloads[key], run) for key, run in sorted(decided.runs.items())]
    return ComputePlan(
        eni_trunking=site.eni_trunking,
        node_groups=tuple(
            sorted(
                (
                    *_service_groups(demand, site_key, catalog, needs, decided),
                    *_job_groups(demand, site_key, catalog, decided),
                ),
                key=lambda group: group.key,
            )
        ),
        services=tuple(services),
        jobs=tuple(jobs),
        repositories=tuple(
            sorted(
                {service.key for service in services for variant in service.variants if variant.image_reference is None}
                | {job.key for job in jobs if job.variant.image_reference is None}
            )
        ),
        commitments=tuple(
            Commitment(
                kind=each.good.term.kind,
                years=each.good.term.years,
                payment=each.good.term.payment,
                machine_type=each.good.scope or None,
                machines=each.machines,
                usd_per_hour=each.usd_per_hour,
                reason=reason,
            )
            for each, reason in zip(decided.bought, decided.reasons_of_bought, strict=True)
        ),
        hour_classes=_hour_classes(needs, placed, decided.runs, hour_of_week),
    )


def _image(catalog: Catalog, region: str, machine: MachineType) -> MachineImagePlan:
    image = catalog.image(region, machine.architecture, machine.image_flavour)
    return MachineImagePlan(
        image_id=image.image_id,
        name=image.name,
        flavour=machine.image_flavour,
        architecture=machine.architecture,
        root_device=image.root_device,
    )


def _node_group(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    machine: Machine,
    *,
    key: str,
    services: bool,
    week: Sequence[int],
    most: int,
    slots: Mapping[str, int],
) -> NodeGroup:
    site = demand.sites[site_key]
    kind = machine.machine
    return NodeGroup(
        key=key,
        runtime="ecs" if services else "batch",
        machine_types=machine.types,
        purchase=PurchaseOption.ON_DEMAND if machine.on_demand else PurchaseOption.SPOT,
        architecture=kind.architecture,
        vcpus=kind.vcpus,
        accelerator_kind=kind.accelerator.kind if kind.accelerator is not None else None,
        accelerator_model=kind.accelerator.model if kind.accelerator is not None else None,
        accelerator_count=kind.accelerator.count if kind.accelerator is not None else 0,
        image=_image(catalog, site.region, kind),
        zones=machine.zones,
        machines=week_schedule(week),
        max_machines=most,
        root_volume_gib=site.root_volume,
        slots=dict(sorted(slots.items())),
    )


def _service_groups(demand: Demand, site_key: str, catalog: Catalog, needs: Needs, decided: Decided) -> list[NodeGroup]:
    growing = [
        Growing(
            key=group.key,
            peak=max(group.machines),
            zones=len(group.machine.zones),
            vcpus=group.machine.machine.vcpus,
            family=str(group.machine.machine.quota),
            useful=max(
                -(-needs.services[needs.runnables[variant].service].service.replicas.max // count)
                for variant, count in enumerate(group.slots)
                if count
            ),
        )
        for group in decided.groups
    ]
    taken: dict[str, int] = {}
    for run in decided.runs.values():
        family = str(run.size.machine.machine.quota)
        taken[family] = taken.get(family, 0) + run.size.machines * run.size.machine.machine.vcpus
    most = max_machines(growing, demand.sites[site_key].quotas, taken)
    return [
        _node_group(
            demand,
            site_key,
            catalog,
            group.machine,
            key=group.key,
            services=True,
            week=[group.machines[hour] for hour in needs.hour_of_week],
            most=most[group.key],
            slots={needs.runnables[variant].name: count for variant, count in enumerate(group.slots) if count},
        )
        for group in decided.groups
    ]


def _job_groups(demand: Demand, site_key: str, catalog: Catalog, decided: Decided) -> list[NodeGroup]:
    found: list[NodeGroup] = []
    for key, run in sorted(decided.runs.items()):
        busy = set(run.busy)
        size = run.size
        found.append(
            _node_group(
                demand,
                site_key,
                catalog,
                size.machine,
                key=job_group_key(run),
                services=False,
                week=[size.machines if hour in busy else 0 for hour in range(HOURS_PER_WEEK)],
                most=size.machines,
                slots={f"{key}.{size.variant}": size.slots},
            )
        )
    return found


def job_group_key(run: JobRun) -> str:
    """`g6-xlarge-spot-trainer`: a job's machines are its own."""
    return f"{run.size.machine.name}-{run.size.job}"


def _variant(
    workload: Workload,
    key: str,
    variant: Variant,
    *,
    week: Sequence[int],
    most: int,
    groups: Sequence[tuple[str, int]],
    per_replica: float,
    machine_kind: Machine | None,
) -> VariantPlan:
    image = variant.image if variant.image is not None else workload.image
    accelerator = machine_kind.machine.accelerator if machine_kind is not None else None
    asked = variant.accelerator
    return VariantPlan(
        key=key,
        image_reference=image.reference,
        image_digest=image.digest,
        framework=image.framework,
        architecture=variant.architecture,
        cpu_millis=variant.cpu,
        memory_mib=variant.memory,
        accelerator_kind=accelerator.kind if asked is not None and accelerator is not None else None,
        accelerator_count=asked.count if asked is not None else 0,
        environment=dict(sorted({**workload.environment, **variant.environment}.items())),
        replicas=week_schedule(week),
        max_replicas=most,
        node_groups=tuple(group for group, _ in groups),
        weights=tuple(weight for _, weight in groups),
        load_per_replica_per_second=per_replica,
    )


def _service(
    demand: Demand,
    needs: Needs,
    service: ServiceNeed,
    replicas: Sequence[Mapping[int, int]],
    by_group: Sequence[Mapping[str, Mapping[int, int]]],
    hour_of_week: Sequence[int],
) -> ServicePlan:
    wish = service.service
    variants: list[VariantPlan] = []
    for number in service.variants:
        week = [replicas[hour].get(number, 0) for hour in hour_of_week]
        if not any(week):
            continue
        runnable = needs.runnables[number]
        peak = min(range(len(replicas)), key=lambda hour: (-replicas[hour].get(number, 0), hour))
        weights = {
            key: max(shares.get(key, {}).get(number, 0) for shares in by_group)
            for key in sorted({key for shares in by_group for key in shares})
        }
        in_peak = {key: by_group[peak].get(key, {}).get(number, 0) for key in weights}
        used = sorted((key for key, most in weights.items() if most), key=lambda key: (-in_peak[key], key))
        variants.append(
            _variant(
                wish,
                runnable.key,
                runnable.variant,
                week=week,
                most=max(wish.replicas.max, max(week)),
                groups=[(key, in_peak[key]) for key in used],
                per_replica=runnable.variant.throughput_per_second * wish.max_utilisation,
                machine_kind=None,
            )
        )
    callers = [entry for entry in demand.workloads.values() if service.key in entry.calls]
    return ServicePlan(
        key=service.key,
        port=wish.port,
        protocol=wish.protocol,
        load_balancers=() if wish.exposure is None else (str(wish.exposure),),
        command=wish.command,
        secrets=dict(sorted(wish.secrets.items())),
        storage=tuple(sorted(wish.uses)),
        discovery=bool(callers),
        calls=tuple(sorted(wish.calls)),
        health_path=wish.health_check.path,
        health_grace_seconds=wish.health_check.grace_seconds,
        log_retention_days=wish.log_retention_days,
        max_per_machine=wish.max_per_machine,
        variants=tuple(variants),
    )


def _job(workload: Workload, run: JobRun) -> JobPlan:
    assert not isinstance(workload, Service)
    job: BatchJob | TrainingJob = workload
    size = run.size
    busy = set(run.busy)
    variant = job.variants[size.variant]
    late = (run.start - job.window.opens) % 24
    return JobPlan(
        key=size.job,
        kind="training" if isinstance(job, TrainingJob) else "batch",
        command=job.command,
        secrets=dict(sorted(job.secrets.items())),
        storage=tuple(sorted(job.uses)),
        days=job.window.days,
        start_hour=run.start,
        hours=size.hours,
        timeout_hours=job.window.hours - late,
        attempts=job.attempts,
        workers=size.workers,
        log_retention_days=job.log_retention_days,
        variant=_variant(
            job,
            size.variant,
            variant,
            week=[size.workers if hour in busy else 0 for hour in range(HOURS_PER_WEEK)],
            most=size.workers,
            groups=[(job_group_key(run), size.workers)],
            per_replica=variant.throughput_per_second,
            machine_kind=size.machine,
        ),
    )


def _hour_classes(
    needs: Needs,
    placed: Sequence[Sequence[PlacedMachines]],
    runs: Mapping[str, JobRun],
    hour_of_week: Sequence[int],
) -> tuple[HourClass, ...]:
    merged: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for hour, number in enumerate(hour_of_week):
        at_work = tuple(sorted(key for key, run in runs.items() if hour in run.busy))
        merged.setdefault((number, at_work), []).append(hour)
    found: list[HourClass] = []
    for (number, at_work), hours in sorted(merged.items(), key=lambda item: item[1]):
        loads = needs.hours[number].load
        jobs: list[PlacedMachines] = []
        for key in at_work:
            size = runs[key].size
            group = RunningGroup(job_group_key(runs[key]), (size.slots,), size.machines, 1, True)
            jobs += [
                PlacedMachines(
                    node_group=group.key,
                    machines=count,
                    replicas={f"{key}.{size.variant}": each[0]},
                )
                for count, each in placement(group, {0: size.workers})
            ]
        found.append(
            HourClass(
                hours=tuple(hours),
                load_per_second={service.key: float(loads[service.number]) for service in needs.services},
                placement=tuple(sorted((*placed[number], *jobs), key=lambda each: each.node_group)),
            )
        )
    return tuple(found)
