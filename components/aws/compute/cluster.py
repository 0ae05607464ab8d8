"""The ECS cluster of the services, and which node groups it may use."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import ecs

from components.aws.compute.args import ComputePoolArgs
from components.options import child_of


def build_cluster(parent: pulumi.Resource, name: str, args: ComputePoolArgs) -> ecs.Cluster:
    """A cluster; Container Insights where the plan asks for them. Nobody gets a shell in a task: ECS Exec is off."""
    insights = "enabled" if "container-insights" in args.security.measures else "disabled"
    return ecs.Cluster(
        name,
        name=args.names.cluster,
        settings=[{"name": "containerInsights", "value": insights}],
        tags=args.names.tags("cluster"),
        opts=child_of(parent),
    )


def build_trunking(parent: pulumi.Resource, name: str) -> ecs.AccountSettingDefault:
    """The account's default that gives machines branch interfaces: more tasks with addresses of their own."""
    return _account_default(parent, name, "awsvpcTrunking")


def build_dual_stack(parent: pulumi.Resource, name: str) -> ecs.AccountSettingDefault:
    """The account's default that gives tasks an IPv6 address where their subnet has a block of them."""
    return _account_default(parent, name, "dualStackIPv6")


def _account_default(parent: pulumi.Resource, name: str, setting: str) -> ecs.AccountSettingDefault:
    """It belongs to the account and region, not to the stack: a stack that goes leaves it, since others rely on it."""
    return ecs.AccountSettingDefault(
        name,
        name=setting,
        value="enabled",
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
    )


def allow_capacity_providers(
    parent: pulumi.Resource, name: str, cluster: ecs.Cluster, providers: Mapping[str, ecs.CapacityProvider]
) -> ecs.ClusterCapacityProviders:
    """All node groups of services; each service names those it uses, so there is no default among them."""
    return ecs.ClusterCapacityProviders(
        name,
        cluster_name=cluster.name,
        capacity_providers=[provider.name for provider in providers.values()],
        opts=child_of(parent),
    )
