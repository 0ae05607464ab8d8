"""Which part of the loads owned hosts serve, and which is bought: placements tried, and what none costs less than.

Each placement is planned in full: what it leaves over goes to the sites of AWS, which are planned for it as they are
planned alone. Placements tried: the one that an estimate of AWS's prices calls best; each service that may run on both
kinds of sites served here as far as it can be, before the others; none of them here, where hosts cost something.

Nothing costs less than the hosts that what must run here needs, and sites of AWS that are asked only for what is left
where each service by itself has as much of the hosts as it can use, before and after the loss of each Docker site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.backend import Backend
from solver.model.deadline import Deadline
from solver.model.owned.conflict import too_small
from solver.model.owned.decode import docker_plans, host_lines
from solver.model.owned.hosts import approved_replicas
from solver.model.owned.placement import Placement
from solver.model.owned.program import Held
from solver.model.owned.rest import left_over, shares_of
from solver.model.owned.shares import Shares
from solver.model.owned.takeover import held_without, least_after_losses, left_after_losses
from solver.model.owned.worth import Values, worth
from solver.model.standby import standby_of
from solver.plan.cost import CostLine, total_usd_per_month
from solver.plan.docker import DockerSitePlan
from solver.plan.explanation import Reason
from solver.quantity import cents, format_usd
from solver.vocabulary import Survive

_NEARLY = 1 - 1e-6
_FEWEST = 2
"""Sites of a service that outlives the loss of one."""
_FIRST = 1e3
"""How much dearer a service's load is taken to be for a placement that serves it before all others."""


class Bought(Protocol):
    """Sites of AWS that are planned for what owned hosts leave over."""

    @property
    def usd_per_month(self) -> float: ...
    @property
    def bound_usd_per_month(self) -> float: ...


Rest = TypeVar("Rest", bound=Bought)


@dataclass(frozen=True)
class Shared(Generic[Rest]):
    """Owned hosts and what is bought beside them."""

    sites: Mapping[str, DockerSitePlan]
    lines: tuple[CostLine, ...]
    """Of the hosts."""
    demand: Demand
    """What the sites of AWS are asked for."""
    rest: Rest
    bound_usd_per_month: float
    """Nothing that holds the whole demand costs less."""
    reasons: tuple[Reason, ...]


def share(
    demand: Demand,
    catalog: Catalog,
    backend: Backend,
    approved: Mapping[str, DockerSitePlan],
    planned: Callable[[Demand], Rest],
    deadline: Deadline,
    barred: frozenset[tuple[str, str]],
) -> Shared[Rest]:
    """The cheapest that was found; InfeasibleError where hosts are too small, or the rest has no plan."""
    shares = shares_of(demand, barred)
    placement = Placement(shares, backend, approved_replicas(dict(approved)))
    values = worth(shares, catalog)
    tried: dict[str, tuple[Held, Demand, Rest]] = {}
    failed: InfeasibleError | None = None
    _refuse_alone(shares)
    must = placement.held({})
    if must is None:
        raise too_small(shares, backend)
    seen: set[str] = set()
    for words, held in _candidates(placement, values, must):
        if tried and deadline.has_passed():
            break
        rest = left_over(shares, held.served, after=left_after_losses(shares, held.replicas))
        standbys = {key: standby_of(entry) for key, entry in rest.workloads.items()}
        marks = rest.model_dump_json() + repr((sorted(held.replicas.items()), sorted(standbys.items())))
        if marks in seen:
            continue
        seen.add(marks)
        try:
            tried[words] = (held, rest, planned(rest))
        except InfeasibleError as error:
            # The first is the placement that costs least by estimate, which leaves AWS least to do.
            failed = failed or error
    if not tried:
        assert failed is not None
        raise failed
    best = min(tried, key=lambda words: tried[words][0].usd_per_month + tried[words][2].usd_per_month)
    held, rest, answer = tried[best]
    plans = docker_plans(shares, held)
    lines = host_lines(demand, plans)
    least = must.bound_usd_per_month + _least_rest(shares, placement, values, held, answer, planned)
    costs = {words: each.usd_per_month + more.usd_per_month for words, (each, _, more) in tried.items()}
    return Shared(
        sites=plans,
        lines=lines,
        demand=rest,
        rest=answer,
        bound_usd_per_month=min(least, total_usd_per_month(lines) + answer.usd_per_month),
        reasons=(*_reasons(shares, plans, best, costs), *_loss_reasons(shares, held)),
    )


