"""Networks: VPCs, subnets, routes, flow logs, NAT."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, NotYet, on_each, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, statements, words
from solver.vocabulary import NatMode, Tier

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_WITHOUT_POLICY = (".ecs-agent", ".ecs-telemetry")
"""Services whose endpoints AWS takes no policy for."""


@on_stack(
    VPC,
    DEFAULT_GROUP,
    id="EC2.2",
    title="The default security group of each VPC has no rules",
    controls=("EC2.2", "CIS 5.4"),
    remedy="Keep the DefaultSecurityGroup without rules in components/aws/network/subnets.py",
)
def default_group_has_no_rules(evidence: Evidence) -> Iterator[Fault]:
    groups = evidence.of_type(DEFAULT_GROUP)
    for vpc in evidence.of_type(VPC):
        if not any(group.name == f"{vpc.name.removesuffix('-vpc')}-default-group" for group in groups):
            yield Fault(text="its default group is left with AWS's rules", resource=vpc)
    for group in groups:
        if group.get("ingress") or group.get("egress"):
            yield Fault(text="the default group has rules: whoever forgets a group gets this one", resource=group)


@on_each(
    SUBNET,
    id="EC2.15",
    title="Subnets give no public address to what starts in them",
    controls=("EC2.15",),
    remedy="Leave mapPublicIpOnLaunch out in components/aws/network/subnets.py",
)
def subnets_give_no_public_address(subnet: Resource) -> Iterator[str]:
    if subnet.holds("mapPublicIpOnLaunch") or subnet.holds("assignIpv6AddressOnCreation"):
        yield "gives each new interface a public address"


@on_stack(
    FLOW_LOG,
    VPC,
    id="EC2.6",
    title="The VPC's connections are logged where the plan says so",
    controls=("EC2.6", "CIS 3.7"),
    remedy="Build the flow logs in components/aws/network/flow_logs.py, as the plan's measure vpc-flow-logs asks",
)
def connections_are_logged(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        logs = evidence.at_site(key, FLOW_LOG)
        if site.network.flow_logs and not logs:
            yield Fault(text="no flow log of the VPC", subject=f"site {key}", at=("compliance", "profile"))
        for log in logs:
            if log.get("trafficType") not in ("ALL", "REJECT"):
                yield Fault(
                    text=f"logs {log.get('trafficType')} only, so rejected connections leave no trace", resource=log
                )


@on_stack(
    ROUTE_TABLE,
    ASSOCIATION,
    SUBNET,
    id="network.private-routes",
    title="No route leads from the internet into private and data subnets",
    remedy="Keep routes to the internet gateway in the public table of components/aws/network/egress.py",
)
def private_subnets_have_no_gateway(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for table in evidence.of_type(ROUTE_TABLE):
        # The route of a gateway endpoint is AWS's own, which no table's inputs name.
        if table.known("routes") and not any(route.get("gatewayId") for route in table.mappings("routes")):
            continue
        if not table.name.endswith(f"-routes-{Tier.PUBLIC}"):
            yield Fault(text="leads to the internet gateway, and is no table of public subnets", resource=table)
        for link in evidence.of_type(ASSOCIATION):
            inner = f"-{Tier.PUBLIC}-" not in link.name
            if inner and not link.known("routeTableId"):
                yield NotYet(link)
            elif inner and evidence.by_id(link, "routeTableId", ROUTE_TABLE) is table:
                yield Fault(text="leads a subnet that is not public to the internet gateway", resource=link)


@on_plan(
    id="network.nat-zones",
    title="With NAT per zone, each zone with private subnets has a way out of its own",
    remedy="Set sites.<site>.network.nat to single or per-zone in stacks/, then plan again",
)
def each_zone_has_its_way_out(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        network = site.network
        if network.nat.mode is not NatMode.PER_ZONE:
            continue
        wanted = {subnet.zone for subnet in network.subnets if subnet.tier is Tier.PRIVATE}
        for zone in sorted(wanted - set(network.nat.zones)):
            yield Fault(
                text=f"zone {zone} leaves through another zone's NAT gateway",
                subject=f"site {key}",
                at=("sites", key, "network", "nat"),
            )


@on_plan(
    id="network.subnets",
    title="Subnets lie in the VPC's range and do not overlap",
    remedy="Plan again: subnet blocks come from solver/model/network, and are not written by hand",
)
def subnets_are_disjoint(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for subnet in site.network.subnets:
            at = ("sites", key, "network", "cidr")
            if not subnet.cidr.subnet_of(site.network.cidr):
                yield Fault(text=f"{subnet.cidr} is outside {site.network.cidr}", subject=f"subnet {subnet.key}", at=at)
            for other in site.network.subnets:
                if other.key < subnet.key and other.cidr.overlaps(subnet.cidr):
                    yield Fault(text=f"overlaps subnet {other.key}", subject=f"subnet {subnet.key}", at=at)


@on_each(
    ENDPOINT,
    id="network.endpoint-dns",
    title="Interface endpoints answer to the services' own names, within a group of their own",
    remedy="Set private_dns_enabled and the group in components/aws/network/endpoints.py",
)
def endpoints_are_used(endpoint: Resource) -> Iterator[str]:
    if endpoint.get("vpcEndpointType") != "Interface":
        return
    if not endpoint.holds("privateDnsEnabled"):
        yield "has no private DNS name, so calls go past it through NAT"
    if endpoint.get("securityGroupIds") == []:
        yield "has no security group of the stack"


@on_each(
    ENDPOINT,
    id="network.endpoint-policy",
    title="Through endpoints passes this account alone; who comes without a name may read AWS's own buckets",
    remedy="Keep the policy of each endpoint in components/aws/network/endpoint_policies.py",
)
def endpoints_let_this_account_through(endpoint: Resource) -> Iterator[str]:
    if str(endpoint.get("serviceName", "")).endswith(_WITHOUT_POLICY):
        return
    if endpoint.get("policy") is None:
        yield "has AWS's own policy, which lets every account's principals carry data out"
    for statement in statements(endpoint.document("policy")):
        anyone = statement.get("Principal") == "*" or "*" in words(statement.get("Principal"), "AWS")
        if statement.get("Effect") != "Allow" or not anyone or statement.get("Condition"):
            continue
        if set(words(statement, "Action")) != {"s3:GetObject"} or "*" in words(statement, "Resource"):
            yield f"lets anyone pass with {', '.join(words(statement, 'Action'))}"
