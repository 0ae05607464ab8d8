"""Deployments and scaling: as the demand says for each service, with room for both versions beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.scaling import Scaling
from solver.demand.workloads import Service
from solver.plan.compute import ServicePlan
from solver.proofs.view import SiteView
from solver.vocabulary import DeploymentStrategy


def deployment_faults(view: SiteView) -> Iterator[str]:
    """What is wrong with the deployments of a site, in words."""
    planned = {service.key: service for service in view.plan.compute.services}
    with_two = {
        target.workload
        for balancer in view.plan.network.load_balancers
        for target in balancer.targets
        if target.moves_requests
    }
    for key, wish in view.services():
        strategy = DeploymentStrategy.ROLLING if wish.deployment is None else wish.deployment.strategy
        moves = strategy is not DeploymentStrategy.ROLLING
        if moves is not (key in with_two):
            yield f"{key}: deployed {strategy}, and the load balancer has {'one' if moves else 'two'} target groups"
        service = planned.get(key)
        if service is None:
            continue
        found = DeploymentStrategy.ROLLING if service.deployment is None else service.deployment.strategy
        if found is not strategy:
            yield f"{key}: the plan deploys it {found}, the demand {strategy}"
        yield from _alarms(key, wish, service)
        scaled = None if service.scaling is None else Scaling.model_validate(service.scaling.model_dump())
        if scaled != wish.scaling:
            yield f"{key}: the plan scales it otherwise than the demand"
        if moves:
            yield from _both_versions(view, service)


def _alarms(key: str, wish: Service, service: ServicePlan) -> Iterator[str]:
    asked = None if wish.deployment is None else wish.deployment.roll_back_on
    given = None if service.deployment is None else service.deployment.roll_back_on
    wanted = None if asked is None else (asked.error_share, asked.latency_ms, asked.alarms)
    if wanted != (None if given is None else (given.error_share, given.latency_ms, given.alarms)):
        yield f"{key}: the plan rolls back on other alarms than the demand"
    hooks = [] if wish.deployment is None else [(each.stage, each.lambda_arn) for each in wish.deployment.hooks]
    if hooks != [(each.stage, each.lambda_arn) for each in (service.deployment.hooks if service.deployment else ())]:
        yield f"{key}: the plan asks other functions than the demand"


def _both_versions(view: SiteView, service: ServicePlan) -> Iterator[str]:
    places = [(variant, group) for variant in service.variants for group in variant.node_groups]
    if len(places) > 1:
        yield f"{service.key}: requests move between two target groups, and it runs in {len(places)} parts"
    for variant, key in places:
        group = view.groups.get(key)
        room = 0 if group is None else group.max_machines * group.slots.get(f"{service.key}.{variant.key}", 0)
        both = 2 * max(variant.replicas.hourly())
        if room < both:
            yield f"{service.key}: both versions are {both} replicas, {key} has room for {room}"
