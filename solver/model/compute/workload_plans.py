"""Services and jobs of a plan: what runs, how it is reached, and by how much it may grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.demand.containers import Daemon, Sidecar
from solver.demand.demand import Demand
from solver.demand.workloads import BatchJob, TrainingJob, Variant, Workload
from solver.model.compute.deployments import deployment_plan
from solver.model.compute.jobs import JobRun
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.node_groups import job_group_key
from solver.model.compute.supply import Machine
from solver.plan.compute import ComputePlan, JobPlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.scaling import ScalingPlan
from solver.plan.schedule import week_schedule
from solver.plan.sidecar import DaemonPlan, SidecarPlan
from solver.quantity import HOURS_PER_WEEK
from solver.vocabulary import AcceleratorKind, PurchaseOption


def _variant(
    workload: Workload,
    key: str,
    variant: Variant,
    *,
    week: Sequence[int],
    spot: Sequence[int] | None = None,
    most: int,
    groups: Sequence[tuple[str, int]],
    per_replica: float,
    accelerator: AcceleratorKind | None,
) -> VariantPlan:
    image = variant.image if variant.image is not None else workload.image
    asked = variant.accelerator
    return VariantPlan(
        key=key,
        image_reference=image.reference,
        image_digest=image.digest,
        framework=image.built_on,
        architecture=variant.architecture,
        cpu_millis=variant.cpu,
        memory_mib=variant.memory,
        accelerator_kind=accelerator,
        accelerator_count=asked.count if asked is not None else 0,
        environment=dict(sorted({**workload.environment, **variant.environment}.items())),
        replicas=week_schedule(week),
        spot_replicas=None if spot is None else week_schedule(spot),
        max_replicas=most,
        node_groups=tuple(group for group, _ in groups),
        weights=tuple(weight for _, weight in groups),
        load_per_replica_per_second=per_replica,
    )


def service_plan(
    demand: Demand,
    needs: Needs,
    service: ServiceNeed,
    groups: Sequence[NodeGroup],
    replicas: Sequence[Mapping[int, int]],
    by_group: Sequence[Mapping[str, Mapping[int, int]]],
) -> ServicePlan:
    """One service, from its replicas by hour class and variant, and by hour class, group and variant.

    A variant may grow by its share of what the service's ceiling leaves above the variants' peaks, as far as the
    ceilings of its groups have slots.
    """
    wish = service.service
    peaks = {number: max(here.get(number, 0) for here in replicas) for number in service.variants}
    running = [number for number in service.variants if peaks[number]]
    spare = max(0, wish.replicas.max - sum(peaks.values()))
    variants: list[VariantPlan] = []
    for number in running:
        runnable = needs.runnables[number]
        peak_hour = min(range(len(replicas)), key=lambda hour: (-replicas[hour].get(number, 0), hour))
        in_peak = {group.key: by_group[peak_hour].get(group.key, {}).get(number, 0) for group in groups}
        used = [group for group in groups if any(shares.get(group.key, {}).get(number, 0) for shares in by_group)]
        used.sort(key=lambda group: (-in_peak[group.key], group.key))
        slots = sum(_places(needs, group, number, by_group) for group in used)
        variants.append(
            _variant(
                wish,
                runnable.key,
                runnable.variant,
                week=[replicas[hour].get(number, 0) for hour in needs.hour_of_week],
                spot=_on_shared_spot(needs, used, number, by_group),
                most=max(peaks[number], min(slots, peaks[number] + spare * peaks[number] // sum(peaks.values()))),
                groups=[(group.key, in_peak[group.key]) for group in used],
                per_replica=runnable.variant.throughput_per_second * wish.utilisation(runnable.key),
                accelerator=used[0].accelerator_kind if runnable.variant.accelerator is not None else None,
            )
        )
    return ServicePlan(
        key=service.key,
        port=wish.port,
        protocol=wish.protocol,
        load_balancers=() if wish.exposure is None else (str(wish.exposure),),
        command=wish.command,
        secrets=dict(sorted(wish.secrets.items())),
        storage=tuple(sorted(wish.uses)),
        discovery=any(service.key in entry.calls for entry in demand.workloads.values()),
        calls=tuple(sorted(wish.calls)),
        health_path=wish.health_check.path,
        health_grace_seconds=wish.health_check.grace_seconds,
        log_retention_days=wish.log_retention_days,
        max_per_machine=wish.max_per_machine,
        sidecars=tuple(_sidecar(key, each) for key, each in sorted(wish.sidecars.items())),
        deployment=deployment_plan(wish),
        scaling=None if wish.scaling is None else ScalingPlan.model_validate(wish.scaling.model_dump()),
        # Of several variants the lowest: none is asked for more than it holds.
        max_utilisation=min(wish.utilisation(key) for key in [each.key for each in variants] or wish.variants),
        variants=tuple(variants),
    )


def _on_shared_spot(
    needs: Needs, groups: Sequence[NodeGroup], number: int, by_group: Sequence[Mapping[str, Mapping[int, int]]]
) -> list[int] | None:
    """A week's replicas of a variant on spot machines that services share; None where it is on none."""
    keys = [group.key for group in groups if group.shared is not None and group.purchase is PurchaseOption.SPOT]
    if not keys:
        return None
    found = [sum(shares.get(key, {}).get(number, 0) for key in keys) for shares in by_group]
    return [found[hour] for hour in needs.hour_of_week]


