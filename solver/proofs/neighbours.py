"""Neighbours: no machine may hold two workloads that the demand keeps apart, in any hour, nor after a zone is lost.

Tasks of a lost zone come back on machines of their own node groups, up to the slots of each. So beside the placement of
every hour, what a group has slots for counts, and what its services may start there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from solver.demand.demand import Demand
from solver.proofs.view import HOURS, SiteView

_EVERY_OTHER = "all"


def neighbour_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the company that workloads of a site have, in words."""
    if not any(workload.apart_from for workload in view.demand.workloads.values()):
        return
    served: dict[str, set[str]] = {group.key: set() for group in view.plan.compute.node_groups}
    for service in view.plan.compute.services:
        for variant in service.variants:
            for group in variant.node_groups:
                served.setdefault(group, set()).add(service.key)
    for job in view.plan.compute.jobs:
        for group in job.variant.node_groups:
            served.setdefault(group, set()).add(job.key)
    for key, keys in served.items():
        for first, second in _strangers(view.demand, keys):
            yield f"{key}: {first} and {second} may both be started there, and are apart_from each other"
    for group in view.plan.compute.node_groups:
        for first, second in _strangers(view.demand, _workloads(group.slots)):
            yield f"{group.key}: slots of {first} and {second}, which are apart_from each other"
    seen: set[tuple[str, str]] = set()
    for hour in range(HOURS):
        for placed in view.placed[hour]:
            here = _workloads(name for name, count in placed.replicas.items() if count)
            for pair in _strangers(view.demand, here):
                if pair not in seen:
                    seen.add(pair)
                    yield f"{placed.node_group}, hour {hour}: {pair[0]} and {pair[1]} share a machine, and may not"


def _workloads(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def _strangers(demand: Demand, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of these workloads of which one says that they are apart."""
    for first, second in combinations(sorted(keys), 2):
        one, other = demand.workloads.get(first), demand.workloads.get(second)
        if one is None or other is None:
            continue
        if _EVERY_OTHER in (one.apart_from, other.apart_from) or second in one.apart_from or first in other.apart_from:
            yield first, second
