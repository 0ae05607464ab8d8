"""The compute pool of one site: machines, when, bought how; replicas, placement, jobs, cost, bound, reasons.

In order: what the services need by hour class (`needs`), what is for sale and worth having (`supply`, `columns`), how
jobs can run (`jobs`), then node groups, machines by hour, runs and commitments with their bound (`search`), what of the
approved plan stays (`stability`), and the plan (`decode`, `lines`, `reasons`).

The site's bound is the search's and what the volumes of the fewest replicas cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import fsum, inf

import numpy as np
from numpy.typing import NDArray

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.backend import Backend
from solver.model.compute.alone_costs import OnSale
from solver.model.compute.approved import machine_again
from solver.model.compute.calm import calmed
from solver.model.compute.columns import Fixed, fixed_costs
from solver.model.compute.decode import decode
from solver.model.compute.forms import formed
from solver.model.compute.gathers import Gather
from solver.model.compute.held import fees_not_priced, held_of, held_uses
from solver.model.compute.hourly import Hourly
from solver.model.compute.job_task import JobTask, price_by_hour
from solver.model.compute.jobs import JobRun, JobSize, PriceByHour
from solver.model.compute.leeway import Leeway, Standing
from solver.model.compute.lines import alarm_lines, compute_lines
from solver.model.compute.needs import Needs, needs_of
from solver.model.compute.node_groups import Decided, ServiceGroup, approved_keys, group_keys
from solver.model.compute.patterns import Pattern
from solver.model.compute.problem import Problem, Settled
from solver.model.compute.purchase import week_of
from solver.model.compute.quota import free_vcpus
from solver.model.compute.reasons import job_reason, planned_usage, service_reasons, with_commitment_reasons
from solver.model.compute.rejected import rejected_moves
from solver.model.compute.rivals import Rivals
from solver.model.compute.services import Besides, Choice, priced
from solver.model.compute.site_search import (
    Site,
    approved_of,
    goods_of,
    least_usd_per_week,
    prices_of,
    problem_of,
    sizes_of,
    with_starts,
)
from solver.model.compute.stability import Steady, steadiest
from solver.model.compute.steady_runs import steadiest_run
from solver.model.compute.supply import Machine, offered
from solver.model.compute.upkeep import warming_not_priced
from solver.model.compute.workload_plans import with_approved_weights
from solver.model.deadline import NEVER, Deadline
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.cost import gap_of, total_usd_per_month
from solver.plan.explanation import Reason
from solver.plan.storage import StoragePlan
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.vocabulary import Termination

Integers = NDArray[np.int64]


def solve_compute(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    backend: Backend,
    *,
    storage: StoragePlan,
    volume_usd_per_month: Mapping[str, float],
    surcharge: Surcharge,
    previous: ComputePlan | None = None,
    standing: Standing | None = None,
    alone: bool = False,
    told: bool = True,
    deadline: Deadline = NEVER,
) -> PoolAnswer[ComputePlan]:
    """The cheapest compute pool found, with a lower bound; InfeasibleError names what can't be met.

    The bound counts the surcharge of the machines and of starts too, the lines don't: it is another pool's. `alone`
    decides by the prices of machines only, as if volumes and what other pools charge for a machine were no matter of
    this pool; the lines have them all the same, and the bound is then none of the stack. Where it is not `told` why,
    there are no reasons: for attempts, of which nobody reads them.
    """
    del storage
    site = _site_of(demand, site_key, catalog, backend, volume_usd_per_month, surcharge, deadline)
    if alone:
        site = replace(site, fixed=Fixed(0.0, dict.fromkeys(site.fixed.machine_volumes, 0.0)), surcharge=Surcharge())
    surcharge, held = site.surcharge, site.held
    problem = problem_of(site)
    jobs = problem.jobs
    form = formed(site, problem, previous, standing)
    plain, site, found, leeway = site, form.site, form.found, form.leeway
    if not leeway.is_begun:
        found = calmed(problem, found)
    hourly = found.hourly
    needs = hourly.needs
    price = price_by_hour(found.good, found.usd, needs.hour_of_week)
    runs = _steady_runs(site, jobs, found.runs, price, previous)
    steady = _steady_choice(site, hourly, jobs, found, runs, previous, leeway)
    least = problem.usd(found)
    most = max(least, leeway.most if steady.stays else min(leeway.most, leeway.most_changed))
    if runs != found.runs and _usd(jobs, steady.choice, runs) > min(least * (1 + demand.limits.gap), most):
        # A run by itself costs the same, but not beside what the services leave of the commitments.
        runs = dict(found.runs)
        steady = _steady_choice(site, hourly, jobs, found, runs, previous, leeway)
    spare = (_usd(jobs, steady.choice, runs) - least) * WEEKS_PER_MONTH
    hourly, choice = steady.hourly, steady.choice
    needs = hourly.needs if site.gathered is None else site.gathered.at(hourly.needs.hours)
    plain = replace(plain, needs=needs)
    decided = _decided(site, needs, hourly, choice, runs, previous)
    plan = with_approved_weights(decode(demand, site_key, catalog, needs, decided, previous), previous)
    usage = planned_usage(plan)
    week = week_of(usage, prices_of(site))
    plan = with_commitment_reasons(plan, decided.bought, held, week)
    plan = plan.model_copy(update={"held": held_uses(demand, site_key, held, decided.bought, week)})
    spot = {group.key: group.machine.usd_per_hour for group in decided.groups}
    spot |= {group.key: run.size.machine.usd_per_hour for run, group in _job_groups(plan, runs)}
    lines = compute_lines(demand, site_key, catalog, plan, decided.bought, held, spot, volume_usd_per_month)
    bound = with_starts(plain, problem, found, gathered=site.gathered is not None)
    cost = total_usd_per_month(lines) + surcharge.usd_per_month(plan) + surcharge.starts_usd_per_month(plan)
    alarms = total_usd_per_month(alarm_lines(catalog, site.site.region, site_key, plan))
    bound = min(cost, bound * WEEKS_PER_MONTH + replica_volumes(plain) + alarms)
    return PoolAnswer(
        plan=plan,
        lines=lines,
        bound_usd_per_month=bound,
        termination=Termination.of(gap_of(cost, bound), demand.limits.gap),
        reasons=_reasons(plain, problem, plan, decided, runs) if told else (),
        rejected=rejected_moves(steady, runs, found.runs, gap=demand.limits.gap),
        not_priced=(*fees_not_priced(held), *warming_not_priced(plan)),
        spare_usd_per_month=max(0.0, spare) if not steady.stays or leeway.most < inf else 0.0,
        is_begun=leeway.is_begun,
    )


def _reasons(
    site: Site, problem: Problem, plan: ComputePlan, decided: Decided, runs: Mapping[str, JobRun]
) -> tuple[Reason, ...]:
    """Of services, then of jobs."""
    market = site.market(services=True)
    sale = OnSale(site.catalog, market, site.fixed, site.demand.purchase.spot)
    free, prices = _free_beside_all(site, decided), prices_of(site)
    rivals = Rivals(
        problem.jobs, planned_usage(plan), prices, site.goods, decided.bought, site.held, free, site.backend
    )
    return (
        *service_reasons(
            problem.hourly, plan, sale, {group.key: sale.usd_per_hour(group.machine) for group in decided.groups}
        ),
        *(job_reason(run, rivals.of(run, _other_sizes(site, run), site.needs.jobs[key])) for key, run in runs.items()),
    )


def least_compute_usd_per_month(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    backend: Backend,
    *,
    volume_usd_per_month: Mapping[str, float],
    surcharge: Surcharge,
    deadline: Deadline = NEVER,
) -> float:
    """What no compute pool costs less than, with the surcharge but without starts of services; infinite for none."""
    site = _site_of(demand, site_key, catalog, backend, volume_usd_per_month, surcharge, deadline)
    try:
        return least_usd_per_week(site) * WEEKS_PER_MONTH + replica_volumes(site)
    except InfeasibleError:
        return inf


def _site_of(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    backend: Backend,
    volume_usd_per_month: Mapping[str, float],
    surcharge: Surcharge,
    deadline: Deadline,
) -> Site:
    return Site(
        demand=demand,
        key=site_key,
        catalog=catalog,
        backend=backend,
        needs=needs_of(demand, site_key),
        zones=zones_of(demand, site_key, catalog),
        fixed=fixed_costs(catalog, demand.aws_sites[site_key], volume_usd_per_month),
        volume_usd_per_month=volume_usd_per_month,
        surcharge=surcharge,
        goods=goods_of(demand, site_key, catalog),
        held=held_of(demand, site_key, catalog),
        deadline=deadline,
    )


def _steady_runs(
    site: Site, jobs: JobTask, fresh: Mapping[str, JobRun], price: PriceByHour, approved: ComputePlan | None
) -> dict[str, JobRun]:
    """The approved runs where they cost the same within the gap, else the fresh ones."""
    if approved is None:
        return dict(fresh)
    on_sale = offered(site.catalog, site.market(services=False)) if fresh else ()
    groups = {group.key: group for group in approved.node_groups}
    used = {each.key: groups[name] for each in approved.jobs for name in each.variant.node_groups if name in groups}
    runs: dict[str, JobRun] = {}
    for key, run in fresh.items():
        again = machine_again(used[key], on_sale) if key in used else None
        others = [other for name, other in fresh.items() if name != key]
        free = free_vcpus(site.site.quotas, others)
        sizes = sizes_of(site, key, [again]) if again is not None else []
        runs[key] = steadiest_run(approved, sizes, jobs.jobs[key], run, price, free, gap=site.demand.limits.gap)
    return runs


def _steady_choice(
    site: Site,
    hourly: Hourly,
    jobs: JobTask,
    found: Settled,
    runs: Mapping[str, JobRun],
    approved: ComputePlan | None,
    leeway: Leeway,
) -> Steady:
    beside = replace(hourly, free=free_vcpus(site.site.quotas, runs.values()))
    besides = Besides(jobs.usage(runs), prices_of(site))
    fresh = found.choice if runs == found.runs else priced(beside, found.choice.hours, besides)
    if approved is None:
        return Steady(beside, fresh)
    before = approved_of(site, hourly, approved)
    limits = site.demand.limits
    leeway = leeway.besides_too(fsum(jobs.besides_on_demand(run) for run in runs.values()))
    return steadiest(beside, before, fresh, besides, gap=limits.gap, limit=limits.node_groups, leeway=leeway)


def _usd(jobs: JobTask, choice: Choice, runs: Mapping[str, JobRun]) -> float:
    return choice.usd_per_week + fsum(jobs.besides_on_demand(run) for run in runs.values())


def _decided(
    site: Site,
    needs: Needs,
    hourly: Hourly,
    choice: Choice,
    runs: Mapping[str, JobRun],
    approved: ComputePlan | None,
) -> Decided:
    """What was decided, in the plain needs: a gather's group has slots for each of its services."""
    columns = hourly.columns
    chosen: list[tuple[Machine, Pattern]] = []
    gathers: dict[int, Gather] = {}
    for place, column in enumerate(choice.columns):
        pattern = columns.pattern(column)
        if site.gathered is not None:
            pattern, gather = site.gathered.slots_of(pattern)
            if gather is not None:
                gathers[place] = site.gathered.gather_at(gather, hourly.needs.hours)
        chosen.append((columns.machines[int(columns.machine[column])], pattern))
    keys = group_keys(needs, chosen, approved_keys(needs, chosen, approved, gathers))
    groups = [
        ServiceGroup(
            key, machine, slots, tuple(hour.machines.get(column, 0) for hour in choice.hours), gathers.get(place)
        )
        for place, (column, key, (machine, slots)) in enumerate(zip(choice.columns, keys, chosen, strict=True))
    ]
    groups.sort(key=lambda group: group.key)
    return Decided(tuple(groups), runs, choice.bought, tuple("pays" for _ in choice.bought))


