"""Decoding: from machines by hour class, job runs and commitments to a ComputePlan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.compute.jobs import JobRun
from solver.model.compute.kept_replicas import approved_replicas, kept_replicas
from solver.model.compute.loads import RunningGroup, placement, replicas_needed, spread
from solver.model.compute.needs import Needs
from solver.model.compute.node_groups import Decided, job_group_key, job_groups, service_groups
from solver.model.compute.upkeep import upkeep_of
from solver.model.compute.workload_plans import daemon_plan, job_plan, service_plan
from solver.plan.compute import Commitment, ComputePlan, HourClass, PlacedMachines


def decode(
    demand: Demand, site_key: str, catalog: Catalog, needs: Needs, decided: Decided, approved: ComputePlan | None = None
) -> ComputePlan:
    """The plan; hours are split further where jobs come and go."""
    weeks = approved_replicas(needs, approved)
    site = demand.aws_sites[site_key]
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
        here = kept_replicas(needs, hour, replicas_needed(needs, hour, running), running, weeks)
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
    service_nodes = service_groups(demand, site_key, catalog, needs, decided)
    job_nodes = job_groups(demand, site_key, catalog, decided)
    services = [service_plan(demand, needs, service, service_nodes, replicas, by_group) for service in needs.services]
    jobs = [job_plan(needs.jobs[key], run) for key, run in sorted(decided.runs.items())]
    return ComputePlan(
        eni_trunking=site.eni_trunking,
        node_groups=tuple(sorted((*service_nodes, *job_nodes), key=lambda group: group.key)),
        services=tuple(services),
        daemons=tuple(daemon_plan(key, each) for key, each in sorted(site.daemons.items())) if services else (),
        jobs=tuple(jobs),
        repositories=tuple(
            sorted(
                {service.key for service in services for variant in service.variants if variant.image_reference is None}
                | {job.key for job in jobs if job.variant.image_reference is None}
            )
        ),
        upkeep=upkeep_of(site),
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
        hour_classes=_hour_classes(needs, placed, decided.runs),
    )


def _hour_classes(
    needs: Needs,
    placed: Sequence[Sequence[PlacedMachines]],
    runs: Mapping[str, JobRun],
) -> tuple[HourClass, ...]:
    merged: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for hour, number in enumerate(needs.hour_of_week):
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
