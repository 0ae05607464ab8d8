"""Gateways and routes: one internet gateway for each VPC, NAT behind one, routes with one target each."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quota_codes import quota_words
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, Value, is_known, objects, text

_DESTINATIONS: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_TARGETS: Final = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)


@refuses("ec2.InternetGateway")
def one_internet_gateway_for_each_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A VPC has one internet gateway at most."""
    vpc_id = text(change.inputs.get("vpcId"))
    others = [gateway for gateway in cloud.where("ec2.InternetGateway", "vpcId", vpc_id) if gateway.id != change.id]
    if vpc_id is not None and others:
        words = f"Network {vpc_id} already has an internet gateway attached ({others[0].id})"
        yield Refusal("Resource.AlreadyAssociated", words, "vpcId")


@validates("ec2.NatGateway")
def nat_has_what_its_kind_needs(inputs: Properties) -> Iterator[Refusal]:
    """A public NAT gateway has an address and a subnet; a private one has no address."""
    if inputs.get("availabilityMode") == "regional":
        return
    public = inputs.get("connectivityType", "public") == "public"
    if inputs.get("subnetId") is None:
        yield Refusal("MissingParameter", "The request must contain the parameter SubnetId", "subnetId")
    if public and inputs.get("allocationId") is None:
        yield Refusal("MissingParameter", "The request must contain the parameter AllocationId", "allocationId")
    if not public and inputs.get("allocationId") is not None:
        words = "A private NAT gateway can't have an Elastic IP address"
        yield Refusal("InvalidParameterCombination", words, "allocationId")


