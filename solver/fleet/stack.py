"""A stack of a fleet: what is asked of it, and its answer, each small enough to go to another process and back.

The first question is how the stack would buy by itself, and what it costs at least at any prices of the organisation
(`solver/model/fleet/response.py`). The later ones are which machines it would take at given prices by region and type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand, Site
from solver.demand.purchase import CommitmentWish, PurchaseWish
from solver.errors import InfeasibleError
from solver.fleet.scenarios import Draws, StackRun, runs_of
from solver.model.backend import backend
from solver.model.compute.columns import fixed_costs
from solver.model.compute.commitments import merged
from solver.model.compute.lines import ON_DEMAND_HOURS, alarm_lines
from solver.model.compute.model import replica_volumes
from solver.model.compute.needs import needs_of
from solver.model.compute.reasons import planned_usage
from solver.model.compute.site_search import Site as PlannedSite
from solver.model.compute.site_search import goods_of
from solver.model.deadline import AT_ONCE, NEVER, Deadline
from solver.model.fleet.response import Response, response_of
from solver.model.fleet.usage import HourUsage, on_demand_prices, place, shared_goods, total_usage
from solver.model.reserved import with_reserved
from solver.model.site import SiteAnswer
from solver.model.storage.model import volume_usd_per_month
from solver.model.surcharge import machine_surcharge
from solver.model.zones import zones_of
from solver.plan.cost import Billing, total_usd_per_month
from solver.plan.plan import Plan
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.solve import solve


@dataclass(frozen=True, kw_only=True)
class StackTask:
    """What is asked of one stack."""

    name: str
    demand: Demand
    terms: tuple[CommitmentTerm, ...]
    """Commitments that may be bought."""
    priced: tuple[CommitmentTerm, ...]
    """And that are held: what machines may cost less by."""
    thorough: bool = False
    """Searched as `poolwright plan` does; else as far as the first whole answer."""
    solver_name: str = "highs"
    prices: Mapping[str, float] | None = None
    """By region and type: the organisation's prices at which machines are to be taken; None: the first question."""
    draws: Draws | None = None
    """Scenarios that are asked too."""
    within: Mapping[str, int] | None = None
    """vCPUs by region and family (`us-east-1/standard`) that it is to do with; the answer may be that it can't."""


@dataclass(frozen=True, kw_only=True)
class StackAnswer:
    """One way to run a stack: what it uses on demand, and what all else costs."""

    name: str
    region_names: tuple[str, ...]
    usage: tuple[HourUsage, ...]
    """On-demand machines by region and type, in each hour of the week."""
    fixed_usd_per_month: float
    """All but on-demand machine hours and commitments."""
    alone_usd_per_month: float
    """What it costs with commitments of its own."""
    bought: tuple[tuple[CommitmentTerm, str, int, float], ...] = ()
    """Of its own: term, scope by region, machines, USD an hour."""
    response: Response | None = None
    """What it costs at least; None where it has several sites, or hosts of its own."""
    flat_bound_usd_per_month: float = 0.0
    """Without a response: what it costs at least when commitments may pay for every hour."""
    runs: tuple[StackRun, ...] = ()
    """In each scenario."""
    vcpus: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """By region and family: running vCPUs, on demand and on spot, in each hour."""
    refused: bool = False
    """It can't be run within the vCPUs that it was asked to do with."""


def answer_of(task: StackTask, catalog: Catalog) -> StackAnswer:
    """The answer of one stack; InfeasibleError names the stack too."""
    try:
        return _first(task, catalog) if task.prices is None else _at_prices(task, catalog, task.prices)
    except InfeasibleError as error:
        if task.within is not None:
            nothing = StackAnswer(
                name=task.name, region_names=(), usage=(), fixed_usd_per_month=0.0, alone_usd_per_month=0.0
            )
            return replace(nothing, refused=True)
        error.args = (f"stack {task.name}: {error.args[0]}", *error.args[1:])
        error.message = f"stack {task.name}: {error.message}"
        raise


def _demand(task: StackTask, terms: Sequence[CommitmentTerm]) -> Demand:
    """With the fleet's commitments in the place of the stack's; a budget is one of what the fleet leaves it to pay."""
    wishes = tuple(CommitmentWish(kind=term.kind, years=term.years, payment=term.payment) for term in terms)
    purchase: PurchaseWish = task.demand.purchase.model_copy(update={"commitments": wishes, "held": ()})
    limits = task.demand.limits.model_copy(update={"budget_usd_per_month": None})
    changed = {"purchase": purchase, "limits": limits}
    return task.demand.model_copy(update={**changed, "sites": _sites(task)} if task.within else changed)


def _sites(task: StackTask) -> dict[str, Site]:
    """With quotas that are no higher than what the stack is to do with; each of several sites has all of it."""
    sites: dict[str, Site] = dict(task.demand.sites)
    for key, site in task.demand.aws_sites.items():
        quotas = dict(site.quotas)
        for name, most in (task.within or {}).items():
            region, _, family = name.partition("/")
            if region == site.region:
                quotas[family] = min(most, quotas.get(family, most))
        sites[key] = site.model_copy(update={"quotas": quotas})
    return sites


def _solved(task: StackTask, demand: Demand, catalog: Catalog) -> tuple[Plan, list[SiteAnswer]]:
    answers: list[SiteAnswer] = []
    deadline: Deadline = NEVER if task.thorough else AT_ONCE
    # Of a stack that can't do with less vCPUs it is asked no more than that it can't.
    explain = task.within is None
    plan = solve(
        demand,
        catalog,
        solver_name=task.solver_name,
        deadline=deadline,
        explain=explain,
        reasons=False,
        seen=answers.append,
    )
    return plan, answers


