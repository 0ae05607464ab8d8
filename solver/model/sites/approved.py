"""The choice that an approved plan was made with, read from what its sites serve and run."""

from __future__ import annotations

from collections.abc import Mapping

from solver.model.sites.choice import WHOLE, Choice, Options
from solver.plan.plan import SitePlan


def approved_choice(options: Options, approved: Mapping[str, SitePlan]) -> Choice | None:
    """The approved choice where the demand still allows it, else None; what is new goes to its first site."""
    jobs: dict[str, str] = {}
    routes: dict[tuple[str, str], Mapping[str, int]] = {}
    for job in options.jobs:
        there = [site for site, plan in approved.items() if any(each.key == job for each in plan.compute.jobs)]
        allowed = options.sites[job]
        if there and there[0] not in allowed:
            return None
        jobs[job] = there[0] if there else allowed[0]
    for workload, origin in options.free():
        if origin is None:
            continue
        parts = {site: plan.serves.get(workload, {}).get(origin, 0.0) for site, plan in approved.items()}
        total = sum(parts.values())
        if not total:
            continue
        allowed = options.serving(workload, origin)
        route = {site: round(WHOLE * part / total) for site, part in sorted(parts.items()) if part}
        if not set(route) <= set(allowed) or sum(route.values()) != WHOLE:
            return None
        routes[workload, origin] = route
    return Choice(jobs, routes)
