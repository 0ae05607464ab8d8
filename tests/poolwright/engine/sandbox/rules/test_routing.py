from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

ROUTE = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}
NAT = {"subnetId": "subnet-1", "allocationId": "eipalloc-1"}


@cases(
    a_route_has_a_target=Case("ec2.Route", ROUTE, {"gatewayId": None}, "InvalidParameterCombination"),
    a_route_has_one_target=Case("ec2.Route", ROUTE, {"natGatewayId": "nat-1"}, "InvalidParameterCombination"),
    a_route_has_a_destination=Case("ec2.Route", ROUTE, {"destinationCidrBlock": None}, "InvalidParameterCombination"),
    a_destination_is_a_block=Case(
        "ec2.Route", ROUTE, {"destinationCidrBlock": "10.0.0.0/33"}, "InvalidParameterValue", "destinationCidrBlock"
    ),
    a_public_nat_gateway_has_an_address=Case(
        "ec2.NatGateway", NAT, {"allocationId": None}, "MissingParameter", "allocationId"
    ),
    a_private_nat_gateway_has_none=Case(
        "ec2.NatGateway", NAT, {"connectivityType": "private"}, "InvalidParameterCombination", "allocationId"
    ),
    a_nat_gateway_has_a_subnet=Case("ec2.NatGateway", NAT, {"subnetId": None}, "MissingParameter", "subnetId"),
    a_table_is_associated_with_something=Case(
        "ec2.RouteTableAssociation",
        {"routeTableId": "rtb-1", "subnetId": "subnet-1"},
        {"subnetId": None},
        "InvalidParameterCombination",
        "subnetId",
    ),
)
def test_ends(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_vpc_has_one_internet_gateway(estate: Estate) -> None:
    words = estate.sandbox.refusal("ec2.InternetGateway", "second", vpcId=estate.vpc.id)
    assert f"Resource.AlreadyAssociated: Network {estate.vpc.id} already has an internet gateway attached" in words


def test_a_public_nat_gateway_needs_an_internet_gateway(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    subnet = sandbox.create("ec2.Subnet", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    address = sandbox.create("ec2.Eip")
    words = sandbox.refusal("ec2.NatGateway", subnetId=subnet.id, allocationId=address.id)
    assert f"Gateway.NotAttached: Network {vpc.id} has no Internet gateway attached" in words
    sandbox.create("ec2.InternetGateway", vpcId=vpc.id)
    assert sandbox.create("ec2.NatGateway", subnetId=subnet.id, allocationId=address.id)["publicIp"]


def test_an_address_serves_one_nat_gateway(estate: Estate) -> None:
    nat = next(resource for resource in estate if resource.type == "ec2.NatGateway")
    words = estate.sandbox.refusal(
        "ec2.NatGateway", "second", subnetId=estate.subnets[1].id, allocationId=nat["allocationId"]
    )
    assert "Resource.AlreadyAssociated: Elastic IP address" in words


def test_a_zone_has_five_nat_gateways_at_most(estate: Estate) -> None:
    subnet = estate.subnets[0].id
    for number in range(4):
        estate.add("ec2.NatGateway", f"private{number}", subnetId=subnet, connectivityType="private")
    words = estate.sandbox.refusal("ec2.NatGateway", "sixth", subnetId=subnet, connectivityType="private")
    assert "NatGatewayLimitExceeded" in words
    estate.add("ec2.NatGateway", "elsewhere", subnetId=estate.subnets[1].id, connectivityType="private")


def test_a_route_leads_to_a_gateway_that_exists(estate: Estate) -> None:
    words = estate.sandbox.refusal(
        "ec2.Route",
        "nowhere",
        routeTableId=estate.public.id,
        destinationCidrBlock="192.168.0.0/16",
        gatewayId="igw-0123456789abcdef0",
    )
    assert "InvalidInternetGatewayID.NotFound: The internetGateway ID 'igw-0123456789abcdef0' does not exist" in words


def test_a_table_has_one_route_to_a_destination(estate: Estate) -> None:
    words = estate.sandbox.refusal(
        "ec2.Route",
        "again",
        routeTableId=estate.public.id,
        destinationCidrBlock="0.0.0.0/0",
        gatewayId=estate.gateway.id,
    )
    assert "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists." in words


def test_a_route_stays_in_its_vpc(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    table = estate.add("ec2.RouteTable", "other", vpcId=other.id)
    words = estate.sandbox.refusal(
        "ec2.Route", "across", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=estate.gateway.id
    )
    assert "belong to different networks" in words


def test_a_subnet_has_one_route_table_of_its_vpc(estate: Estate) -> None:
    again = estate.sandbox.refusal(
        "ec2.RouteTableAssociation", "again", subnetId=estate.subnets[0].id, routeTableId=estate.private.id
    )
    assert "Resource.AlreadyAssociated" in again
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    table = estate.add("ec2.RouteTable", "other", vpcId=other.id)
    across = estate.sandbox.refusal(
        "ec2.RouteTableAssociation", "across", subnetId=estate.subnets[1].id, routeTableId=table.id
    )
    assert "belong to different networks" in across
    estate.add("ec2.RouteTableAssociation", "free", subnetId=estate.subnets[1].id, routeTableId=estate.private.id)


def test_a_route_inside_its_table_has_one_target(estate: Estate) -> None:
    route = {"cidrBlock": "0.0.0.0/0", "gatewayId": estate.gateway.id}
    estate.add("ec2.RouteTable", "whole", vpcId=estate.vpc.id, routes=[route])
    words = estate.sandbox.refusal(
        "ec2.RouteTable", "lost", vpcId=estate.vpc.id, routes=[route, {"cidrBlock": "10.7.0.0/16"}]
    )
    assert "InvalidParameterCombination: one target must be given, found none" in words