def _places(needs: Needs, group: NodeGroup, number: int, by_group: Sequence[Mapping[str, Mapping[int, int]]]) -> int:
    """Slots of a variant at the group's ceiling; of a shared group its part, as large as in the highest hours."""
    if group.shared is None:
        return group.slots.get(needs.runnables[number].name, 0) * group.max_machines
    here = [shares.get(group.key, {}) for shares in by_group]
    peaks = {each: max(shares.get(each, 0) for shares in here) for each in sorted({key for one in here for key in one})}
    taken = sum(group.shared.each[needs.runnables[each].name] * count for each, count in peaks.items())
    return group.shared.filled * group.max_machines * peaks[number] // taken


def _sidecar(key: str, wish: Sidecar) -> SidecarPlan:
    return SidecarPlan(
        key=key,
        image_reference=wish.image.reference or "",
        image_digest=wish.image.digest,
        cpu_millis=wish.cpu,
        memory_mib=wish.memory,
        command=wish.command,
        environment=dict(sorted(wish.environment.items())),
        essential=wish.essential,
    )


def daemon_plan(key: str, wish: Daemon) -> DaemonPlan:
    """A container of each machine of services."""
    return DaemonPlan(
        key=key,
        image_reference=wish.image.reference or "",
        image_digest=wish.image.digest,
        cpu_millis=wish.cpu,
        memory_mib=wish.memory,
        command=wish.command,
        environment=dict(sorted(wish.environment.items())),
        reads=wish.reads,
    )


def _kind(machine: Machine, variant: Variant) -> AcceleratorKind | None:
    accelerator = machine.machine.accelerator
    return accelerator.kind if variant.accelerator is not None and accelerator is not None else None


def job_plan(job: BatchJob | TrainingJob, run: JobRun) -> JobPlan:
    """One job, from the run that was chosen."""
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
            accelerator=_kind(size.machine, variant),
        ),
    )


def with_approved_weights(plan: ComputePlan, approved: ComputePlan | None) -> ComputePlan:
    """The plan with the weights of the approved one where they give each node group the same part of the replicas.

    And with its first group, where a variant still has it: that one's service has the variant's own name, so another
    one there would make two services anew for nothing.
    """
    if approved is None:
        return plan
    before = {(service.key, variant.key): variant for service in approved.services for variant in service.variants}

    def variant(service: ServicePlan, new: VariantPlan) -> VariantPlan:
        old = before.get((service.key, new.key))
        if old is not None:
            new = _first(new, old.node_groups[0])
        if old is None or old.node_groups != new.node_groups or not any(old.weights):
            return new
        whole, whole_before = sum(new.weights), sum(old.weights)
        same = all(a * whole_before == b * whole for a, b in zip(new.weights, old.weights, strict=True))
        return new.model_copy(update={"weights": old.weights}) if same else new

    services = tuple(
        service.model_copy(update={"variants": tuple(variant(service, each) for each in service.variants)})
        for service in plan.services
    )
    return plan.model_copy(update={"services": services})


def _first(variant: VariantPlan, group: str) -> VariantPlan:
    """The variant with that group before its others; as it is where it has none of that name."""
    if group not in variant.node_groups:
        return variant
    pairs = sorted(zip(variant.node_groups, variant.weights, strict=True), key=lambda pair: pair[0] != group)
    return variant.model_copy(
        update={"node_groups": tuple(key for key, _ in pairs), "weights": tuple(weight for _, weight in pairs)}
    )
