"""Networks beyond a VPC: peerings of ranges that do not overlap, attachments that are there before routes use them."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, objects, text, texts


@validates("ec2.VpcPeeringConnection")
def only_ones_own_is_accepted(inputs: Properties) -> Iterator[Refusal]:
    """pulumi-aws accepts on behalf of this region alone."""
    if flag(inputs.get("autoAccept")) and text(inputs.get("peerRegion")) is not None:
        words = "`peer_region` cannot be set whilst `auto_accept` is `true` when creating an EC2 VPC Peering Connection"
        yield Refusal("InvalidParameterCombination", words, "autoAccept")


@refuses("ec2.VpcPeeringConnection", on=(Action.CREATE,))
def peer_is_another_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Of this account and region it exists; ranges do not overlap; two VPCs are peered once."""
    inputs = change.inputs
    peer_id, vpc_id = text(inputs.get("peerVpcId")) or "", inputs.get("vpcId")
    owner, region = text(inputs.get("peerOwnerId")), text(inputs.get("peerRegion"))
    for other in cloud.where("ec2.VpcPeeringConnection", "vpcId", vpc_id):
        if other.outputs.get("peerVpcId") == peer_id:
            words = f"A VPC peering connection already exists between {vpc_id} and {peer_id} ({other.id})"
            yield Refusal("VpcPeeringConnectionAlreadyExists", words, "peerVpcId")
    if owner not in (None, cloud.identity.account):
        if flag(inputs.get("autoAccept")):
            words = f"User {cloud.identity.account} cannot accept peering connections of {owner}"
            yield Refusal("OperationNotPermitted", words, "autoAccept")
        return
    own, peer = cloud.get("ec2.Vpc", vpc_id), cloud.in_region(region or cloud.region).get("ec2.Vpc", peer_id)
    if peer is None:
        yield Refusal("InvalidVpcID.NotFound", f"The vpc ID '{peer_id}' does not exist", "peerVpcId")
    elif own is not None:
        blocks = [ipaddress.ip_network(str(vpc.outputs.get("cidrBlock"))) for vpc in (own, peer)]
        if blocks[0].overlaps(blocks[1]):
            words = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
            yield Refusal("failed", words, "peerVpcId")


@refuses("ec2transitgateway.VpcAttachment")
def attachment_has_a_subnet_in_a_zone(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A VPC is attached once, in one subnet of each zone."""
    inputs = change.inputs
    gateway, vpc_id = inputs.get("transitGatewayId"), inputs.get("vpcId")
    for other in cloud.where("ec2transitgateway.VpcAttachment", "vpcId", vpc_id):
        if other.id != change.id and other.outputs.get("transitGatewayId") == gateway:
            words = f"{gateway} has non-deleted Transit Gateway Attachment with same VPC ID."
            yield Refusal("DuplicateTransitGatewayAttachment", words, "vpcId")
    places = [place for each in texts(inputs.get("subnetIds")) if (place := cloud.get("ec2.Subnet", each)) is not None]
    zones = Counter(str(place.outputs.get("availabilityZone")) for place in places)
    for zone in sorted(zone for zone, count in zones.items() if count > 1):
        words = f"Duplicate Subnets for same AZ ({zone})"
        yield Refusal("DuplicateSubnetsInSameZone", words, "subnetIds")


@refuses("ec2.RouteTable", "ec2.Route")
def route_leads_to_an_attached_gateway(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """AWS knows no transit gateway, for a route, that the VPC is not attached to."""
    table = change.inputs.get("routeTableId")
    holder = change.inputs if change.type == "ec2.RouteTable" else None
    if holder is None:
        found = cloud.get("ec2.RouteTable", table)
        holder = {} if found is None else found.outputs
    attached = {
        text(each.outputs.get("transitGatewayId"))
        for each in cloud.where("ec2transitgateway.VpcAttachment", "vpcId", holder.get("vpcId"))
    }
    routes = objects(change.inputs.get("routes")) if change.type == "ec2.RouteTable" else [change.inputs]
    for route in routes:
        gateway = text(route.get("transitGatewayId"))
        if gateway is not None and gateway not in attached:
            yield Refusal("InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{gateway}' does not exist.")