def _other_sizes(site: Site, run: JobRun) -> list[JobSize]:
    """Ways to run a job without the machine type of a run, which may have replaced some of them."""
    limits = site.demand.limits
    left_out = (*limits.exclude_machines, run.size.machine.machine.name)
    limits = limits.model_copy(update={"exclude_machines": left_out})
    return sizes_of(replace(site, demand=site.demand.model_copy(update={"limits": limits})), run.size.job)


def _free_beside_all(site: Site, decided: Decided) -> dict[str, Integers]:
    """By quota family, the vCPUs that services and jobs leave in each hour of the week."""
    free = free_vcpus(site.site.quotas, decided.runs.values())
    for group in decided.groups:
        left = free.get(str(group.machine.machine.quota))
        if left is not None:
            left -= (
                group.machine.machine.vcpus * np.array(group.machines, dtype=np.int64)[list(site.needs.hour_of_week)]
            )
    return free


def _job_groups(plan: ComputePlan, runs: Mapping[str, JobRun]) -> Iterator[tuple[JobRun, NodeGroup]]:
    by_key = {group.key: group for group in plan.node_groups}
    for job in plan.jobs:
        yield runs[job.key], by_key[job.variant.node_groups[0]]


def replica_volumes(site: Site) -> float:
    """USD a month below which the volumes of the services' replicas can't come: those of the fewest replicas."""
    total = 0.0
    for service in site.needs.services:
        usd = fsum(site.volume_usd_per_month[claim] for claim in service.replica_volumes)
        fastest = max(site.needs.runnables[variant].capacity for variant in service.variants)
        if usd and fastest:
            for hours, needed in zip(site.needs.hours, service.needed, strict=True):
                fewest = max(service.service.replicas.min, -(-needed // fastest))
                total += usd * fewest * hours.weight / HOURS_PER_WEEK
    return total