@refuses("ec2.NatGateway", on=(Action.CREATE,))
def nat_reaches_the_internet(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A public NAT gateway lies in a VPC with an internet gateway, and its address is free."""
    inputs = change.inputs
    place = cloud.get("ec2.Subnet", inputs.get("subnetId"))
    if place is None:
        return
    zone = place.outputs.get("availabilityZone")
    most = quota("nat-gateways-per-zone")
    there = [nat for nat in cloud.all("ec2.NatGateway") if _zone_of(nat.outputs.get("subnetId"), cloud) == zone]
    if most is not None and len(there) >= most:
        name = quota_words("nat-gateways-per-zone", most)
        words = f"The maximum number of NAT gateways has been reached in {zone} ({name})"
        yield Refusal("NatGatewayLimitExceeded", words)
    if inputs.get("connectivityType", "public") != "public":
        return
    vpc_id = place.outputs.get("vpcId")
    if not cloud.where("ec2.InternetGateway", "vpcId", vpc_id):
        words = f"Network {vpc_id} has no Internet gateway attached"
        yield Refusal("Gateway.NotAttached", words, "subnetId")
    allocation = inputs.get("allocationId")
    for nat in cloud.where("ec2.NatGateway", "allocationId", allocation):
        words = f"Elastic IP address [{allocation}] is already associated with {nat.id}"
        yield Refusal("Resource.AlreadyAssociated", words, "allocationId")


@validates("ec2.Route")
def route_has_one_destination_and_one_target(inputs: Properties) -> Iterator[Refusal]:
    """A route leads from one destination to one target."""
    destinations = [name for name in _DESTINATIONS if inputs.get(name) is not None]
    targets = [name for name in _TARGETS if inputs.get(name) is not None]
    if len(destinations) != 1:
        words = f"one of {', '.join(_DESTINATIONS)} must be given, found {len(destinations)}"
        yield Refusal("InvalidParameterCombination", words)
    if len(targets) != 1:
        words = f"one of {', '.join(_TARGETS)} must be given, found {', '.join(targets) or 'none'}"
        yield Refusal("InvalidParameterCombination", words)
    block = text(inputs.get("destinationCidrBlock"))
    if block is not None and not _is_block(block):
        words = f"Value ({block}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."
        yield Refusal("InvalidParameterValue", words, "destinationCidrBlock")


@refuses("ec2.Route")
def route_leads_somewhere(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The target exists and is attached to the table's VPC; the table has no other route to the destination."""
    inputs = change.inputs
    table = text(inputs.get("routeTableId")) or ""
    vpc_id = owner_vpc("ec2.RouteTable", table, cloud)
    gateway = text(inputs.get("gatewayId"))
    if gateway is not None and gateway.startswith("igw-"):
        found = cloud.get("ec2.InternetGateway", gateway)
        if found is None:
            words = f"The internetGateway ID '{gateway}' does not exist"
            yield Refusal("InvalidInternetGatewayID.NotFound", words, "gatewayId")
        elif found.outputs.get("vpcId") != vpc_id:
            words = f"route table {table} and network gateway {gateway} belong to different networks"
            yield Refusal("InvalidParameterValue", words, "gatewayId")
    nat = cloud.get("ec2.NatGateway", inputs.get("natGatewayId"))
    if nat is not None and nat.outputs.get("vpcId") != vpc_id:
        words = f"route table {table} and NAT gateway {nat.id} belong to different networks"
        yield Refusal("InvalidParameterValue", words, "natGatewayId")
    if change.action is not Action.CREATE:
        return
    for name in _DESTINATIONS:
        destination = inputs.get(name)
        same = [route for route in cloud.where("ec2.Route", "routeTableId", table) if route.outputs.get(name)]
        if destination is not None and any(route.outputs.get(name) == destination for route in same):
            words = f"The route identified by {destination} already exists."
            yield Refusal("RouteAlreadyExists", words, name)
    vpc = cloud.get("ec2.Vpc", vpc_id)
    if vpc is not None and inputs.get("destinationCidrBlock") == vpc.outputs.get("cidrBlock"):
        words = f"The route identified by {inputs.get('destinationCidrBlock')} already exists."
        yield Refusal("RouteAlreadyExists", words, "destinationCidrBlock")


@validates("ec2.RouteTableAssociation")
def association_has_one_end(inputs: Properties) -> Iterator[Refusal]:
    """A table is associated with a subnet or with a gateway."""
    if (inputs.get("subnetId") is None) == (inputs.get("gatewayId") is None):
        yield Refusal("InvalidParameterCombination", "one of subnetId and gatewayId must be given", "subnetId")


@refuses("ec2.RouteTableAssociation")
def subnet_has_one_route_table(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A subnet has one table, of its own VPC."""
    subnet = text(change.inputs.get("subnetId"))
    if subnet is None:
        return
    for other in cloud.where("ec2.RouteTableAssociation", "subnetId", subnet):
        if other.id != change.id:
            words = f"the specified association for route table {other.outputs.get('routeTableId')} conflicts with an "
            yield Refusal("Resource.AlreadyAssociated", words + f"existing association of {subnet} ({other.id})")
    table = text(change.inputs.get("routeTableId")) or ""
    ours, theirs = owner_vpc("ec2.Subnet", subnet, cloud), owner_vpc("ec2.RouteTable", table, cloud)
    if ours is not None and theirs is not None and ours != theirs:
        words = f"route table {table} and subnet {subnet} belong to different networks"
        yield Refusal("InvalidParameterValue", words, "routeTableId")


@refuses("ec2.RouteTable", on=(Action.CREATE, Action.UPDATE))
def inline_routes_have_targets(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Routes that are written inside their table have a destination and a target as well."""
    for index, route in enumerate(objects(change.inputs.get("routes"))):
        ends = [name for name in _TARGETS if text(route.get(name))]
        if is_known(route) and len(ends) != 1:
            words = f"one target must be given, found {', '.join(ends) or 'none'}"
            yield Refusal("InvalidParameterCombination", words, f"routes[{index}]")


def _zone_of(subnet_id: Value, cloud: Cloud) -> Value:
    place = cloud.get("ec2.Subnet", subnet_id)
    return None if place is None else place.outputs.get("availabilityZone")


def _is_block(given: str) -> bool:
    try:
        ipaddress.IPv4Network(given)
    except ValueError:
        return False
    return True