def _first(task: StackTask, catalog: Catalog) -> StackAnswer:
    demand = _demand(task, task.terms)
    plan, answers = _solved(task, demand, catalog)
    found = _column(task, plan, answers, catalog)
    bought = tuple(
        (
            CommitmentTerm(each.kind, 1 if each.years == 1 else 3, each.payment),
            place(answer.plan.region, each.machine_type) if each.machine_type else "",
            each.machines,
            each.usd_per_hour,
        )
        for answer in answers
        for each in answer.plan.compute.commitments
    )
    found = replace(found, alone_usd_per_month=plan.proof.cost_usd_per_month, bought=bought)
    if len(answers) == 1 and not plan.docker_sites:
        # The joint program takes longer than the first whole answer of a stack with many small services.
        jointly = task.thorough and plan.proof.gap > demand.limits.gap
        response = _response(task, answers[0], catalog, jointly=jointly)
        return replace(found, response=response)
    if not task.priced:
        return replace(found, flat_bound_usd_per_month=plan.proof.bound_usd_per_month)
    least = _least_rates(demand, task.priced, catalog)
    flat, _ = _solved(task, _demand(task, ()), _priced(catalog, least))
    return replace(found, flat_bound_usd_per_month=flat.proof.bound_usd_per_month)


def _response(task: StackTask, answer: SiteAnswer, catalog: Catalog, *, jointly: bool) -> Response:
    reserved = with_reserved(_demand(task, task.priced), catalog)
    demand, key, tables = reserved.demand, answer.key, reserved.catalog
    site = demand.aws_sites[key]
    volumes = {each.key: volume_usd_per_month(each, tables, site.region) for each in answer.storage.plan.volumes}
    here = PlannedSite(
        demand,
        key,
        tables,
        backend(task.solver_name),
        needs_of(demand, key),
        zones_of(demand, key, tables),
        fixed_costs(tables, site, volumes),
        volumes,
        machine_surcharge(demand, key, tables),
        goods_of(demand, key, tables),
        (),
        NEVER,
    )
    alarms = total_usd_per_month(alarm_lines(tables, site.region, key, answer.compute.plan))
    beside = answer.besides_compute_usd_per_month + answer.images_bound_usd_per_month + alarms + replica_volumes(here)
    return response_of(here, beside / WEEKS_PER_MONTH, jointly=jointly)


def _at_prices(task: StackTask, catalog: Catalog, prices: Mapping[str, float]) -> StackAnswer:
    plan, answers = _solved(task, _demand(task, ()), _priced(catalog, prices))
    return _column(task, plan, answers, catalog)


def _column(task: StackTask, plan: Plan, answers: Sequence[SiteAnswer], catalog: Catalog) -> StackAnswer:
    known = on_demand_prices(catalog, task_regions(task))
    weeks: list[list[dict[str, int]]] = []
    for answer in answers:
        # What AWS keeps for the account has names of its own, and is paid for.
        named = [
            {place(answer.plan.region, name): count for name, count in hour.items()}
            for hour in planned_usage(answer.plan.compute)
        ]
        weeks.append([{name: count for name, count in hour.items() if name in known} for hour in named])
    fixed = fsum(
        line.usd_per_month
        for line in plan.cost_lines
        if line.billing is not Billing.COMMITMENT and line.detail != ON_DEMAND_HOURS
    )
    return StackAnswer(
        name=task.name,
        region_names=task_regions(task),
        usage=tuple(total_usage(weeks)),
        fixed_usd_per_month=fixed,
        alone_usd_per_month=plan.proof.cost_usd_per_month,
        vcpus=_vcpus(answers, catalog),
        runs=() if task.draws is None else runs_of(plan, task.demand, catalog, task.draws, task.name),
    )


def _vcpus(answers: Sequence[SiteAnswer], catalog: Catalog) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for answer in answers:
        for group in answer.plan.compute.node_groups:
            machine = catalog.machines.get(group.machine_types[0])
            if machine is not None:
                key = place(answer.plan.region, str(machine.quota))
                before = found.get(key, (0,) * HOURS_PER_WEEK)
                hourly = group.machines.hourly()
                found[key] = tuple(have + count * group.vcpus for have, count in zip(before, hourly, strict=True))
    return found


def task_regions(task: StackTask) -> tuple[str, ...]:
    """Of the stack's sites."""
    return tuple(sorted({site.region for site in task.demand.aws_sites.values()}))


def _least_rates(demand: Demand, terms: Sequence[CommitmentTerm], catalog: Catalog) -> dict[str, float]:
    """By region and type, the least that a commitment's hour costs."""
    regions = [site.region for site in demand.aws_sites.values()]
    good = merged(shared_goods(terms, catalog, regions))
    return {} if good is None else dict(good.rates)


def _priced(catalog: Catalog, prices: Mapping[str, float]) -> Catalog:
    """The catalog with these on-demand prices, by region and type, where they are lower."""
    tables = {}
    for region, table in catalog.tables.items():
        offerings = {}
        for name, offering in table.offerings.items():
            usd, new = offering.on_demand_usd_per_hour, prices.get(place(region, name))
            lower = usd is not None and new is not None and new < usd
            offerings[name] = replace(offering, on_demand_usd_per_hour=new) if lower else offering
        tables[region] = replace(table, offerings=offerings)
    return replace(catalog, tables=tables)


Ask = Callable[[Sequence[StackTask], Catalog], Sequence[StackAnswer]]
"""Gives the answers in the order of the tasks, wherever they are worked out."""


def one_after_the_other(tasks: Sequence[StackTask], catalog: Catalog) -> list[StackAnswer]:
    """In this process."""
    return [answer_of(task, catalog) for task in tasks]
