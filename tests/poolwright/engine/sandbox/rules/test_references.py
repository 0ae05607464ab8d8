from __future__ import annotations

from poolwright.engine.sandbox.rules.reference_table import REFERENCES
from poolwright.engine.sandbox.schema import resource_schema
from poolwright.engine.sandbox.tokens import type_token
from tests.poolwright.engine.sandbox.estate import TRUST, Estate
from tests.poolwright.engine.sandbox.harness import Sandbox


def test_every_reference_is_an_input_of_its_type_and_names_a_type_of_the_sdk() -> None:
    for reference in REFERENCES:
        schema = resource_schema(type_token(reference.holder))
        assert schema is not None, reference
        assert reference.path.partition(".")[0] in schema.inputs, reference
        assert resource_schema(type_token(reference.target)) is not None, reference
        assert reference.by in ("id", "arn", "name", "any")


def test_what_does_not_exist_can_not_be_named(sandbox: Sandbox) -> None:
    words = sandbox.refusal("ec2.Subnet", vpcId="vpc-0123456789abcdef0", cidrBlock="10.0.0.0/24")
    assert words == (
        "creating ec2 Subnet (it): operation error ec2: api error InvalidVpcID.NotFound: The vpc ID "
        "'vpc-0123456789abcdef0' does not exist"
    )


def test_a_regional_resource_is_not_seen_from_another_region(estate: Estate) -> None:
    inputs = {"vpcId": estate.vpc.id, "cidrBlock": "10.0.9.0/24"}
    estate.add("ec2.Subnet", "here", **inputs)
    words = estate.sandbox.refusal("ec2.Subnet", "there", region="us-east-1", **inputs)
    assert "InvalidVpcID.NotFound" in words


def test_a_global_resource_is_seen_from_every_region(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", assumeRolePolicy=TRUST)
    profile = sandbox.create("iam.InstanceProfile", role=role["name"])
    template = {"imageId": "ami-00000000000000000", "iamInstanceProfile": {"arn": profile["arn"]}}
    sandbox.create("ec2.LaunchTemplate", region="us-east-1", **template)
    missing = template | {"iamInstanceProfile": {"arn": f"{profile['arn']}x"}}
    assert "Invalid IAM Instance Profile ARN" in sandbox.refusal("ec2.LaunchTemplate", "none", **missing)


def test_what_belongs_to_aws_or_another_account_is_trusted(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", assumeRolePolicy=TRUST)["name"]
    aws = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    sandbox.create("iam.RolePolicyAttachment", "aws", role=role, policyArn=aws)
    sandbox.create("cloudwatch.LogGroup", kmsKeyId="arn:aws:kms:eu-west-1:210987654321:key/1")
    ours = "arn:aws:iam::123456789012:policy/none"
    words = sandbox.refusal("iam.RolePolicyAttachment", "ours", role=role, policyArn=ours)
    assert f"NoSuchEntity: Policy {ours} does not exist or is not attachable." in words


def test_what_a_vpc_brings_along_can_be_named(estate: Estate) -> None:
    default = estate.vpc["defaultSecurityGroupId"]
    estate.add("vpc.SecurityGroupEgressRule", "d", securityGroupId=default, ipProtocol="-1", cidrIpv4="0.0.0.0/0")
    main = estate.vpc["mainRouteTableId"]
    estate.add("ec2.Route", "m", routeTableId=main, destinationCidrBlock="0.0.0.0/0", gatewayId=estate.gateway.id)


def test_an_update_is_checked_as_well(estate: Estate) -> None:
    table = next(resource for resource in estate if resource.type == "ec2.RouteTableAssociation")
    words = estate.sandbox.refused_update(table, subnetId=table["subnetId"], routeTableId="rtb-0123456789abcdef0")
    assert "InvalidRouteTableID.NotFound" in words
