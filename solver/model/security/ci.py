"""ci_of: the role of a repository's pull requests, on the stack's first site: IAM is the whole account's."""

from __future__ import annotations

from solver.demand.demand import Demand
from solver.plan.security import CiPlan
from solver.vocabulary import StackKind


def ci_of(demand: Demand, site_key: str) -> CiPlan | None:
    """What the stack builds for its CI at a site; None: nothing."""
    wish = demand.ci
    if wish is None or site_key != next(iter(demand.aws_sites)):
        return None
    existing = demand.aws_sites[site_key].network.existing
    source = None if existing is None else existing.stack
    return CiPlan(
        builds_issuer=not wish.issuer_exists,
        subjects=(f"repo:{wish.repository}:pull_request",),
        cloudformation_stacks=(source.name,) if source is not None and source.kind is StackKind.CLOUDFORMATION else (),
    )
