"""Services that move requests run undivided: one variant on one node group.

The search knows no such rule: it divides a service wherever that costs less. Where it has divided one that moves its
requests, that service is held to one sort of machine, shared with others or its own, and the site is solved again:
the cheapest plan in which it is undivided counts. The sorts are those that the service was given, and those that it is
given when it has machines of its own. What nothing costs less than was found without the rule, and holds with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from solver.demand.demand import Demand
from solver.demand.names import ALL
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.answer import PoolAnswer
from solver.plan.compute import ComputePlan, NodeGroup, ServicePlan
from solver.plan.cost import total_usd_per_month
from solver.plan.explanation import Reason
from solver.quantity import format_usd
from solver.vocabulary import PurchaseOption

Answer = PoolAnswer[ComputePlan]


def undivided(demand: Demand, answer: Answer, solve: Callable[[Demand], Answer]) -> Answer:
    """The answer with each service that moves requests in one part; as it is where none is divided, or none can be."""
    first, reasons = answer, list[Reason]()
    while (service := next(_divided(answer.plan), None)) is not None:
        found: list[tuple[float, int, Answer, Demand]] = []
        for place, held in enumerate(_held_to_one_sort(demand, answer.plan, service.key, solve)):
            other = _possible(held, solve)
            if other is not None and service.key not in {each.key for each in _divided(other.plan)}:
                found.append((total_usd_per_month(other.lines), place, other, held))
        if not found:
            return answer
        usd, _, better, demand = min(found, key=lambda each: each[:2])
        extra = format_usd(usd - total_usd_per_month(answer.lines))
        reasons.append(
            Reason(
                subject=f"workload {service.key} deployment",
                text=(
                    "One variant on one node group, between whose versions ECS can move requests: "
                    f"{extra} a month more than in {len(parts_of(service))} parts."
                ),
            )
        )
        answer = better
    bound = min(first.bound_usd_per_month, total_usd_per_month(answer.lines))
    return replace(answer, bound_usd_per_month=bound, reasons=(*answer.reasons, *reasons)) if reasons else answer


def parts_of(service: ServicePlan) -> list[tuple[str, str]]:
    """Variants and node groups: each pair is one ECS service."""
    return [(variant.key, group) for variant in service.variants for group in variant.node_groups]


def _divided(plan: ComputePlan) -> Iterator[ServicePlan]:
    return (service for service in plan.services if service.moves_requests and len(parts_of(service)) > 1)


Sort = tuple[str, tuple[str, ...], PurchaseOption]
"""A variant, machine types of one shape, and how they are bought."""


def _held_to_one_sort(
    demand: Demand, plan: ComputePlan, key: str, solve: Callable[[Demand], Answer]
) -> Iterator[Demand]:
    wish = demand.workloads[key]
    if not isinstance(wish, Service):
        return
    for sort in _sorts(plan, key):
        yield from _held(demand, key, wish, sort, apart=False)
    apart = demand.model_copy(
        update={"workloads": {**demand.workloads, key: wish.model_copy(update={"apart_from": ALL})}}
    )
    alone = _possible(apart, solve)
    for sort in () if alone is None else _sorts(alone.plan, key):
        yield from _held(demand, key, wish, sort, apart=True)


def _sorts(plan: ComputePlan, key: str) -> list[Sort]:
    groups: dict[str, NodeGroup] = {group.key: group for group in plan.node_groups}
    return list(
        dict.fromkeys(
            (variant, groups[group].machine_types, groups[group].purchase)
            for service in plan.services
            if service.key == key
            for variant, group in parts_of(service)
        )
    )


def _held(demand: Demand, key: str, wish: Service, sort: Sort, *, apart: bool) -> Iterator[Demand]:
    """The demand with the service on machines of that sort; none where it may not be on spot alone."""
    variant, types, purchase = sort
    spot = purchase is PurchaseOption.SPOT
    if spot and wish.interruptible_share < 1:
        return
    only = wish.variants[variant].model_copy(update={"machines": types})
    changed: dict[str, object] = {"variants": {variant: only}, "interruptible_share": float(spot)}
    held = wish.model_copy(update={**changed, "apart_from": ALL} if apart else changed)
    yield demand.model_copy(update={"workloads": {**demand.workloads, key: held}})


def _possible(demand: Demand, solve: Callable[[Demand], Answer]) -> Answer | None:
    try:
        return solve(demand)
    except InfeasibleError:
        return None