def _candidates(placement: Placement, values: Values, must: Held) -> Iterator[tuple[str, Held]]:
    if not values:
        yield "only what must run there", must
        return
    estimated = placement.held(values)
    if estimated is not None:
        yield "as AWS's prices say", estimated
    for key in values if len(values) > 1 else ():
        first = {
            name: tuple((width, usd * (_FIRST if name == key else 1.0)) for width, usd in levels)
            for name, levels in values.items()
        }
        found = placement.held(first)
        if found is not None:
            yield f"{key} first", found
    yield "only what must run there", must


def _least_rest(
    shares: Shares,
    placement: Placement,
    values: Values,
    held: Held,
    answer: Bought,
    planned: Callable[[Demand], Bought],
) -> float:
    """USD a month below which the sites of AWS can't be had, whatever the hosts hold."""
    most = {key: placement.most(key) for key in values}
    here = {key: sum(sum(parts.values()) for parts in held.served.get(key, {}).values()) for key in values}
    without = {
        (key, lost): placement.most_without(key, lost) for key in shares.survivors for lost in shares.owned_sites(key)
    }
    kept = {each: float(held_without(shares, held.replicas, *each)) for each in without}
    if all(here[key] >= (each or 0.0) * _NEARLY for key, each in most.items()) and all(
        kept[each] >= room * _NEARLY for each, room in without.items()
    ):
        return answer.bound_usd_per_month
    at_most = {key: each or 0.0 for key, each in most.items()}
    try:
        rest = left_over(shares, held.served, at_most, least_after_losses(shares, without))
        return planned(rest).bound_usd_per_month
    except InfeasibleError:
        return 0.0


def _refuse_alone(shares: Shares) -> None:
    """InfeasibleError where a service shall outlive a site, and machines leave it one site or none."""
    for key, entry in sorted(shares.demand.workloads.items()):
        if isinstance(entry, Service) and entry.survive is Survive.SITE and len(shares.options.sites[key]) < _FEWEST:
            left = ", ".join(shares.options.sites[key]) or "none"
            raise InfeasibleError(
                f"{key} can't outlive the loss of a site: machines that hold it are on {left}",
                conflict=(f"workloads.{key}.survive: site", f"workloads.{key}.variants"),
                hint="hosts or machines of another site that hold a replica would do",
            )


def _loss_reasons(shares: Shares, held: Held) -> Iterator[Reason]:
    """What is up on hosts for the loss of each site."""
    for key in shares.survivors:
        parts: list[str] = []
        for lost in shares.options.sites[key]:
            room = float(held_without(shares, held.replicas, key, lost))
            parts.append(f"without {lost} hosts of other sites can do {room:,.4g}/s")
        peak = f"{shares.peaks[key]:,.4g}/s are asked for at its highest: "
        rest = ", AWS the rest" if shares.bought_sites(key) else ""
        yield Reason(subject=f"sites of {key} after a loss", text=f"{peak}{'; '.join(parts)}{rest}.")


def _reasons(
    shares: Shares, plans: Mapping[str, DockerSitePlan], best: str, costs: Mapping[str, float]
) -> Iterator[Reason]:
    others = sorted(((usd, words) for words, usd in costs.items() if words != best), key=lambda each: each)
    for site, plan in plans.items():
        for service in plan.services:
            peak = shares.peaks[service.key]
            part = service.most_per_second / peak if peak else 1.0
            text = f"{site} serves up to {service.most_per_second:,.4g}/s, {part * 100:.3g} % of its highest load"
            text += "; what is above goes to AWS." if shares.bought_sites(service.key) and part < 1 else "."
            yield Reason(subject=f"sites of {service.key}", text=text)
    if others and len(costs) > 1:
        usd, words = others[0]
        yield Reason(
            subject="owned hosts",
            text=f"Placed {best}, {format_usd(costs[best])} a month with what is bought beside them.",
            next_best=words,
            extra_usd_per_month=cents(usd - costs[best]),
        )
