from __future__ import annotations

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

SUBNET = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}


@cases(
    a_vpc_is_no_larger_than_16=Case(
        "ec2.Vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range", "cidrBlock"
    ),
    a_vpc_is_no_smaller_than_28=Case(
        "ec2.Vpc", {"cidrBlock": "10.0.0.0/28"}, {"cidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range", "cidrBlock"
    ),
    a_block_ends_where_its_prefix_says=Case(
        "ec2.Vpc", {"cidrBlock": "10.0.0.0/20"}, {"cidrBlock": "10.0.1.0/20"}, "InvalidParameterValue", "cidrBlock"
    ),
    a_vpc_has_no_loopback_addresses=Case(
        "ec2.Vpc", {"cidrBlock": "100.64.0.0/16"}, {"cidrBlock": "127.0.0.0/16"}, "InvalidVpc.Range", "cidrBlock"
    ),
    a_vpc_has_a_block=Case(
        "ec2.Vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": None}, "MissingParameter", "cidrBlock"
    ),
    a_subnet_is_no_smaller_than_28=Case(
        "ec2.Subnet", SUBNET, {"cidrBlock": "10.0.0.0/29"}, "InvalidSubnet.Range", "cidrBlock"
    ),
    a_subnet_block_is_aligned=Case(
        "ec2.Subnet", SUBNET, {"cidrBlock": "10.0.0.1/24"}, "InvalidParameterValue", "cidrBlock"
    ),
)
def test_blocks(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_subnet_lies_inside_its_vpc(estate: Estate) -> None:
    estate.add("ec2.Subnet", "inside", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/24")
    words = estate.sandbox.refusal("ec2.Subnet", "outside", vpcId=estate.vpc.id, cidrBlock="10.1.0.0/24")
    assert "InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid." in words


def test_subnets_of_a_vpc_do_not_overlap(estate: Estate) -> None:
    words = estate.sandbox.refusal("ec2.Subnet", "again", vpcId=estate.vpc.id, cidrBlock="10.0.0.128/25")
    assert "InvalidSubnet.Conflict: The CIDR '10.0.0.128/25' conflicts with another subnet" in words


def test_subnets_of_two_vpcs_may_have_the_same_block(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.0.0.0/16")
    estate.add("ec2.Subnet", "same", vpcId=other.id, cidrBlock="10.0.0.0/24")


def test_a_subnet_lies_in_a_zone_of_the_region(estate: Estate) -> None:
    inputs = {"vpcId": estate.vpc.id, "cidrBlock": "10.0.9.0/24"}
    words = estate.sandbox.refusal("ec2.Subnet", "far", availabilityZone="eu-west-2a", **inputs)
    assert "InvalidParameterValue: Value (eu-west-2a) for parameter availabilityZone is invalid." in words
    assert estate.add("ec2.Subnet", "near", availabilityZone="eu-west-1c", **inputs)["availabilityZone"] == "eu-west-1c"


def test_a_subnet_may_lie_in_a_further_block_of_its_vpc(estate: Estate) -> None:
    inputs = {"vpcId": estate.vpc.id, "cidrBlock": "10.7.0.0/24"}
    assert "InvalidSubnet.Range" in estate.sandbox.refusal("ec2.Subnet", "far", **inputs)
    estate.add("ec2.VpcIpv4CidrBlockAssociation", vpcId=estate.vpc.id, cidrBlock="10.7.0.0/16")
    estate.add("ec2.Subnet", "near", **inputs)
