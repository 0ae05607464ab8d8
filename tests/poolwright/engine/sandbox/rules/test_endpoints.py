from __future__ import annotations

from typing import Any

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

GATEWAY = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.eu-west-1.s3"}
INTERFACE = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.eu-west-1.kms", "vpcEndpointType": "Interface"}


@cases(
    a_gateway_endpoint_has_no_subnets=Case(
        "ec2.VpcEndpoint", GATEWAY, {"subnetIds": ["subnet-1"]}, "InvalidParameter", "subnetIds"
    ),
    a_policy_follows_the_grammar=Case(
        "ec2.VpcEndpoint", GATEWAY, {"policy": '{"Statement": {}}'}, "InvalidPolicyDocument", "policy"
    ),
    a_policy_has_at_most_20480_characters=Case(
        "ec2.VpcEndpoint",
        GATEWAY,
        {
            "policy": '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}'.ljust(
                20_481
            )
        },
        "InvalidPolicyDocument",
        "policy",
    ),
    an_interface_endpoint_has_no_route_tables=Case(
        "ec2.VpcEndpoint", INTERFACE, {"routeTableIds": ["rtb-1"]}, "InvalidParameter", "routeTableIds"
    ),
)
def test_kinds(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def interface(estate: Estate, service: str, **inputs: Any) -> dict[str, Any]:
    return {
        "vpcId": estate.vpc.id,
        "serviceName": f"com.amazonaws.eu-west-1.{service}",
        "vpcEndpointType": "Interface",
        **inputs,
    }


def test_the_service_exists_in_the_region(estate: Estate) -> None:
    estate.add("ec2.VpcEndpoint", "good", **interface(estate, "kms"))
    unknown = estate.sandbox.refusal("ec2.VpcEndpoint", "unknown", **interface(estate, "kmss"))
    assert "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.eu-west-1.kmss' does not exist" in unknown
    far = interface(estate, "kms") | {"serviceName": "com.amazonaws.us-east-1.kms"}
    assert "InvalidServiceName" in estate.sandbox.refusal("ec2.VpcEndpoint", "far", **far)


def test_a_service_has_endpoints_of_the_kind(estate: Estate) -> None:
    words = estate.sandbox.refusal(
        "ec2.VpcEndpoint", "kms", vpcId=estate.vpc.id, serviceName="com.amazonaws.eu-west-1.kms"
    )
    assert "does not support the endpoint type Gateway" in words


def test_an_endpoint_has_one_subnet_in_a_zone(estate: Estate) -> None:
    same = estate.add("ec2.Subnet", "same", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/24", availabilityZone="eu-west-1a")
    two: list[str] = [estate.subnets[0].id, same.id]
    words = estate.sandbox.refusal("ec2.VpcEndpoint", "two", **interface(estate, "kms", subnetIds=two))
    assert "DuplicateSubnetsInSameZone" in words
    both: list[str] = [estate.subnets[0].id, estate.subnets[1].id]
    estate.add("ec2.VpcEndpoint", "both", **interface(estate, "kms", subnetIds=both))


def test_private_dns_needs_the_vpcs_names(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16")
    words = sandbox.refusal(
        "ec2.VpcEndpoint",
        vpcId=vpc.id,
        serviceName="com.amazonaws.eu-west-1.kms",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
    )
    assert "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames" in words


def test_a_vpc_has_a_services_private_name_once(estate: Estate) -> None:
    words = estate.sandbox.refusal("ec2.VpcEndpoint", "again", **interface(estate, "ecr.api", privateDnsEnabled=True))
    assert "private-dns-enabled cannot be set because there is already a conflicting DNS domain" in words


def test_groups_of_another_vpc_are_refused(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    group = estate.add("ec2.SecurityGroup", "other", vpcId=other.id)
    across = interface(estate, "kms", securityGroupIds=[group.id])
    assert "does not belong to network" in estate.sandbox.refusal("ec2.VpcEndpoint", "across", **across)


def test_a_route_table_leads_to_s3_once(estate: Estate) -> None:
    inputs = {"vpcId": estate.vpc.id, "serviceName": "com.amazonaws.eu-west-1.s3", "routeTableIds": [estate.public.id]}
    estate.add("ec2.VpcEndpoint", "first", **inputs)
    assert "RouteAlreadyExists" in estate.sandbox.refusal("ec2.VpcEndpoint", "second", **inputs)
