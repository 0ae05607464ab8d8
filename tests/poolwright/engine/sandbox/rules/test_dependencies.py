from __future__ import annotations

from dataclasses import replace

import pytest

from poolwright.engine.sandbox.values import Value
from tests.poolwright.engine.sandbox.estate import ALLOW, TRUST, Estate
from tests.poolwright.engine.sandbox.harness import Made, Sandbox


@pytest.fixture
def whole(sandbox: Sandbox) -> Estate:
    return Estate(sandbox).build()


def first(estate: Estate, kind: str) -> Made:
    return next(resource for resource in estate if resource.type == kind)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("ec2.Vpc", "DependencyViolation"),
        ("ec2.Subnet", "DependencyViolation"),
        ("ec2.SecurityGroup", "DependencyViolation"),
        ("ec2.RouteTable", "DependencyViolation"),
        ("ec2.InternetGateway", "DependencyViolation"),
        ("ec2transitgateway.TransitGateway", "IncorrectState"),
        ("ec2.Eip", "InvalidIPAddress.InUse"),
        ("lb.TargetGroup", "ResourceInUse"),
        ("acm.Certificate", "ResourceInUseException"),
        ("route53.Zone", "HostedZoneNotEmpty"),
        ("iam.Policy", "DeleteConflict"),
        ("iam.Role", "DeleteConflict"),
        ("ecs.Cluster", "ClusterContainsServicesException"),
        ("ecs.CapacityProvider", "ResourceInUseException"),
        ("ecs.ClusterCapacityProviders", "ResourceInUseException"),
        ("batch.ComputeEnvironment", "ClientException"),
        ("batch.SchedulingPolicy", "ClientException"),
        ("efs.FileSystem", "FileSystemInUse"),
        ("backup.Plan", "InvalidRequestException"),
        ("cloudwatch.EventRule", "ValidationException"),
        ("servicediscovery.PrivateDnsNamespace", "ResourceInUse"),
        ("wafv2.WebAcl", "WAFAssociatedItemException"),
        ("cfg.DeliveryChannel", "LastDeliveryChannelDeleteFailedException"),
    ],
)
def test_what_is_used_stays(whole: Estate, kind: str, code: str) -> None:
    assert f"api error {code}: " in whole.sandbox.refused_deletion(first(whole, kind))


def test_what_nothing_uses_goes(whole: Estate) -> None:
    for kind in (
        "sqs.Queue",
        "ec2.NetworkAcl",
        "ec2.PlacementGroup",
        "ecr.PullThroughCacheRule",
        "servicediscovery.HttpNamespace",
    ):
        whole.sandbox.delete(first(whole, kind))


def test_a_roles_policies_can_go_with_it(sandbox: Sandbox) -> None:
    role = sandbox.create("iam.Role", name="web", assumeRolePolicy=TRUST, forceDetachPolicies=True)
    sandbox.create("iam.RolePolicy", role="web", policy=ALLOW)
    sandbox.delete(role)


def test_a_groups_rule_about_itself_goes_with_it(estate: Estate) -> None:
    group = estate.add("ec2.SecurityGroup", "own", vpcId=estate.vpc.id)
    rule = {"securityGroupId": group.id, "referencedSecurityGroupId": group.id, "ipProtocol": "-1"}
    estate.add("vpc.SecurityGroupIngressRule", "own", **rule)
    estate.sandbox.delete(group)


def test_a_protected_balancer_stays(estate: Estate) -> None:
    inputs = {"subnets": [subnet.id for subnet in estate.subnets]}
    balancer = estate.add("lb.LoadBalancer", enableDeletionProtection=True, **inputs)
    assert "OperationNotPermitted" in estate.sandbox.refused_deletion(balancer)
    estate.sandbox.delete(estate.sandbox.update(balancer, enableDeletionProtection=False, **inputs))


@pytest.mark.parametrize(
    ("kind", "fact", "force", "code"),
    [
        ("s3.Bucket", "objects", "forceDestroy", "BucketNotEmpty"),
        ("ecr.Repository", "images", "forceDelete", "RepositoryNotEmptyException"),
        ("backup.Vault", "recoveryPoints", "forceDestroy", "InvalidRequestException"),
    ],
)
def test_what_holds_something_goes_by_force_alone(
    sandbox: Sandbox, kind: str, fact: str, force: str, code: str
) -> None:
    full = sandbox.create(kind)
    store = sandbox.provider.store
    (stored,) = store.all(kind)
    held: dict[str, Value] = {**stored.facts, fact: 3}
    store.put(replace(stored, facts=held))
    assert f"api error {code}: " in sandbox.refused_deletion(full)
    sandbox.delete(sandbox.update(full, **{force: True}))


def test_a_group_without_machines_holds_no_subnet(estate: Estate) -> None:
    template = estate.add("ec2.LaunchTemplate", imageId="ami-00000000000000000", instanceType="c7g.large")
    empty = estate.add("ec2.Subnet", "empty", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/24")
    inputs = {"vpcZoneIdentifiers": [empty.id], "launchTemplate": {"id": template.id}, "maxSize": 1}
    group = estate.add("autoscaling.Group", minSize=1, **inputs)
    assert "DependencyViolation" in estate.sandbox.refused_deletion(empty)
    estate.sandbox.update(group, minSize=0, desiredCapacity=0, **inputs)
    estate.sandbox.delete(empty)
