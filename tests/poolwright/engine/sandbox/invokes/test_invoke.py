from __future__ import annotations

import json

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.invokes.invoke import invoked
from poolwright.engine.sandbox.values import Properties, Value
from tests.poolwright.engine.sandbox.harness import Sandbox


def ask(sandbox: Sandbox, token: str, **arguments: Value) -> Properties:
    answer = invoked(token, arguments, sandbox.provider.cloud)
    assert isinstance(answer, dict), answer
    return answer


def refused(sandbox: Sandbox, token: str, **arguments: Value) -> Failure:
    answer = invoked(token, arguments, sandbox.provider.cloud)
    assert isinstance(answer, list)
    return answer[0]


def test_who_and_where(sandbox: Sandbox) -> None:
    assert ask(sandbox, "aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "123456789012"
    assert ask(sandbox, "aws:index/getRegion:getRegion")["region"] == "eu-west-1"
    assert ask(sandbox, "aws:index/getPartition:getPartition")["dnsSuffix"] == "amazonaws.com"


def test_outputs_of_a_cloudformation_stack_are_read_by_its_name(sandbox: Sandbox) -> None:
    token = "aws:cloudformation/getStack:getStack"
    template = {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, "Outputs": {"VpcId": {"Value": "vpc-1"}}}
    sandbox.create("cloudformation.Stack", "it", name="network", templateBody=json.dumps(template))
    assert ask(sandbox, token, name="network")["outputs"] == {"VpcId": "vpc-1"}
    assert "Stack with id other does not exist" in refused(sandbox, token, name="other").reason


def test_what_a_cloudformation_stack_exports_is_read_by_the_exports_name(sandbox: Sandbox) -> None:
    token = "aws:cloudformation/getExport:getExport"
    outputs = {"VpcId": {"Value": "vpc-1", "Export": {"Name": "network:vpc"}}, "Other": {"Value": "x"}}
    template = json.dumps({"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, "Outputs": outputs})
    sandbox.create("cloudformation.Stack", "it", name="network", templateBody=template)
    assert ask(sandbox, token, name="network:vpc")["value"] == "vpc-1"
    assert "CloudFormation Export (Other)" in refused(sandbox, token, name="Other").reason


def test_zones_are_those_of_the_catalog(sandbox: Sandbox) -> None:
    answer = ask(sandbox, "aws:index/getAvailabilityZones:getAvailabilityZones", state="available")
    names, ids = answer["names"], answer["zoneIds"]
    assert names == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert isinstance(ids, list) and sorted(str(one) for one in ids) == ["euw1-az1", "euw1-az2", "euw1-az3"]
    without = ask(sandbox, "aws:index/getAvailabilityZones:getAvailabilityZones", excludeNames=["eu-west-1a"])
    assert without["names"] == ["eu-west-1b", "eu-west-1c"]
    far = ask(sandbox, "aws:index/getAvailabilityZones:getAvailabilityZones", region="us-west-2")
    assert far["names"] == ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]


def test_a_policy_document_is_written_as_the_provider_writes_it(sandbox: Sandbox) -> None:
    answer = ask(
        sandbox,
        "aws:iam/getPolicyDocument:getPolicyDocument",
        statements=[
            {
                "sid": "Read",
                "actions": ["s3:ListBucket", "s3:GetObject"],
                "resources": ["*"],
                "principals": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
                "conditions": [{"test": "StringEquals", "variable": "aws:PrincipalTag/a", "values": ["b"]}],
            }
        ],
    )
    assert json.loads(str(answer["json"])) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "*",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:PrincipalTag/a": "b"}},
            }
        ],
    }
    assert json.loads(str(answer["minifiedJson"])) == json.loads(str(answer["json"]))


def test_documents_are_merged_by_statement_id(sandbox: Sandbox) -> None:
    token = "aws:iam/getPolicyDocument:getPolicyDocument"
    first = ask(sandbox, token, statements=[{"sid": "A", "actions": ["s3:*"], "resources": ["*"]}])["json"]
    merged = ask(
        sandbox,
        token,
        sourcePolicyDocuments=[first],
        statements=[
            {"sid": "A", "actions": ["s3:GetObject"], "resources": ["*"]},
            {"actions": ["kms:Decrypt"], "resources": ["*"]},
        ],
    )
    statements = json.loads(str(merged["json"]))["Statement"]
    assert [statement["Action"] for statement in statements] == ["s3:GetObject", "kms:Decrypt"]
    twice: list[Value] = [{"sid": "A"}, {"sid": "A"}]
    assert refused(sandbox, token, statements=twice).reason == "duplicate Sid (A)"


def test_images_have_ids_that_tell_their_architecture(sandbox: Sandbox) -> None:
    for name, architecture in (
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", "x86_64"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id", "arm64"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id", "x86_64"),
        ("/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id", "arm64"),
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "arm64"),
    ):
        image = str(ask(sandbox, "aws:ssm/getParameter:getParameter", name=name)["value"])
        assert machines.image_architecture("eu-west-1", image) == architecture, name
    whole = ask(
        sandbox,
        "aws:ssm/getParameter:getParameter",
        name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
    )
    assert json.loads(str(whole["value"]))["image_id"].startswith("ami-")
    found = ask(
        sandbox, "aws:ec2/getAmi:getAmi", owners=["amazon"], filters=[{"name": "architecture", "values": ["arm64"]}]
    )
    assert machines.image_architecture("eu-west-1", str(found["imageId"])) == "arm64"


def test_a_parameter_that_nobody_made_is_not_found(sandbox: Sandbox) -> None:
    assert "couldn't find resource" in refused(sandbox, "aws:ssm/getParameter:getParameter", name="/shop/db").reason


def test_what_exists_can_be_looked_up(sandbox: Sandbox) -> None:
    zone = sandbox.create("route53.Zone", name="example.com")
    assert ask(sandbox, "aws:route53/getZone:getZone", name="example.com.")["zoneId"] == zone.id
    assert "no matching Route 53 Hosted Zone" in refused(sandbox, "aws:route53/getZone:getZone", name="a.com").reason
    vpc = sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16", tags={"Name": "web"})
    assert ask(sandbox, "aws:ec2/getVpc:getVpc", tags={"Name": "web"})["id"] == vpc.id
    subnet = sandbox.create("ec2.Subnet", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    filters: list[Value] = [{"name": "vpc-id", "values": [vpc.id]}]
    assert ask(sandbox, "aws:ec2/getSubnets:getSubnets", filters=filters)["ids"] == [subnet.id]


def test_a_data_source_that_the_sandbox_lacks_is_named(sandbox: Sandbox) -> None:
    failure = refused(sandbox, "aws:rds/getCluster:getCluster")
    assert failure.reason.startswith("the sandbox has no data source rds.getCluster; it has ")
