"""Money: the budget, and that everything that is built is in the plan's bill."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from poolwright.checks.billed import TYPES, Paid
from poolwright.checks.check import Fault, Severity, on_each, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource
from solver.quantity import cents, format_usd

_TABLE = "poolwright/checks/billed.py"


@on_plan(
    id="cost.budget",
    title="The plan costs no more than the budget",
    remedy="Lower the demand, or raise limits.budget_usd_per_month in stacks/; poolwright explain STACK says why",
)
def plan_is_within_budget(evidence: Evidence) -> Iterator[Fault]:
    if evidence.lock is None or evidence.demand is None or evidence.demand.limits.budget_usd_per_month is None:
        return
    cost, budget = evidence.lock.proof.cost_usd_per_month, float(evidence.demand.limits.budget_usd_per_month)
    if cost > budget:
        above = format_usd(cents(cost - budget))
        text = f"costs {format_usd(cost)} a month, {above} above its budget of {format_usd(budget)}"
        yield Fault(text=text, at=("limits", "budget_usd_per_month"))


@on_plan(
    id="cost.sum",
    title="The plan's items add up to its cost",
    remedy="Plan again: poolwright plan STACK --write; a lock is never edited by hand",
)
def items_add_up(evidence: Evidence) -> Iterator[Fault]:
    if evidence.lock is None:
        return
    added = cents(fsum(usd for by_item in evidence.lock.cost_usd_per_month.values() for usd in by_item.values()))
    stated = evidence.lock.proof.cost_usd_per_month
    if abs(added - stated) >= 0.01:
        yield Fault(text=f"its items cost {format_usd(added)} a month, and it says {format_usd(stated)}")


@on_plan(
    id="cost.proof",
    title="The plan was solved to the gap that the demand asks for, and its witness holds",
    severity=Severity.WARN,
    remedy="Plan again without a time limit, or ask for less in limits.gap in stacks/",
)
def plan_is_proven(evidence: Evidence) -> Iterator[Fault]:
    if evidence.lock is not None and not evidence.lock.proof.proven:
        gap = evidence.lock.proof.gap
        yield Fault(
            text=f"may cost up to {gap:.1%} more than the cheapest plan, as far as that is known", at=("limits", "gap")
        )


@on_each(
    id="cost.unpriced",
    title="Every resource type has a price in the plan, or a reason to be free",
    remedy=f"Price it in solver/model and catalog/, then add its row in {_TABLE}; or take the resource out",
)
def types_have_a_price(resource: Resource) -> Iterator[str]:
    if resource.type not in TYPES and not resource.type.startswith("pulumi:"):
        yield f"nobody knows what {resource.type} costs"


@on_stack(
    id="cost.not-in-plan",
    title="What is billed is in the plan's items",
    remedy="Plan again (poolwright plan STACK --write); what is built beside the plan has no price",
)
def what_is_billed_is_planned(evidence: Evidence) -> Iterator[Fault]:
    for key, _ in evidence.sites():
        items = evidence.items(key)
        for resource in evidence.resources:
            row = TYPES.get(resource.type)
            elsewhere = evidence.site_of(resource.name) != key
            if not isinstance(row, Paid) or elsewhere or _is_gateway(resource):
                continue
            if not any(item.startswith(begin) for item in items for begin in row.items):
                yield Fault(text=f"is billed, and the plan has no item {' or '.join(row.items)}", resource=resource)


def _is_gateway(resource: Resource) -> bool:
    """Whether it is an endpoint of the kind that is a route, which AWS bills nothing for."""
    return resource.inputs.get("vpcEndpointType") == "Gateway"
