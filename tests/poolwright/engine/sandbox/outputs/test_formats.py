"""Identifiers in AWS's forms, for the types whose form a program relies on."""

from __future__ import annotations

import re

import pytest

from poolwright.engine.sandbox.values import Value
from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Made, Sandbox

HERE = "eu-west-1:123456789012"
HEX17 = "[0-9a-f]{17}"
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    estate = Estate(Sandbox(tmp_path_factory.mktemp("formats"))).build()
    return {resource.type: resource for resource in reversed(list(estate))}


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("ec2.Vpc", f"vpc-{HEX17}"),
        ("ec2.Subnet", f"subnet-{HEX17}"),
        ("ec2.RouteTableAssociation", f"rtbassoc-{HEX17}"),
        ("ec2.Eip", f"eipalloc-{HEX17}"),
        ("ec2.LaunchTemplate", f"lt-{HEX17}"),
        ("vpc.SecurityGroupIngressRule", f"sgr-{HEX17}"),
        ("efs.MountTarget", f"fsmt-{HEX17}"),
        ("kms.Key", UUID),
        ("ecs.Cluster", f"arn:aws:ecs:{HERE}:cluster/shop"),
        ("ecs.TaskDefinition", "web"),
        ("route53.Zone", "Z[A-Z0-9]{20}"),
        ("sqs.Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/it-[0-9a-f]{7}"),
        ("guardduty.Detector", "[0-9a-f]{32}"),
        ("securityhub.Account", "123456789012"),
        ("servicediscovery.PrivateDnsNamespace", "ns-[a-z0-9]{16}"),
    ],
)
def test_ids(made: dict[str, Made], kind: str, pattern: str) -> None:
    assert re.fullmatch(pattern, made[kind].id), made[kind].id


@pytest.mark.parametrize(
    ("kind", "name", "pattern"),
    [
        ("ec2.Vpc", "arn", f"arn:aws:ec2:{HERE}:vpc/vpc-{HEX17}"),
        (
            "lb.LoadBalancer",
            "arn",
            f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/it-[0-9a-f]{{7}}/[0-9a-f]{{16}}",
        ),
        ("lb.LoadBalancer", "dnsName", r"it-[0-9a-f]{7}-\d{10}\.eu-west-1\.elb\.amazonaws\.com"),
        ("lb.Listener", "arn", f"arn:aws:elasticloadbalancing:{HERE}:listener/app/[^/]+/[0-9a-f]{{16}}/[0-9a-f]{{16}}"),
        ("iam.Role", "arn", "arn:aws:iam::123456789012:role/it-[0-9a-f]{7}"),
        ("iam.Role", "uniqueId", "AROA[A-Z2-7]{17}"),
        ("secretsmanager.Secret", "arn", f"arn:aws:secretsmanager:{HERE}:secret:it-[0-9a-f]{{7}}-[A-Za-z]{{6}}"),
        (
            "autoscaling.Group",
            "arn",
            f"arn:aws:autoscaling:{HERE}:autoScalingGroup:{UUID}:autoScalingGroupName/it-[0-9a-f]{{7}}",
        ),
        ("ecs.TaskDefinition", "arn", f"arn:aws:ecs:{HERE}:task-definition/web:1"),
        ("ecs.Service", "arn", f"arn:aws:ecs:{HERE}:service/shop/web"),
        ("ecr.Repository", "repositoryUrl", r"123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com/shop/web"),
        ("s3.Bucket", "arn", "arn:aws:s3:::data-[0-9a-f]{7}"),
        ("s3.Bucket", "bucketRegionalDomainName", r"data-[0-9a-f]{7}\.s3\.eu-west-1\.amazonaws\.com"),
        ("efs.FileSystem", "dnsName", rf"fs-{HEX17}\.efs\.eu-west-1\.amazonaws\.com"),
        ("cloudwatch.LogGroup", "arn", f"arn:aws:logs:{HERE}:log-group:it-[0-9a-f]{{7}}"),
        ("acm.Certificate", "arn", f"arn:aws:acm:{HERE}:certificate/{UUID}"),
        ("ec2.NatGateway", "publicIp", r"198\.1[89]\.\d+\.\d+"),
        ("ec2.NatGateway", "privateIp", r"10\.0\.0\.\d+"),
        ("wafv2.WebAcl", "arn", f"arn:aws:wafv2:{HERE}:regional/webacl/it-[0-9a-f]{{7}}/{UUID}"),
    ],
)
def test_outputs(made: dict[str, Made], kind: str, name: str, pattern: str) -> None:
    assert re.fullmatch(pattern, str(made[kind][name])), made[kind][name]


def test_a_vpc_and_what_it_brings_along_agree(made: dict[str, Made]) -> None:
    vpc = made["ec2.Vpc"]
    assert made["ec2.DefaultSecurityGroup"].id == vpc["defaultSecurityGroupId"]
    assert made["ec2.MainRouteTableAssociation"]["originalRouteTableId"] == vpc["mainRouteTableId"]
    assert made["lb.LoadBalancer"]["vpcId"] == vpc.id


def test_a_group_lies_in_its_subnets_zones(made: dict[str, Made]) -> None:
    zones: Value = ["eu-west-1a", "eu-west-1b"]
    assert made["autoscaling.Group"]["availabilityZones"] == zones


def test_a_load_balancer_of_the_network_kind_has_another_name(sandbox: Sandbox) -> None:
    estate = Estate(sandbox)
    estate.network()
    subnets = [subnet.id for subnet in estate.subnets]
    net = estate.add("lb.LoadBalancer", "n", name="net", loadBalancerType="network", internal=True, subnets=subnets)
    assert re.fullmatch(r"net-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com", str(net["dnsName"]))
    inner = estate.add("lb.LoadBalancer", "i", name="in", internal=True, subnets=subnets)
    assert str(inner["dnsName"]).startswith("internal-in-")
