"""ci_of: the roles of a repository's jobs, on the stack's first site: IAM is the whole account's."""

from __future__ import annotations

from solver.demand.ci import CiWish
from solver.demand.demand import Demand
from solver.plan.security import CiPlan, CiSite, CiUpPlan
from solver.vocabulary import StackKind


def ci_of(demand: Demand, site_key: str) -> CiPlan | None:
    """What the stack builds for its CI at a site; None: nothing."""
    wish, sites = demand.ci, demand.aws_sites
    if wish is None or site_key != next(iter(sites)):
        return None
    existing = [site.network.existing for site in sites.values()]
    sources = [each.stack for each in existing if each is not None and each.stack is not None]
    stacks = [each.name for each in sources if each.kind is StackKind.CLOUDFORMATION and each.name is not None]
    return CiPlan(
        builds_issuer=not wish.issuer_exists,
        subjects=_who_looks(wish),
        cloudformation_stacks=tuple(dict.fromkeys(stacks)),
        cloudformation_exports=any(each.kind is StackKind.CLOUDFORMATION_EXPORTS for each in sources),
        others=tuple(CiSite(key=key, region=site.region) for key, site in sites.items() if key != site_key),
        synthetic_checks=demand.monitoring is not None and bool(demand.monitoring.synthetic_checks),
        up=_up(demand, wish),
    )


def _who_looks(wish: CiWish) -> tuple[str, ...]:
    of_pull_requests = f"repo:{wish.repository}:pull_request"
    if wish.branch is None:
        return (of_pull_requests,)
    return of_pull_requests, f"repo:{wish.repository}:ref:refs/heads/{wish.branch}"


def _up(demand: Demand, wish: CiWish) -> CiUpPlan | None:
    if wish.up is None:
        return None
    # GitHub names the environment where a job has one, and the branch of all others.
    of_jobs = (
        f"ref:refs/heads/{wish.up.branch}" if wish.up.environment is None else f"environment:{wish.up.environment}"
    )
    names = [site.network.dns.domain for site in demand.aws_sites.values() if site.network.dns is not None]
    return CiUpPlan(
        subjects=(f"repo:{wish.repository}:{of_jobs}",),
        domains=tuple(dict.fromkeys(names)),
        functions=tuple(sorted({each.rotation_lambda_arn for each in demand.secrets.values()})),
    )
