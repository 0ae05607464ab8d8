"""Deployments: what a service's new version needs of the plan while the old one still runs.

A deployment that moves requests runs all replicas of the new version beside all of the old one. For each such service

    Σ over its groups  max_machines(group) · slots(group, variant)  ≥  2 · highest replicas

`ceilings.py` raises the groups' ceilings to it; nothing is paid for the room until a deployment takes it. ECS moves the
requests of one of its services between two target groups that no other one has, so such a service is one variant on one
node group.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.compute.needs import Needs
from solver.model.compute.undivided import parts_of
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.deployment import DeploymentPlan, HookPlan, RollBackPlan
from solver.vocabulary import DeploymentStrategy

OLD_AND_NEW = 2
"""Versions that run beside each other."""
BAKE_MINUTES, STEP_PERCENT, STEP_MINUTES = 10, 10.0, 5
"""Where the demand does not say; five minutes see an alarm of three one-minute periods."""


def deployment_plan(service: Service) -> DeploymentPlan | None:
    """The service's deployment with all that the demand left open; None: plain rolling."""
    wish = service.deployment
    if wish is None:
        return None
    watched = wish.roll_back_on
    stepped = wish.strategy in (DeploymentStrategy.CANARY, DeploymentStrategy.LINEAR)
    roll_back_on = (
        None
        if watched is None
        else RollBackPlan(
            error_share=watched.error_share,
            latency_ms=watched.latency_ms,
            latency_percentile=99.0 if service.latency is None else service.latency.percentile,
            alarms=watched.alarms,
        )
    )
    if wish.strategy is DeploymentStrategy.ROLLING and roll_back_on is None:
        return None
    return DeploymentPlan(
        strategy=wish.strategy,
        bake_minutes=_minutes(wish.bake_minutes, BAKE_MINUTES) if wish.moves_requests else 0,
        step_percent=(wish.step_percent or STEP_PERCENT) if stepped else None,
        step_minutes=_minutes(wish.step_minutes, STEP_MINUTES) if stepped else None,
        roll_back_on=roll_back_on,
        hooks=tuple(HookPlan(stage=each.stage, lambda_arn=each.lambda_arn) for each in wish.hooks),
    )


def machines_for_both_versions(needs: Needs, slots: Sequence[int], peak: int) -> int:
    """Machines of a group on which both versions of its services have room: twice `peak` where one moves requests.

    `slots` has the replicas of each runnable variant on a machine.
    """
    moving = any(
        count and _moves(needs.services[needs.runnables[number].service].service) for number, count in enumerate(slots)
    )
    return OLD_AND_NEW * peak if moving else peak


def refuse_undeployable(site_key: str, plan: ComputePlan) -> None:
    """InfeasibleError for services that move requests and run as several ECS services, or have room for one version."""
    _refuse_divided(plan)
    _refuse_without_room(site_key, plan)


def _refuse_divided(plan: ComputePlan) -> None:
    for service in plan.services:
        parts = parts_of(service)
        if service.moves_requests and len(parts) > 1 and service.deployment is not None:
            raise InfeasibleError(
                f"{service.key} can't be deployed {service.deployment.strategy}: ECS moves the requests of one variant "
                f"on one node group, and the plan has {len(parts)}",
                conflict=(
                    f"workloads.{service.key}.deployment.strategy: {service.deployment.strategy}",
                    *(f"workloads.{service.key} runs {variant} on {group}" for variant, group in parts),
                ),
                hint=(
                    "one variant with one machine type in `machines` and an interruptible_share of 0 or 1 makes it "
                    "one; strategy: rolling has no such limit"
                ),
            )


def _refuse_without_room(site_key: str, plan: ComputePlan) -> None:
    groups: dict[str, NodeGroup] = {group.key: group for group in plan.node_groups}
    for service in plan.services:
        if not service.moves_requests or service.deployment is None:
            continue
        for variant in service.variants:
            room = sum(
                groups[key].max_machines * groups[key].slots.get(f"{service.key}.{variant.key}", 0)
                for key in variant.node_groups
            )
            if room < OLD_AND_NEW * variant.replicas.high:
                raise InfeasibleError(
                    f"{service.key} can't be deployed {service.deployment.strategy}: both versions together are "
                    f"{OLD_AND_NEW * variant.replicas.high} replicas",
                    conflict=(
                        f"workloads.{service.key}.deployment.strategy: {service.deployment.strategy}",
                        f"sites.{site_key}.quotas: they leave room for {room} replicas of {service.key}",
                    ),
                    hint="a higher quota, or strategy: rolling",
                )


def _moves(service: Service) -> bool:
    return service.deployment is not None and service.deployment.moves_requests


def _minutes(wished: int | None, usual: int) -> int:
    return usual if wished is None else wished
