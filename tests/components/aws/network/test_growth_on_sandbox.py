"""Networks that grow by zones, tiers and IPv6, on the engine and the sandbox: what stands is not replaced or moved."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network

import pulumi
import pytest

from components.aws.network.pool import NetworkPool, NetworkPoolArgs
from components.aws.provider import site_provider
from components.naming import SiteNames
from components.outputs import SecurityOutputs
from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, Preview
from solver.model.network.addressing import SubnetKey, ipv6_index, subnet_blocks
from solver.plan.network import EndpointPlan, NatPlan, NetworkPlan, PeerPlan, SubnetPlan, TransitGatewayPlan
from solver.vocabulary import EndpointKind, NatMode, Tier
from tests.components import plans
from tests.poolwright.engine.sandbox.harness import Sandbox

pytestmark = pytest.mark.engine

CIDR = IPv4Network("10.20.0.0/16")
NO_KEYS = SecurityOutputs(
    key_arns={},
    task_role_arns={},
    execution_role_arns={},
    instance_profile_arns={},
    volume_role_arn=None,
    scheduler_role_arn=None,
    secret_arns={},
)


def network(mode: NatMode, zones: tuple[str, ...], tiers: tuple[Tier, ...], *, dual_stack: bool) -> NetworkPlan:
    """As the solver lays it out, with an endpoint of each kind and an internal load balancer."""
    blocks = subnet_blocks(CIDR, {SubnetKey(tier, zone): 200 for tier in tiers for zone in zones})
    nat = {NatMode.PER_ZONE: zones, NatMode.SINGLE: zones[:1], NatMode.NONE: ()}[mode]
    full = plans.full_site().network
    return full.model_copy(
        update={
            "zones": zones,
            "subnets": tuple(
                SubnetPlan(
                    key=str(key),
                    tier=key.tier,
                    zone=key.zone,
                    cidr=block,
                    ipv6_index=ipv6_index(key) if dual_stack else None,
                )
                for key, block in blocks.items()
            ),
            "nat": NatPlan(mode=mode, zones=nat),
            "endpoints": (
                EndpointPlan(service="ecr.api", kind=EndpointKind.INTERFACE, zones=zones),
                EndpointPlan(service="s3", kind=EndpointKind.GATEWAY),
            ),
            "load_balancers": tuple(each for each in full.load_balancers if each.key == "internal"),
            "flow_logs": False,
            "dns": None,
            "dual_stack": dual_stack,
        }
    )


class Networks:
    """One network for each NAT mode, in one stack."""

    def __init__(self, environment: EngineEnvironment) -> None:
        self.zones: tuple[str, ...] = ("euw1-az1", "euw1-az3")
        self.tiers: tuple[Tier, ...] = (Tier.PUBLIC, Tier.PRIVATE)
        self.dual_stack = False
        self.linked = False
        outside = Sandbox(environment.project.sandbox)
        self._peer = outside.create("ec2.Vpc", "theirs", cidrBlock="172.16.0.0/16").id
        self._gateway = outside.create("ec2transitgateway.TransitGateway", "theirs").id
        self.engine = Engine(environment, self._build, lambda text: None)

    def _build(self) -> None:
        provider = site_provider("main", region="eu-west-1", account_id=None, tags={})
        for mode in NatMode:
            names = SiteNames(stack="dev", site=mode, region="eu-west-1", account_id=plans.ACCOUNT_ID)
            plan = network(mode, self.zones, self.tiers, dual_stack=self.dual_stack)
            args = NetworkPoolArgs(
                plan=plan.model_copy(update=self._links() if self.linked else {}),
                names=names,
                security=NO_KEYS,
                flows=(),
                buckets=(),
                protect=False,
            )
            NetworkPool(f"{mode}-network", args, pulumi.ResourceOptions(providers=[provider]))

    def _links(self) -> dict[str, object]:
        """A peer and a transit gateway that somebody else has made."""
        block, tiers = (IPv4Network("172.16.0.0/16"),), (Tier.PRIVATE,)
        large = (IPv4Network("10.0.0.0/8"),)
        return {
            "peers": (PeerPlan(key="theirs", vpc_id=self._peer, ranges=block, tiers=tiers),),
            "transit_gateway": TransitGatewayPlan(id=self._gateway, ranges=large, tiers=tiers),
        }


def of(preview: Preview, operation: Operation) -> set[str]:
    """Types of what is changed so, without the package."""
    return {change.type.rpartition(":")[2] for change in preview.changes if change.operation is operation}


@pytest.fixture
def networks(sandbox_env: Callable[..., EngineEnvironment]) -> Networks:
    return Networks(sandbox_env("dev"))


GROWS = {"LoadBalancer", "VpcEndpoint", "VpcAttachment"}
"""What spans zones, and so has one subnet or table more."""


def test_a_zone_and_a_tier_more_and_ipv6_and_links_later_move_nothing_in_any_nat_mode(networks: Networks) -> None:
    networks.engine.up()
    networks.zones = ("euw1-az1", "euw1-az2", "euw1-az3")
    networks.tiers = tuple(Tier)
    grown = networks.engine.preview()
    assert not of(grown, Operation.REPLACE) | of(grown, Operation.DELETE)
    assert of(grown, Operation.UPDATE) <= GROWS
    assert {"Subnet", "NatGateway", "RouteTable", "NetworkAcl"} <= of(grown, Operation.CREATE)

    networks.zones = ("euw1-az1", "euw1-az3")
    networks.tiers = (Tier.PUBLIC, Tier.PRIVATE)
    networks.dual_stack = networks.linked = True
    both = networks.engine.up()
    assert not of(both, Operation.REPLACE) | of(both, Operation.DELETE)
    assert of(both, Operation.CREATE) == {"EgressOnlyInternetGateway", "VpcPeeringConnection", "VpcAttachment"}
    assert not [
        change for change in both.changes if any(each.path.startswith("cidrBlock") for each in change.properties)
    ]
    networks.zones = ("euw1-az1", "euw1-az2", "euw1-az3")
    grown = networks.engine.preview()
    assert not of(grown, Operation.REPLACE) | of(grown, Operation.DELETE)
    assert of(grown, Operation.UPDATE) <= GROWS
