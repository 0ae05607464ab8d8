"""A site in a VPC that another stack made, on the real engine and the sandbox."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, Preview
from solver.plan.network import ExistingPlan, NatPlan, SourceStackPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import NatMode, StackKind, Tier
from stacks.existing_vpc import UnresolvedError
from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws.early import with_network, with_security

pytestmark = pytest.mark.engine

ZONES = plans.ZONES[:2]
PULUMI = SourceStackPlan(kind=StackKind.PULUMI, name="organization/poolwright/staging")
EXPORTS = SourceStackPlan(kind=StackKind.CLOUDFORMATION_EXPORTS)
CLOUDFORMATION = SourceStackPlan(kind=StackKind.CLOUDFORMATION, name="landing-zone")


def landing_zone() -> None:
    """The VPC of a platform team, with its ids as outputs of its own stack and of a CloudFormation stack."""
    provider = aws.Provider("aws", region="eu-west-1")
    opts = pulumi.ResourceOptions(provider=provider)
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.40.0.0/16", enable_dns_hostnames=True, opts=opts)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=vpc.id, opts=opts)
    ids: dict[str, dict[str, pulumi.Output[str]]] = {}
    for tier in Tier:
        table = aws.ec2.RouteTable(
            f"{tier}",
            vpc_id=vpc.id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}] if tier is Tier.PUBLIC else [],
            opts=opts,
        )
        for number, zone in enumerate(ZONES):
            block = f"10.40.{16 * (3 * number + list(Tier).index(tier))}.0/20"
            subnet = aws.ec2.Subnet(
                f"{tier}-{zone}", vpc_id=vpc.id, cidr_block=block, availability_zone_id=zone, opts=opts
            )
            aws.ec2.RouteTableAssociation(f"{tier}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=opts)
            ids.setdefault(tier, {})[zone] = subnet.id
    pulumi.export("vpcId", vpc.id)
    pulumi.export("subnetIds", ids)
    named = {
        "VpcId": vpc.id,
        **{f"{tier}{number}": ids[tier][zone] for tier in Tier for number, zone in enumerate(ZONES)},
    }
    template = {
        "Parameters": {name: {"Type": "String"} for name in named},
        "Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}},
        "Outputs": {name: {"Value": {"Ref": name}, "Export": {"Name": f"landing:{name}"}} for name in named},
    }
    aws.cloudformation.Stack(
        "landing-zone", name="landing-zone", parameters=named, template_body=json.dumps(template), opts=opts
    )


def within(site: SitePlan, source: SourceStackPlan, vpc_id: str, subnets: dict[Tier, dict[str, str]]) -> SitePlan:
    """The site in the VPC whose ids the outputs of a stack have."""
    flows = tuple(flow for flow in site.security.flows if flow.target != "endpoints")
    return with_network(
        with_security(site, flows=flows),
        zones=ZONES,
        subnets=(),
        nat=NatPlan(mode=NatMode.NONE, zones=()),
        endpoints=(),
        existing=ExistingPlan(vpc_id=vpc_id, subnets=subnets, stack=source),
    )


def by_path() -> dict[Tier, dict[str, str]]:
    return {tier: {zone: f"subnetIds.{tier}.{zone}" for zone in ZONES} for tier in Tier}


def by_name(begins: str = "") -> dict[Tier, dict[str, str]]:
    return {tier: {zone: f"{begins}{tier}{number}" for number, zone in enumerate(ZONES)} for tier in Tier}


class Stacks:
    """The platform team's stack and ours, on one sandbox."""

    def __init__(self, theirs: EngineEnvironment, ours: EngineEnvironment) -> None:
        self.site = plans.minimal_site()
        self.landing = Engine(theirs, landing_zone, lambda text: None)
        self.engine = Engine(ours, self._build, lambda text: None)

    def _build(self) -> None:
        plan = plans.plan("dev", main=self.site)
        pulumi.export("main", aws_pools("main", self.site, plan, None))


def operations(preview: Preview) -> Counter[Operation]:
    return Counter(change.operation for change in preview.changes)


@pytest.fixture
def stacks(sandbox_env: Callable[..., EngineEnvironment]) -> Stacks:
    return Stacks(sandbox_env("staging"), sandbox_env("dev"))


def test_a_site_stands_in_the_vpc_of_another_stack_and_leaves_it_as_it_was(stacks: Stacks) -> None:
    stacks.landing.up()
    before = stacks.landing.records()
    site = plans.minimal_site()
    stacks.site = within(site, PULUMI, "vpcId", by_path())
    made = stacks.engine.up()
    assert set(operations(made)) == {Operation.CREATE}
    (vpc,) = [record.id for record in before if record.type.endswith(":Vpc")]
    groups = [change.inputs["vpcId"] for change in made.changes if change.type.endswith(":SecurityGroup")]
    assert set(groups) == {vpc}
    # The same ids by another way: nothing changes.
    stacks.site = within(site, CLOUDFORMATION, "VpcId", by_name())
    assert set(operations(stacks.engine.preview())) == {Operation.SAME}
    stacks.site = within(site, EXPORTS, "landing:VpcId", by_name("landing:"))
    assert set(operations(stacks.engine.preview())) == {Operation.SAME}
    stacks.site = within(site, EXPORTS, "landing:Vpc", by_name("landing:"))
    with pytest.raises(UnresolvedError, match=r'vpc_id: found export "landing:Vpc"; an export of a CloudFormation'):
        stacks.engine.preview()
    stacks.site = within(site, PULUMI.model_copy(update={"name": f"{PULUMI.name}-2"}), "vpcId", by_path())
    with pytest.raises(UnresolvedError, match=r'-2"; a Pulumi stack in .* is allowed. It said: unknown stack'):
        stacks.engine.preview()
    assert stacks.landing.records() == before
