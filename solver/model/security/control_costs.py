"""Control costs: the cheapest measures for all controls, less the cheapest for all controls but one, exactly."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.backend import Backend
from solver.model.retired import without_retired
from solver.model.security.amounts import planned_amounts
from solver.model.security.asked import asked_of
from solver.model.security.cover import Cover, CoverProblem, cheapest_cover
from solver.model.security.drivers import PlanFacts
from solver.model.security.effects import without_measures
from solver.plan.explanation import ControlCost
from solver.plan.plan import SitePlan
from solver.quantity import cents


def control_costs(
    demand: Demand, site_key: str, catalog: Catalog, plan: SitePlan, backend: Backend
) -> Iterator[ControlCost]:
    """One for each control of the site's profile, dearest first; the other pools stay as the plan has them."""
    network, compute = without_measures(demand, site_key, plan.network, without_retired(plan.compute))
    facts = PlanFacts(
        demand=demand,
        site_key=site_key,
        network=network,
        compute=compute,
        storage=plan.storage,
        amounts=planned_amounts(compute, network),
    )
    problem = asked_of(facts, catalog).problem
    whole = cheapest_cover(problem, backend)
    covers: dict[tuple[str, ...], Cover] = {}

    def without(dropped: Collection[str]) -> Cover:
        kept = tuple(control for control in problem.controls if control not in dropped)
        if kept not in covers:
            covers[kept] = cheapest_cover(replace(problem, controls=kept), backend)
        return covers[kept]

    found: list[ControlCost] = []
    for control in problem.controls:
        alone = without({control})
        group = _dependent(problem, whole, control)
        found.append(
            ControlCost(
                site=site_key,
                control=control,
                usd_per_month=cents(whole.usd_per_month - alone.usd_per_month),
                measures=tuple(name for name in whole.chosen if name not in alone.chosen),
                together_with=tuple(each for each in group if each != control),
                together_usd_per_month=cents(whole.usd_per_month - without(group).usd_per_month),
            )
        )
    yield from sorted(found, key=lambda each: (-each.together_usd_per_month, -each.usd_per_month, each.control))


def _dependent(problem: CoverProblem, cover: Cover, control: str) -> tuple[str, ...]:
    """The control and those that the chosen measures for it, or measures that require these, cover as well."""
    chosen = [each for each in problem.measures if each.name in cover.chosen and each.name not in problem.given]
    names = {each.name for each in chosen if control in each.covers}
    while more := {each.name for each in chosen if names & set(each.requires)} - names:
        names |= more
    covered = {each for measure in chosen if measure.name in names for each in measure.covers}
    return tuple(each for each in problem.controls if each in covered or each == control)
