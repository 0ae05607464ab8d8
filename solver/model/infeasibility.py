"""Infeasibility: which wishes of the demand can't hold together, as the smallest set that a deletion filter finds.

A wish is dropped from the demand; where there is still no plan, it is not needed for the conflict and stays dropped.
What is left at the end conflicts, and no part of it does. The loads themselves are not wishes: they always stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from solver.demand.demand import Demand
from solver.demand.workloads import BatchJob, ReplicaBounds, Service, TrainingJob, Window
from solver.errors import InfeasibleError
from solver.vocabulary import Survive

Answer = TypeVar("Answer")
_MOST_REPLICAS = 10_000
_MOST_GROUPS = 100
_ANY_GAP = 0.5
_WHOLE_DAY = 24


@dataclass(frozen=True)
class Wish:
    """A limit of the demand that a plan may be unable to keep."""

    words: str
    """As the demand file says it: `limits.node_groups: 1`."""
    dropped: Callable[[Demand], Demand]
    """The demand without it."""


def solve_or_explain(demand: Demand, site_key: str, solve: Callable[[Demand], Answer]) -> Answer:
    """What `solve` gives; where it finds that nothing can be had, InfeasibleError names the wishes in conflict."""
    try:
        return solve(demand)
    except InfeasibleError as error:
        conflict = _conflict(demand, site_key, solve)
        if not conflict:
            raise
        alone = [wish for wish in conflict if _possible(wish.dropped(demand), solve)]
        hint = f"Without {' or without '.join(wish.words for wish in alone)} there is a plan" if alone else None
        raise InfeasibleError(
            f"site {site_key}: these can't hold together with the loads and the work that the demand asks for",
            conflict=tuple(wish.words for wish in conflict),
            hint=hint,
        ) from error


def _conflict(demand: Demand, site_key: str, solve: Callable[[Demand], Answer]) -> list[Wish]:
    wishes = list(_wishes(demand, site_key))
    bare = demand
    for wish in wishes:
        bare = wish.dropped(bare)
    if not _possible(bare, solve):
        return []
    needed: list[Wish] = []
    for place, wish in enumerate(wishes):
        without = demand
        for other in [*(each for each in wishes[:place] if each not in needed), wish]:
            without = other.dropped(without)
        if _possible(without, solve):
            needed.append(wish)
    return needed


def _possible(demand: Demand, solve: Callable[[Demand], Answer]) -> bool:
    limits = demand.limits.model_copy(update={"gap": _ANY_GAP})
    try:
        solve(demand.model_copy(update={"limits": limits}))
    except InfeasibleError:
        return False
    return True


def _wishes(demand: Demand, site_key: str) -> Iterator[Wish]:
    limits = demand.limits
    yield Wish(f"limits.node_groups: {limits.node_groups}", _with_limits({"node_groups": _MOST_GROUPS}))
    if limits.machines:
        yield Wish(f"limits.machines: {', '.join(limits.machines)}", _with_limits({"machines": ()}))
    if limits.exclude_machines:
        words = f"limits.exclude_machines: {', '.join(limits.exclude_machines)}"
        yield Wish(words, _with_limits({"exclude_machines": ()}))
    for family, most in sorted(demand.sites[site_key].quotas.items()):
        yield Wish(f"sites.{site_key}.quotas.{family}: {most}", _without_quota(site_key, family))
    for key, workload in sorted(demand.workloads.items()):
        if demand.site_of(workload) != site_key:
            continue
        if isinstance(workload, Service):
            yield from _service_wishes(key, workload)
        else:
            yield from _job_wishes(key, workload)


def _service_wishes(key: str, service: Service) -> Iterator[Wish]:
    name = f"workloads.{key}"
    if service.survive is Survive.ZONE:
        yield Wish(f"{name}.survive: zone", _with_workload(key, {"survive": Survive.NONE}))
    if service.max_per_machine is not None:
        words = f"{name}.max_per_machine: {service.max_per_machine}"
        yield Wish(words, _with_workload(key, {"max_per_machine": None}))
    bounds = ReplicaBounds(min=service.replicas.min, max=max(service.replicas.min, _MOST_REPLICAS))
    yield Wish(f"{name}.replicas.max: {service.replicas.max}", _with_workload(key, {"replicas": bounds}))


def _job_wishes(key: str, job: BatchJob | TrainingJob) -> Iterator[Wish]:
    window = job.window
    words = f"workloads.{key}.window: {window.hours} h"
    longer = Window(days=window.days, opens="00:00", deadline="24:00")  # pyright: ignore[reportArgumentType] — as written
    if window.hours < _WHOLE_DAY:
        yield Wish(words, _with_workload(key, {"window": longer}))
    if isinstance(job, BatchJob):
        words = f"workloads.{key}.max_parallel: {job.max_parallel}"
        yield Wish(words, _with_workload(key, {"max_parallel": 100_000}))


def _with_limits(update: dict[str, object]) -> Callable[[Demand], Demand]:
    return lambda demand: demand.model_copy(update={"limits": demand.limits.model_copy(update=update)})


def _without_quota(site_key: str, family: str) -> Callable[[Demand], Demand]:
    def dropped(demand: Demand) -> Demand:
        site = demand.sites[site_key]
        quotas = {name: most for name, most in site.quotas.items() if name != family}
        return demand.model_copy(
            update={"sites": {**demand.sites, site_key: site.model_copy(update={"quotas": quotas})}}
        )

    return dropped


def _with_workload(key: str, update: dict[str, object]) -> Callable[[Demand], Demand]:
    def dropped(demand: Demand) -> Demand:
        workload = demand.workloads[key].model_copy(update=update)
        return demand.model_copy(update={"workloads": {**demand.workloads, key: workload}})

    return dropped
