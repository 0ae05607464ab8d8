"""Outputs of peering connections, transit gateways and their attachments."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.values import Properties, flag


@outputs_of("ec2.VpcPeeringConnection")
def peering(making: Making) -> Properties:
    """It is active once it is accepted: at once where both ends are this account's, and the program asks for it."""
    return {
        "id": making.ec2_id("pcx"),
        "acceptStatus": "active" if flag(making.inputs.get("autoAccept")) else "pending-acceptance",
        "peerOwnerId": given_or(making.inputs, "peerOwnerId", making.account),
        "peerRegion": given_or(making.inputs, "peerRegion", making.region),
    }


@outputs_of("ec2transitgateway.TransitGateway")
def transit_gateway(making: Making) -> Properties:
    """A transit gateway with the route table that attachments use by default."""
    gateway = making.ec2_id("tgw")
    table = making.ec2_id("tgw-rtb")
    return {
        "id": gateway,
        "arn": making.arn("ec2", f"transit-gateway/{gateway}"),
        "ownerId": making.account,
        "associationDefaultRouteTableId": table,
        "propagationDefaultRouteTableId": table,
    }


@outputs_of("ec2transitgateway.VpcAttachment")
def attachment(making: Making) -> Properties:
    """A VPC's attachment."""
    attachment_id = making.ec2_id("tgw-attach")
    return {
        "id": attachment_id,
        "arn": making.arn("ec2", f"transit-gateway-attachment/{attachment_id}"),
        "vpcOwnerId": making.account,
    }
