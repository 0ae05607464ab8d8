"""VPC endpoints: AWS services reached without NAT, by a free route (gateway) or by addresses in the VPC (interface)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.network.egress import Egress
from components.aws.network.endpoint_policies import endpoint_policy
from components.aws.network.subnets import Addresses
from components.naming import SiteNames
from components.options import child_of
from solver.plan.network import EndpointPlan, NetworkPlan
from solver.vocabulary import EndpointKind, Tier


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """What later pools need of the endpoints."""

    group_id: pulumi.Output[str] | None
    """Security group of the interface endpoints."""
    prefix_list_ids: Mapping[str, pulumi.Output[str]]
    """By service of a gateway endpoint."""
    ready: tuple[pulumi.Resource, ...]
    """All of them."""


def endpoints(
    name: str,
    plan: NetworkPlan,
    addresses: Addresses,
    ways: Egress,
    names: SiteNames,
    *,
    buckets: Sequence[str],
    parent: pulumi.Resource,
) -> Endpoints:
    """The planned endpoints; all interface endpoints share one security group. `buckets` are keys of the site's own."""
    group: aws.ec2.SecurityGroup | None = None
    if any(endpoint.kind is EndpointKind.INTERFACE for endpoint in plan.endpoints):
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            description="Interface endpoints of AWS services",
            vpc_id=addresses.vpc_id,
            tags=names.tags("endpoints"),
            opts=child_of(parent),
        )
    made = {
        endpoint.service: _endpoint(name, endpoint, addresses, ways, group, names, buckets, parent)
        for endpoint in plan.endpoints
    }
    return Endpoints(
        group_id=None if group is None else group.id,
        prefix_list_ids={
            endpoint.service: made[endpoint.service].prefix_list_id
            for endpoint in plan.endpoints
            if endpoint.kind is EndpointKind.GATEWAY
        },
        ready=tuple(made.values()),
    )


def _endpoint(
    name: str,
    plan: EndpointPlan,
    addresses: Addresses,
    ways: Egress,
    group: aws.ec2.SecurityGroup | None,
    names: SiteNames,
    buckets: Sequence[str],
    parent: pulumi.Resource,
) -> aws.ec2.VpcEndpoint:
    key = plan.service.replace(".", "-")
    service_name = f"{'cn.' if names.partition == 'aws-cn' else ''}com.amazonaws.{names.region}.{plan.service}"
    policy = endpoint_policy(plan.service, names, buckets=buckets)
    if group is None or plan.kind is EndpointKind.GATEWAY:
        return aws.ec2.VpcEndpoint(
            f"{name}-endpoint-{key}",
            vpc_id=addresses.vpc_id,
            service_name=service_name,
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in ways.inner_tables.values()],
            policy=policy,
            tags=names.tags(key),
            opts=child_of(parent),
        )
    return aws.ec2.VpcEndpoint(
        f"{name}-endpoint-{key}",
        vpc_id=addresses.vpc_id,
        service_name=service_name,
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=addresses.ids(Tier.PRIVATE, plan.zones),
        security_group_ids=[group.id],
        policy=policy,
        tags=names.tags(key),
        opts=child_of(parent),
    )
