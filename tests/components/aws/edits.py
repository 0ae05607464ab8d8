"""Small changes of a site's compute plan, for tests."""

from __future__ import annotations

from solver.plan.compute import JobPlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.deployment import DeploymentPlan, HookPlan, RollBackPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import DeploymentStage, DeploymentStrategy

CANARY = DeploymentPlan(
    strategy=DeploymentStrategy.CANARY,
    bake_minutes=10,
    step_percent=5,
    step_minutes=5,
    roll_back_on=RollBackPlan(error_share=0.02, latency_ms=500),
    hooks=(
        HookPlan(
            stage=DeploymentStage.POST_SCALE_UP,
            lambda_arn="arn:aws:lambda:eu-west-1:123456789012:function:smoke",
        ),
    ),
)
"""A deployment with all that one can have."""


def with_variants(site: SitePlan, workload: str, **changes: object) -> SitePlan:
    """The site with all variants of one service changed."""
    services = tuple(
        service.model_copy(update={"variants": tuple(v.model_copy(update=changes) for v in service.variants)})
        if service.key == workload
        else service
        for service in site.compute.services
    )
    return _with_compute(site, services=services)


def with_service(site: SitePlan, workload: str, **changes: object) -> SitePlan:
    """The site with one service changed."""
    return _with_compute(
        site,
        services=tuple(
            service.model_copy(update=changes) if service.key == workload else service
            for service in site.compute.services
        ),
    )


def deployed(site: SitePlan, workload: str, deployment: DeploymentPlan) -> SitePlan:
    """The site with one service deployed so, also at its load balancers."""
    balancers = tuple(
        balancer.model_copy(
            update={
                "targets": tuple(
                    target.model_copy(update={"moves_requests": deployment.moves_requests})
                    if target.workload == workload
                    else target
                    for target in balancer.targets
                )
            }
        )
        for balancer in site.network.load_balancers
    )
    network = site.network.model_copy(update={"load_balancers": balancers})
    return with_service(site, workload, deployment=deployment).model_copy(update={"network": network})


def with_group(site: SitePlan, group: str, **changes: object) -> SitePlan:
    """The site with one node group changed."""
    return _with_compute(
        site,
        node_groups=tuple(
            found.model_copy(update=changes) if found.key == group else found for found in site.compute.node_groups
        ),
    )


def with_job(site: SitePlan, **changes: object) -> SitePlan:
    """The site with its jobs changed."""
    return _with_compute(site, jobs=tuple(job.model_copy(update=changes) for job in site.compute.jobs))


def with_upkeep(site: SitePlan, **changes: object) -> SitePlan:
    """The site with its machines renewed in another way."""
    return _with_compute(site, upkeep=site.compute.upkeep.model_copy(update=changes))


def service(site: SitePlan, key: str) -> ServicePlan:
    """One service of the site."""
    return next(found for found in site.compute.services if found.key == key)


def variant(site: SitePlan, workload: str, key: str) -> VariantPlan:
    """One variant of a service of the site."""
    return next(found for found in service(site, workload).variants if found.key == key)


def group(site: SitePlan, key: str) -> NodeGroup:
    """One node group of the site."""
    return next(found for found in site.compute.node_groups if found.key == key)


def job(site: SitePlan) -> JobPlan:
    """The first job of the site."""
    return site.compute.jobs[0]


def _with_compute(site: SitePlan, **changes: object) -> SitePlan:
    return site.model_copy(update={"compute": site.compute.model_copy(update=changes)})
