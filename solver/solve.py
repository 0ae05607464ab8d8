"""solve: a demand and a catalog in, a Plan out; the four pools of each site, their cost, bound and proof.

A site is planned by `solver/model/site.py`; where there are several, `solver/model/sites/` chooses what runs where.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import GateError, InfeasibleError, Member
from solver.model.backend import Backend, backend
from solver.model.compute.leeway import Standing
from solver.model.deadline import NEVER, Deadline
from solver.model.kept_within import kept_within
from solver.model.monitoring.model import with_stack_money
from solver.model.network.traffic import Crossing
from solver.model.owned.search import share
from solver.model.reserved import FEES_NOT_PRICED, with_reserved
from solver.model.site import SiteAnswer, solve_site
from solver.model.sites.approved import approved_choice
from solver.model.sites.choice import Options
from solver.model.sites.machines import without_machines
from solver.model.sites.reasons import site_reasons
from solver.model.sites.search import SiteSearch, SiteTask
from solver.model.sites.site_demand import plan_parts
from solver.plan.cost import CostLine, Pool, gap_of, total_usd_per_month
from solver.plan.docker import DockerSitePlan
from solver.plan.explanation import Reason, RejectedMove
from solver.plan.plan import (
    MODEL_VERSION,
    Plan,
    PlanInputs,
    PriceTable,
    Proof,
    SitePlan,
)
from solver.quantity import cents, format_usd, millionths_up
from solver.vocabulary import OPTIMAL_GAP, Termination, WorkloadKind
from solver.witness import check_plan

_OTHER_REGIONS = "data transfer to other regions and over peerings: the demand has no figures of it"
_SCALING_ALARMS = (
    "alarms that AWS makes by itself for scaling: two for each way a service scales, two for each node group"
)
NOT_PRICED = (
    "taxes, and support plans: a part of the account's whole bill",
    _OTHER_REGIONS,
    "free tiers of the account, as the first 100 GiB a month to the internet: all of its stacks share them",
)


def solve(
    demand: Demand,
    catalog: Catalog,
    *,
    previous: Plan | None = None,
    solver_name: str = "highs",
    inputs: PlanInputs | None = None,
    separate: bool = False,
    deadline: Deadline = NEVER,
    explain: bool = True,
    reasons: bool = True,
    seen: Callable[[SiteAnswer], None] | None = None,
) -> Plan:
    """The cheapest plan found that keeps every promise of the demand, with a lower bound and the witness's word.

    `previous` is the approved plan: of plans that cost the same within the gap asked for, the one that changes least is
    taken, and node groups that only the approved one has stay, empty, for one more plan. `inputs` are digests of what
    demand and catalog were read from; without them they are made from the objects. With `separate` the plan also says
    what its pools would cost if each were solved by itself (`separate_usd_per_month`), for as much work again.

    With a `deadline` the search ends soon after it has passed, with the best plan that it has found by then and that
    plan's gap: what is found depends on the machine then, and is no plan to write into a lock.

    `seen` is given the answer of each site of AWS, which knows what each pool costs at least.

    InfeasibleError when promises can't hold together, or the budget is below the bound; GateError when the budget is
    above the bound but no plan was found within it. Without `explain`, which promises those are is not worked out: that
    takes many more solves than to find that there are some. Without `reasons` a plan does not say why its machines are
    what they are, for plans of which only the cost is asked.
    """
    engine = backend(solver_name)
    made_from = inputs if inputs is not None else inputs_of(demand, catalog)
    reserved = with_reserved(demand, catalog)
    approved = {key: reserved.with_types(site) for key, site in (previous.aws_sites if previous else {}).items()}
    hosted = previous.docker_sites if previous is not None else {}
    unchanged = previous is not None and previous.inputs == made_from

    standing = None if unchanged else _standing(demand, previous)

    def planned(task: SiteTask) -> SiteAnswer:
        before = approved.get(task.site)

        def site(stands: Standing | None) -> SiteAnswer:
            return solve_site(
                task if explain else replace(task, explain=False),
                reserved.catalog,
                engine,
                previous=before,
                unchanged=unchanged,
                standing=stands,
                told=reasons,
                deadline=deadline,
            )

        return site(None) if standing is None else kept_within(site(standing), standing, demand.limits.gap, site)

    found = _stack(reserved.demand, reserved.catalog, engine, approved, hosted, planned, deadline)
    answers, least = found.answers, found.bound_usd_per_month
    if seen is not None:
        for answer in answers:
            seen(answer)
    order = list(Pool)
    lines = tuple(sorted(found.lines, key=lambda line: (line.site, order.index(line.pool), line.item)))
    cost = total_usd_per_month(lines)
    bound = min(cost, cents(least))
    check_budget(demand, cost, bound)
    plan = Plan(
        stack=demand.stack,
        owner=demand.owner,
        cost_centre=demand.cost_centre,
        tags=dict(demand.tags),
        time_zone=demand.time_zone,
        week_of=demand.week_of,
        inputs=made_from,
        proof=_proof(demand, engine, cost, bound, witness=""),
        sites={**{answer.key: reserved.with_targets(answer.key, answer.plan) for answer in answers}, **found.docker},
        cost_lines=lines,
        not_priced=(*dict.fromkeys(text for answer in answers for text in answer.not_priced), *_not_priced(demand)),
        reasons=(*_reasons(answers), *found.reasons),
        rejected=_rejected(answers),
        separate_usd_per_month=_separate_usd_per_month(demand, catalog, engine) if separate else None,
    )
    plan = with_stack_money(plan, demand, previous)
    witness = check_plan(plan, demand, catalog)
    return plan.model_copy(update={"proof": _proof(demand, engine, cost, bound, witness=witness.text)})


def _standing(demand: Demand, previous: Plan | None) -> Standing | None:
    """What the approved plan says of itself; None where that is no beginning for a search.

    A lock of another version has other bounds, and figures that don't agree with each other were edited. Of several
    sites each is planned for many choices, which have no lock.
    """
    if previous is None or previous.inputs.model != MODEL_VERSION or not len(demand.sites) == len(previous.sites) == 1:
        return None
    cost, bound, gap = previous.proof.cost_usd_per_month, previous.proof.bound_usd_per_month, previous.proof.gap
    if not 0 <= bound <= cost or cost == 0 or abs(gap_of(cost, bound) - gap) > OPTIMAL_GAP:
        return None
    return Standing(cost, gap)


def _separate_usd_per_month(demand: Demand, catalog: Catalog, engine: Backend) -> float | None:
    """What the stack costs when machines are chosen by their own prices, and the other pools solved around them.

    None where that search finds no plan, though there is one.
    """

    reserved = with_reserved(demand, catalog)

    def planned(task: SiteTask) -> SiteAnswer:
        return solve_site(task, reserved.catalog, engine, previous=None, unchanged=False, alone=True, told=False)

    try:
        found = _stack(reserved.demand, reserved.catalog, engine, {}, {}, planned)
    except InfeasibleError:
        return None
    return total_usd_per_month(found.lines)


def inputs_of(demand: Demand, catalog: Catalog) -> PlanInputs:
    """Digests of a demand and a catalog that no file is known for."""
    regions = sorted({site.region for site in demand.aws_sites.values()})
    text = json.dumps(demand.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    tables = [catalog.price_table(region) for region in regions]
    return PlanInputs(
        demand=sha256(text.encode()).hexdigest(),
        catalog=catalog.digest(regions, carbon=demand.carbon is not None),
        model=MODEL_VERSION,
        prices=tuple(PriceTable(region=table.region, dated=str(table.source_date or "undated")) for table in tables),
    )


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """The planned sites of a stack."""

    answers: list[SiteAnswer]
    """Of sites of AWS, by key."""
    docker: dict[str, DockerSitePlan] = field(default_factory=dict[str, DockerSitePlan])
    host_lines: tuple[CostLine, ...] = ()
    bound_usd_per_month: float
    """What no plan of them all can cost less than."""
    reasons: tuple[Reason, ...] = ()
    """Why workloads are where they are."""

    @property
    def lines(self) -> tuple[CostLine, ...]:
        return (*self.host_lines, *(line for answer in self.answers for line in answer.lines))

    @property
    def usd_per_month(self) -> float:
        return total_usd_per_month(self.lines)


def _stack(
    demand: Demand,
    catalog: Catalog,
    engine: Backend,
    approved: Mapping[str, SitePlan],
    hosted: Mapping[str, DockerSitePlan],
    planned: Callable[[SiteTask], SiteAnswer],
    deadline: Deadline = NEVER,
) -> _Stack:
    """All sites: owned hosts where there are such, and sites of AWS for what these leave over."""
    if not demand.docker_sites:
        return _sites(demand, catalog, engine, approved, planned, deadline)

    def bought(rest: Demand) -> _Stack:
        if not rest.workloads and not rest.storage:
            return _Stack(answers=[], bound_usd_per_month=0.0)
        return _sites(rest, catalog, engine, approved, planned, deadline)

    barred = without_machines(demand, catalog)
    found = share(demand, catalog, engine, hosted, bought, deadline, barred)
    return replace(
        found.rest,
        docker=dict(found.sites),
        host_lines=found.lines,
        bound_usd_per_month=found.bound_usd_per_month,
        reasons=(*found.rest.reasons, *found.reasons),
    )


def _sites(
    demand: Demand,
    catalog: Catalog,
    engine: Backend,
    approved: Mapping[str, SitePlan],
    planned: Callable[[SiteTask], SiteAnswer],
    deadline: Deadline = NEVER,
) -> _Stack:
    """The sites of AWS."""
    if len(demand.aws_sites) == 1:
        (key,) = demand.aws_sites
        answer = planned(SiteTask(demand, demand, key, Crossing()))
        return _Stack(answers=[answer], bound_usd_per_month=answer.bound_usd_per_month)
    options = Options(demand, without_machines(demand, catalog))
    before = approved_choice(options, approved) if approved else None
    found = SiteSearch(options, catalog, engine, planned, demand.limits.gap, before, deadline).settle()
    answers = [
        replace(answer, plan=answer.plan.model_copy(update={"serves": plan_parts(options, found.placed.serves[key])}))
        for key, answer in found.placed.sites.items()
    ]
    return _Stack(answers=answers, bound_usd_per_month=found.bound_usd_per_month, reasons=site_reasons(options, found))


def _not_priced(demand: Demand) -> tuple[str, ...]:
    held = (FEES_NOT_PRICED,) if demand.purchase.capacity else ()
    if demand.aws_sites and any(each.kind is WorkloadKind.SERVICE for each in demand.workloads.values()):
        held = (*held, _SCALING_ALARMS)
    if len(demand.aws_sites) == 1:
        return (*held, *NOT_PRICED)
    between = "data transfer between sites but for calls of services whose load_from says their part, and over peerings"
    return (*held, *(between if text == _OTHER_REGIONS else text for text in NOT_PRICED))


def check_budget(demand: Demand, cost: float, bound: float) -> None:
    """InfeasibleError when the budget is below the bound, GateError when it is below the cost of the plan found."""
    budget = demand.limits.budget_usd_per_month
    if budget is None or cost <= budget:
        return
    wish = f"limits.budget_usd_per_month: {budget:g}"
    if bound > budget:
        raise InfeasibleError(
            f"the budget is {format_usd(bound - budget)} a month too low: nothing that holds this demand costs less "
            f"than {format_usd(bound)}",
            conflict=(Member(wish, f"limits.budget_usd_per_month: {ceil(cost)} would do"),),
            hint=f"a plan of {format_usd(cost)} was found; less demand, or that budget, is needed",
        )
    raise GateError(
        f"no plan was found within the budget of {format_usd(budget)} a month: the best costs {format_usd(cost)}, and "
        f"none can cost less than {format_usd(bound)}",
        hint="a smaller limits.gap searches longer",
    )


def _proof(demand: Demand, engine: Backend, cost: float, bound: float, *, witness: str) -> Proof:
    gap = gap_of(cost, bound)
    return Proof(
        solver=engine.label,
        termination=Termination.of(gap, demand.limits.gap),
        cost_usd_per_month=cost,
        bound_usd_per_month=bound,
        gap=millionths_up(gap),
        proven=gap <= demand.limits.gap,
        witness=witness,
    )


def _rejected(answers: list[SiteAnswer]) -> tuple[RejectedMove, ...]:
    """The greatest saving first; with several sites the site stands before the subject."""
    several = len(answers) > 1
    found = [
        move.model_copy(update={"subject": f"{answer.key} {move.subject}"}) if several else move
        for answer in answers
        for move in answer.rejected
    ]
    return tuple(sorted(found, key=lambda move: (-move.saving_usd_per_month, move.subject)))


def _reasons(answers: list[SiteAnswer]) -> tuple[Reason, ...]:
    """Workloads first, then by subject; with several sites the site stands before it."""
    several = len(answers) > 1
    found = [
        reason.model_copy(update={"subject": f"{answer.key} {reason.subject}"}) if several else reason
        for answer in answers
        for reason in answer.reasons
    ]
    return tuple(sorted(found, key=lambda reason: ("workload " not in reason.subject, reason.subject)))
