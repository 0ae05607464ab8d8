from __future__ import annotations

from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

PEER = "vpc-0123456789abcdef0"


def vpc(sandbox: Sandbox, name: str, block: str) -> Made:
    return sandbox.create("ec2.Vpc", name, cidrBlock=block)


@cases(
    another_regions_owner_is_not_answered_for=Case(
        "ec2.VpcPeeringConnection",
        {"vpcId": "vpc-0", "peerVpcId": PEER, "autoAccept": True},
        {"peerRegion": "us-east-1"},
        "InvalidParameterCombination",
        "autoAccept",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_peering_is_of_two_vpcs_that_do_not_overlap_and_is_made_once(sandbox: Sandbox) -> None:
    own, other = vpc(sandbox, "own", "10.0.0.0/16"), vpc(sandbox, "other", "10.1.0.0/16")
    near = vpc(sandbox, "near", "10.0.128.0/17")

    def refused(**more: object) -> str:
        return sandbox.refusal("ec2.VpcPeeringConnection", "no", **{"vpcId": own.id, "autoAccept": True, **more})

    made = sandbox.create("ec2.VpcPeeringConnection", vpcId=own.id, peerVpcId=other.id, autoAccept=True)
    assert made["acceptStatus"] == "active"
    assert "VpcPeeringConnectionAlreadyExists" in refused(peerVpcId=other.id)
    assert "overlapping CIDR range" in refused(peerVpcId=near.id)
    assert "InvalidVpcID.NotFound" in refused(peerVpcId=PEER)
    assert "OperationNotPermitted" in refused(peerVpcId=PEER, peerOwnerId="999988887777")
    asked = sandbox.create("ec2.VpcPeeringConnection", "far", vpcId=own.id, peerVpcId=PEER, peerOwnerId="999988887777")
    assert asked["acceptStatus"] == "pending-acceptance"


def test_a_route_to_a_transit_gateway_comes_after_the_attachment(sandbox: Sandbox) -> None:
    own = vpc(sandbox, "own", "10.0.0.0/16")
    gateway = sandbox.create("ec2transitgateway.TransitGateway")
    routes = [{"cidrBlock": "10.9.0.0/16", "transitGatewayId": gateway.id}]
    refused = sandbox.refusal("ec2.RouteTable", "early", vpcId=own.id, routes=routes)
    assert "InvalidTransitGatewayID.NotFound" in refused
    subnets = [
        sandbox.create(
            "ec2.Subnet", f"s{number}", vpcId=own.id, cidrBlock=f"10.0.{number}.0/24", availabilityZone="eu-west-1a"
        ).id
        for number in range(2)
    ]
    ends = {"transitGatewayId": gateway.id, "vpcId": own.id}
    assert "DuplicateSubnetsInSameZone" in sandbox.refusal(
        "ec2transitgateway.VpcAttachment", "two", **ends, subnetIds=subnets
    )
    sandbox.create("ec2transitgateway.VpcAttachment", **ends, subnetIds=subnets[:1])
    sandbox.create("ec2.RouteTable", "late", vpcId=own.id, routes=routes)
    assert "DuplicateTransitGatewayAttachment" in sandbox.refusal(
        "ec2transitgateway.VpcAttachment", "again", **ends, subnetIds=subnets[1:]
    )
    routes = [{"cidrBlock": "10.8.0.0/16", "vpcPeeringConnectionId": "pcx-0123456789abcdef0"}]
    refused = sandbox.refusal("ec2.RouteTable", "lost", vpcId=own.id, routes=routes)
    assert "InvalidVpcPeeringConnectionID.NotFound" in refused
