"""Decoding: from machines by hour class, job runs and commitments to a ComputePlan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.compute.gathered_hours import approved_here, gathered_placement, gathered_replicas, most_here
from solver.model.compute.jobs import JobRun
from solver.model.compute.kept_replicas import approved_replicas, kept_replicas
from solver.model.compute.loads import RunningGroup, placement, replicas_needed, spread
from solver.model.compute.needs import Needs
from solver.model.compute.node_groups import Decided, job_group_key, job_groups, pools_of, service_groups
from solver.model.compute.upkeep import upkeep_of
from solver.model.compute.workload_plans import daemon_plan, job_plan, service_plan
from solver.plan.compute import Commitment, ComputePlan, HourClass, NodeGroup, PlacedMachines


def decode(
    demand: Demand, site_key: str, catalog: Catalog, needs: Needs, decided: Decided, approved: ComputePlan | None = None
) -> ComputePlan:
    """The plan; hours are split further where jobs come and go."""
    weeks = approved_replicas(needs, approved)
    site = demand.aws_sites[site_key]
    replicas: list[dict[int, int]] = []
    placed: list[list[PlacedMachines]] = []
    by_group: list[dict[str, dict[int, int]]] = []
    pools = pools_of(decided.groups)
    approved_of = [approved_here(needs, gather, [each for each, _ in pools], approved) for gather, _ in pools]
    for hour in range(len(needs.hours)):
        running = [
            RunningGroup(
                group.key, group.slots, group.machines[hour], len(group.machine.zones), group.machine.on_demand
            )
            for group in decided.groups
            if group.machines[hour] and group.gather is None
        ]
        here = kept_replicas(needs, hour, replicas_needed(needs, hour, running), running, weeks)
        shares = spread(here, running)
        machines = [(group.key, placement(group, shares[group.key])) for group in running]
        for place, (gather, pool) in enumerate(pools):
            most = most_here(needs, gather, hour, here, [other for other, _ in pools[place + 1 :]])
            there = [each for each in (group.shared_in(needs, hour) for group in pool) if each.machines]
            units = {member.variant: member.units for member in gather.members}
            shared = gathered_replicas(needs, gather, hour, there, approved_of[place], most)
            shares |= shared
            for each in there:
                machines.append((each.key, gathered_placement(each, shared[each.key], units)))
                for variant, count in shared[each.key].items():
                    here[variant] = here.get(variant, 0) + count
        replicas.append(dict(sorted(here.items())))
        by_group.append(shares)
        placed.append(
            [
                PlacedMachines(
                    node_group=key,
                    machines=count,
                    replicas={needs.runnables[variant].name: number for variant, number in each.items()},
                )
                for key, contents in machines
                for count, each in contents
            ]
        )
    service_nodes = [
        _with_used_slots(needs, group, by_group) for group in service_groups(demand, site_key, catalog, needs, decided)
    ]
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


def _with_used_slots(needs: Needs, group: NodeGroup, by_group: Sequence[Mapping[str, Mapping[int, int]]]) -> NodeGroup:
    """The group; where slots are shared, those of the services that it has replicas of in some hour."""
    used = {needs.runnables[variant].name for shares in by_group for variant in shares.get(group.key, {})}
    if group.shared is None or not used:
        return group
    slots = {name: count for name, count in group.slots.items() if name in used}
    each = {name: units for name, units in group.shared.each.items() if name in used}
    return group.model_copy(update={"slots": slots, "shared": group.shared.model_copy(update={"each": each})})


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
