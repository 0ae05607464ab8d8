"""Names under which services reach each other: a private DNS zone that ECS keeps up to date.

Cloud Map rather than Service Connect: that one runs a proxy beside every task, with cpu and memory that no plan counts.
"""

from __future__ import annotations

import pulumi
from pulumi_aws import servicediscovery

from components.naming import SiteNames, internal_domain
from components.options import child_of
from solver.plan.compute import ServicePlan

RECORD_SECONDS = 10
"""How long a caller may keep an address: replicas come and go with the load."""


def namespace_name(names: SiteNames) -> str:
    """`main.prod.internal`: only the VPC resolves it."""
    return internal_domain(names.stack, names.site)


def call_address(names: SiteNames, service: ServicePlan) -> str:
    """`fraud.main.prod.internal:50051`: how another service of the site calls this one."""
    return f"{service.key}.{namespace_name(names)}:{service.port}"


def build_discovery(
    parent: pulumi.Resource,
    name: str,
    services: tuple[ServicePlan, ...],
    *,
    names: SiteNames,
    vpc_id: pulumi.Output[str],
) -> dict[str, servicediscovery.Service]:
    """One registry for each service that others call by name, shared by its variants; no zone without one."""
    called = [service.key for service in services if service.discovery]
    if not called:
        return {}
    namespace = servicediscovery.PrivateDnsNamespace(
        f"{name}-namespace",
        name=namespace_name(names),
        vpc=vpc_id,
        tags=names.tags("namespace"),
        opts=child_of(parent),
    )
    return {
        key: servicediscovery.Service(
            f"{name}-registry-{key}",
            name=key,
            dns_config={
                "namespace_id": namespace.id,
                "routing_policy": "MULTIVALUE",
                "dns_records": [{"type": "A", "ttl": RECORD_SECONDS}],
            },
            # ECS reports each task's health itself; without this AWS would take every registered task for healthy.
            health_check_custom_config={"failure_threshold": 1},
            force_destroy=True,
            tags=names.tags("registry", key, workload=key),
            opts=child_of(parent),
        )
        for key in called
    }
