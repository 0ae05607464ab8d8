"""solve: a demand and a catalog in, a Plan out; the four pools of each site, their cost, bound and proof.

The order is that of the arrows between the pools: storage says what volumes cost, compute chooses machines with those
and with what security measures cost for each machine, network is built around the machines, security around all three.
Storage, network and security are solved exactly, given the machines; so the bound is the compute pool's own bound and
what the others cost. It takes the number of starts of machines and replicas as the plan has it: what is billed for a
start (a recorded change, a logged call) is an estimate, and no bound minimises it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import GateError, InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.backend import Backend, backend
from solver.model.compute.model import solve_compute
from solver.model.infeasibility import solve_or_explain
from solver.model.network.model import solve_network
from solver.model.network.traffic import Crossing
from solver.model.registry import image_lines
from solver.model.retired import with_retired, without_retired
from solver.model.security.effects import with_log_retention, with_measures
from solver.model.security.model import solve_security
from solver.model.sites.approved import approved_choice
from solver.model.sites.choice import Options
from solver.model.sites.machines import without_machines
from solver.model.sites.reasons import site_reasons
from solver.model.sites.search import SiteSearch, SiteTask
from solver.model.sites.site_demand import plan_parts
from solver.model.storage.model import solve_storage, volume_usd_per_month
from solver.model.surcharge import machine_surcharge
from solver.model.utilisation import utilisation_reasons
from solver.plan.compute import ComputePlan
from solver.plan.cost import CostLine, Pool, total_usd_per_month
from solver.plan.explanation import Reason
from solver.plan.network import NetworkPlan
from solver.plan.plan import MODEL_VERSION, Plan, PlanInputs, PriceTable, Proof, SitePlan
from solver.plan.security import SecurityPlan
from solver.plan.storage import StoragePlan
from solver.quantity import cents, format_usd, millionths_up
from solver.vocabulary import Termination
from solver.witness import check_plan

OPTIMAL_GAP = 1e-4
"""Gap up to which a plan is called optimal."""
_OTHER_REGIONS = "data transfer to other regions and over peerings: the demand has no figures of it"
NOT_PRICED = (
    "taxes, and support plans: a part of the account's whole bill",
    _OTHER_REGIONS,
    "free tiers of the account, as the first 100 GiB a month to the internet: all of its stacks share them",
)


@dataclass(frozen=True, kw_only=True)
class SiteAnswer:
    """The four pools of one site, decided."""

    key: str
    plan: SitePlan
    storage: PoolAnswer[StoragePlan]
    compute: PoolAnswer[ComputePlan]
    surcharge_usd_per_month: float
    """What the compute pool's bound has of the security pool's cost."""
    network: PoolAnswer[NetworkPlan]
    security: PoolAnswer[SecurityPlan]
    images: tuple[CostLine, ...]
    """Storage of the site's container images."""

    @property
    def lines(self) -> tuple[CostLine, ...]:
        return (
            *self.network.lines,
            *self.security.lines,
            *self.storage.lines,
            *self.compute.lines,
            *self.images,
        )

    @property
    def bound_usd_per_month(self) -> float:
        return (
            self.network.bound_usd_per_month
            + self.security.bound_usd_per_month
            - self.surcharge_usd_per_month
            + self.storage.bound_usd_per_month
            + self.compute.bound_usd_per_month
            + total_usd_per_month(self.images)
        )

    @property
    def usd_per_month(self) -> float:
        return total_usd_per_month(self.lines)

    @property
    def besides_compute_usd_per_month(self) -> float:
        return (
            self.network.bound_usd_per_month
            + self.security.bound_usd_per_month
            - self.surcharge_usd_per_month
            + self.storage.bound_usd_per_month
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return (*self.network.reasons, *self.security.reasons, *self.storage.reasons, *self.compute.reasons)

    @property
    def not_priced(self) -> tuple[str, ...]:
        return (*self.network.not_priced, *self.security.not_priced, *self.storage.not_priced, *self.compute.not_priced)


def solve(
    demand: Demand,
    catalog: Catalog,
    *,
    previous: Plan | None = None,
    solver_name: str = "highs",
    inputs: PlanInputs | None = None,
    separate: bool = False,
) -> Plan:
    """The cheapest plan found that keeps every promise of the demand, with a lower bound and the witness's word.

    `previous` is the approved plan: of plans that cost the same within the gap asked for, the one that changes least is
    taken, and node groups that only the approved one has stay, empty, for one more plan. `inputs` are digests of what
    demand and catalog were read from; without them they are made from the objects. With `separate` the plan also says
    what its pools would cost if each were solved by itself (`separate_usd_per_month`), for as much work again.

    InfeasibleError when promises can't hold together, or the budget is below the bound; GateError when the budget is
    above the bound but no plan was found within it.
    """
    engine = backend(solver_name)
    made_from = inputs if inputs is not None else inputs_of(demand, catalog)
    approved = previous.sites if previous is not None else {}
    unchanged = previous is not None and previous.inputs == made_from

    def planned(task: SiteTask) -> SiteAnswer:
        before = approved.get(task.site)
        return solve_site(task, catalog, engine, previous=before, unchanged=unchanged)

    answers, least, why_there = _sites(demand, catalog, engine, approved, planned)
    order = list(Pool)
    lines = tuple(
        sorted(
            (line for answer in answers for line in answer.lines),
            key=lambda line: (line.site, order.index(line.pool), line.item),
        )
    )
    cost = total_usd_per_month(lines)
    bound = min(cost, cents(least))
    check_budget(demand, cost, bound)
    plan = Plan(
        stack=demand.stack,
        owner=demand.owner,
        cost_centre=demand.cost_centre,
        tags=dict(demand.tags),
        time_zone=demand.time_zone,
        inputs=made_from,
        proof=_proof(demand, engine, cost, bound, witness=""),
        sites={answer.key: answer.plan for answer in answers},
        cost_lines=lines,
        not_priced=(*dict.fromkeys(text for answer in answers for text in answer.not_priced), *_not_priced(demand)),
        reasons=(*_reasons(answers), *why_there),
        separate_usd_per_month=_separate_usd_per_month(demand, catalog, engine) if separate else None,
    )
    witness = check_plan(plan, demand, catalog)
    return plan.model_copy(update={"proof": _proof(demand, engine, cost, bound, witness=witness.text)})


def _separate_usd_per_month(demand: Demand, catalog: Catalog, engine: Backend) -> float | None:
    """What the stack costs when machines are chosen by their own prices, and the other pools solved around them.

    None where that search finds no plan, though there is one.
    """

    def planned(task: SiteTask) -> SiteAnswer:
        return solve_site(task, catalog, engine, previous=None, unchanged=False, alone=True)

    try:
        answers, _, _ = _sites(demand, catalog, engine, {}, planned)
    except InfeasibleError:
        return None
    return total_usd_per_month(line for answer in answers for line in answer.lines)


def inputs_of(demand: Demand, catalog: Catalog) -> PlanInputs:
    """Digests of a demand and a catalog that no file is known for."""
    regions = sorted({site.region for site in demand.sites.values()})
    text = json.dumps(demand.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    tables = [catalog.price_table(region) for region in regions]
    return PlanInputs(
        demand=sha256(text.encode()).hexdigest(),
        catalog=catalog.digest(regions),
        model=MODEL_VERSION,
        prices=tuple(PriceTable(region=table.region, dated=str(table.source_date or "undated")) for table in tables),
    )


def _sites(
    demand: Demand,
    catalog: Catalog,
    engine: Backend,
    approved: Mapping[str, SitePlan],
    planned: Callable[[SiteTask], SiteAnswer],
) -> tuple[list[SiteAnswer], float, tuple[Reason, ...]]:
    """The planned sites, by key, what no plan of them all can cost less than, and why workloads are where they are."""
    if len(demand.sites) == 1:
        (key,) = demand.sites
        answer = planned(SiteTask(demand, demand, key, Crossing()))
        return [answer], answer.bound_usd_per_month, ()
    options = Options(demand, without_machines(demand, catalog))
    before = approved_choice(options, approved) if approved else None
    found = SiteSearch(options, catalog, engine, planned, demand.limits.gap, before).settle()
    answers = [
        replace(answer, plan=answer.plan.model_copy(update={"serves": plan_parts(options, found.placed.serves[key])}))
        for key, answer in found.placed.sites.items()
    ]
    return answers, found.bound_usd_per_month, site_reasons(options, found)


def solve_site(
    task: SiteTask,
    catalog: Catalog,
    engine: Backend,
    *,
    previous: SitePlan | None,
    unchanged: bool,
    alone: bool = False,
) -> SiteAnswer:
    """The four pools of one site; `alone` solves each by itself. InfeasibleError names what can't be met."""
    demand, key = task.demand, task.site
    site = demand.sites[key]
    storage = solve_storage(demand, key, catalog, previous=previous.storage if previous is not None else None)
    volumes = {each.key: volume_usd_per_month(each, catalog, site.region) for each in storage.plan.volumes}
    surcharge = machine_surcharge(demand, key, catalog)

    def computed(wanted: Demand) -> PoolAnswer[ComputePlan]:
        return solve_compute(
            wanted,
            key,
            catalog,
            engine,
            storage=storage.plan,
            volume_usd_per_month=volumes,
            surcharge=surcharge,
            previous=without_retired(previous.compute) if previous is not None else None,
            alone=alone,
        )

    compute = solve_or_explain(task.compute, key, computed) if task.explain else computed(task.compute)
    network = solve_network(
        demand,
        key,
        catalog,
        compute=compute.plan,
        storage=storage.plan,
        crossing=task.crossing,
        previous=previous.network if previous is not None else None,
    )
    security = solve_security(
        demand, key, catalog, engine, network=network.plan, compute=compute.plan, storage=storage.plan
    )
    plan = SitePlan(
        kind=site.kind,
        region=site.region,
        network=with_measures(network.plan, security.plan),
        security=security.plan,
        storage=storage.plan,
        compute=with_retired(
            with_log_retention(compute.plan, security.plan),
            previous.compute if previous is not None else None,
            same_inputs=unchanged,
        ),
    )
    return SiteAnswer(
        key=key,
        plan=plan,
        storage=storage,
        compute=replace(compute, reasons=(*compute.reasons, *utilisation_reasons(demand, compute.plan))),
        surcharge_usd_per_month=surcharge.usd_per_month(compute.plan),
        network=network,
        security=security,
        images=image_lines(demand, key, catalog, compute.plan),
    )


def _not_priced(demand: Demand) -> tuple[str, ...]:
    if len(demand.sites) == 1:
        return NOT_PRICED
    between = "data transfer between sites but for calls of services whose load_from says their part, and over peerings"
    return tuple(between if text == _OTHER_REGIONS else text for text in NOT_PRICED)


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
            conflict=(wish,),
            hint=f"a plan of {format_usd(cost)} was found; less demand, or that budget, is needed",
        )
    raise GateError(
        f"no plan was found within the budget of {format_usd(budget)} a month: the best costs {format_usd(cost)}, and "
        f"none can cost less than {format_usd(bound)}",
        hint="a smaller limits.gap searches longer",
    )


def _proof(demand: Demand, engine: Backend, cost: float, bound: float, *, witness: str) -> Proof:
    gap = (cost - bound) / cost if cost > 0 else 0.0
    proven = gap <= demand.limits.gap
    return Proof(
        solver=engine.label,
        termination=(
            Termination.OPTIMAL if gap <= OPTIMAL_GAP else Termination.WITHIN_GAP if proven else Termination.LIMIT
        ),
        cost_usd_per_month=cost,
        bound_usd_per_month=bound,
        gap=millionths_up(gap),
        proven=proven,
        witness=witness,
    )


def _reasons(answers: list[SiteAnswer]) -> tuple[Reason, ...]:
    """Workloads first, then by subject; with several sites the site stands before it."""
    several = len(answers) > 1
    found = [
        reason.model_copy(update={"subject": f"{answer.key} {reason.subject}"}) if several else reason
        for answer in answers
        for reason in answer.reasons
    ]
    return tuple(sorted(found, key=lambda reason: ("workload " not in reason.subject, reason.subject)))
