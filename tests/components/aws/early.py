"""Builds and records the pools before storage and compute: security, network, groups; and the guards."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from components.aws.network.pool import NetworkPool
from components.aws.of_site import groups_args, guards_args, network_args, security_args
from components.aws.security.groups import SecurityGroups
from components.aws.security.guards import Guards
from components.aws.security.pool import SecurityPool
from components.outputs import NetworkOutputs, SecurityGroupsOutputs, SecurityOutputs
from solver.plan.network import PeerPlan, TransitGatewayPlan
from solver.plan.plan import SitePlan
from solver.plan.security import FlowPlan, MeasurePlan
from solver.vocabulary import Tier
from tests.components import plans
from tests.recorder import Recording, record


@dataclass(frozen=True, kw_only=True)
class Early:
    """What the early pools gave."""

    security: SecurityOutputs
    network: NetworkOutputs
    groups: SecurityGroupsOutputs


def early(site: SitePlan, *, stack: str = "prod", key: str = "main", preview: bool = False) -> Recording[Early]:
    """The early pools of a site."""
    names = plans.names(stack, key)

    def build() -> Early:
        security = SecurityPool(f"{key}-security", security_args(site, names)).outputs
        network = NetworkPool(f"{key}-network", network_args(site, names, security)).outputs
        groups = SecurityGroups(f"{key}-groups", groups_args(site, names, network)).outputs
        Guards(f"{key}-guards", guards_args(site, names, security, network))
        return Early(security=security, network=network, groups=groups)

    return record(build, stack=stack, preview=preview)


def secured(site: SitePlan) -> Recording[SecurityOutputs]:
    """The security pool of a site alone."""
    args = security_args(site, plans.names())
    return record(lambda: SecurityPool("main-security", args).outputs, stack="prod")


def watched(*names: str) -> Recording[SecurityOutputs]:
    """A security pool with little beside these measures: the full site's keys and buckets, one workload."""
    full, small = plans.full_site(), plans.minimal_site()
    security = small.security.model_copy(update={"keys": full.security.keys, "trail_retention_days": 365})
    return secured(with_measures(small.model_copy(update={"security": security, "storage": full.storage}), *names))


def with_network(site: SitePlan, **changes: object) -> SitePlan:
    """The site with another network."""
    return site.model_copy(update={"network": site.network.model_copy(update=changes)})


def dual_stack(site: SitePlan, **changes: object) -> SitePlan:
    """The site with IPv6 beside IPv4, and further changes of its network."""
    tiers = tuple({subnet.tier: None for subnet in site.network.subnets})
    subnets = plans.subnets(site.network.zones, tiers, dual_stack=True)
    return with_network(site, dual_stack=True, subnets=subnets, **changes)


def routed(site: SitePlan) -> SitePlan:
    """The site with two peers, one of them another account's, and a transit gateway."""
    ways = with_network(
        site,
        peers=(
            PeerPlan(
                key="data",
                vpc_id="vpc-0a1b2c3d4e5f60718",
                ranges=(IPv4Network("10.60.0.0/16"),),
                tiers=(Tier.PRIVATE,),
            ),
            PeerPlan(
                key="partner",
                vpc_id="vpc-0a1b2c3d4e5f60719",
                account="999988887777",
                region="us-east-1",
                ranges=(IPv4Network("10.70.0.0/16"),),
                tiers=(Tier.PRIVATE,),
            ),
        ),
        transit_gateway=TransitGatewayPlan(
            id="tgw-0a1b2c3d4e5f60718", ranges=(IPv4Network("10.0.0.0/8"),), tiers=(Tier.PRIVATE, Tier.PUBLIC)
        ),
    )
    calls = (
        FlowPlan(source="workload assistant", target="peer data", port=5432),
        FlowPlan(source="transit-gateway", target="load-balancer internal", port=80),
    )
    return with_security(ways, flows=(*site.security.flows, *calls))


def with_security(site: SitePlan, **changes: object) -> SitePlan:
    """The site with another security."""
    return site.model_copy(update={"security": site.security.model_copy(update=changes)})


def with_measures(site: SitePlan, *names: str) -> SitePlan:
    """The site with these measures to build, and no others."""
    measures = tuple(MeasurePlan(name=name, controls=("X.1",), build=True) for name in sorted(names))
    return with_security(site, measures=measures)
