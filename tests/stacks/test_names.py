"""Names of everything a stack makes, for the longest keys that a demand file may have."""

from __future__ import annotations

import re

import pytest

from solver.plan.plan import SitePlan
from stacks.program import aws_pools
from tests.components import plans
from tests.recorder import Recording, record

AUTONAME = 8
"""What Pulumi adds to a logical name where the program gives none: a hyphen and seven digits."""
LIMITS = {
    # Type → AWS's greatest length, and the property that Pulumi fills from the logical name.
    "aws:accessanalyzer/analyzer:Analyzer": (255, "analyzerName"),
    "aws:appautoscaling/policy:Policy": (256, "name"),
    "aws:appautoscaling/scheduledAction:ScheduledAction": (256, "name"),
    "aws:autoscaling/group:Group": (255, "name"),
    "aws:autoscaling/schedule:Schedule": (255, "scheduledActionName"),
    "aws:backup/plan:Plan": (50, "name"),
    "aws:backup/selection:Selection": (50, "name"),
    "aws:backup/vault:Vault": (50, "name"),
    "aws:batch/computeEnvironment:ComputeEnvironment": (128, "name"),
    "aws:batch/jobDefinition:JobDefinition": (128, "name"),
    "aws:batch/jobQueue:JobQueue": (128, "name"),
    "aws:cloudtrail/trail:Trail": (128, "name"),
    "aws:cloudwatch/logGroup:LogGroup": (512, "name"),
    "aws:ec2/launchTemplate:LaunchTemplate": (128, "name"),
    "aws:ec2/securityGroup:SecurityGroup": (255, "name"),
    "aws:ecr/repository:Repository": (256, "name"),
    "aws:ecs/capacityProvider:CapacityProvider": (255, "name"),
    "aws:ecs/cluster:Cluster": (255, "name"),
    "aws:ecs/service:Service": (255, "name"),
    "aws:ecs/taskDefinition:TaskDefinition": (255, "family"),
    "aws:iam/instanceProfile:InstanceProfile": (128, "name"),
    "aws:iam/policy:Policy": (128, "name"),
    "aws:iam/role:Role": (64, "name"),
    "aws:iam/rolePolicy:RolePolicy": (128, "name"),
    "aws:kms/alias:Alias": (256, "name"),
    "aws:lb/loadBalancer:LoadBalancer": (32, "name"),
    "aws:lb/targetGroup:TargetGroup": (32, "name"),
    "aws:s3/bucket:Bucket": (63, "bucket"),
    "aws:s3/inventory:Inventory": (64, "name"),
    "aws:scheduler/schedule:Schedule": (64, "name"),
    "aws:secretsmanager/secret:Secret": (512, "name"),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": (253, "name"),
    "aws:servicediscovery/service:Service": (63, "name"),
    "aws:wafv2/webAcl:WebAcl": (128, "name"),
}
UNNAMED = {
    "aws:route53/record:Record",
    "aws:route53/zone:Zone",
    "aws:ecs/accountSettingDefault:AccountSettingDefault",
}
"""Types whose `name` is no name of ours."""


def stretched(key: str) -> str:
    """The key at its greatest length."""
    return f"{key}-{'z' * 24}"[:24]


def longest() -> SitePlan:
    """The full site with every workload and claim at the greatest length of a key."""
    text = plans.full_site().model_dump_json()
    for key in ("assistant", "recommender", "training", "fraud", "documents", "models", "shared", "scratch"):
        text = re.sub(rf"\b{key}(?!-|/|\.com)\b", stretched(key), text)
    kind = f'"kind":"{stretched("training")}"'
    return SitePlan.model_validate_json(text.replace(kind, '"kind":"training"'))


@pytest.fixture(scope="module")
def recorded() -> Recording[dict[str, object]]:
    stack, site = stretched("production"), stretched("main")
    plan = plans.plan(stack, **{site: longest()})
    return record(lambda: aws_pools(site, plan.aws_sites[site], plan, plans.ACCOUNT_ID), stack=stack)


def test_every_name_is_within_awss_limit(recorded: Recording[dict[str, object]]) -> None:
    for made in recorded.custom():
        if made.type not in LIMITS:
            assert "name" not in made.inputs or made.type in UNNAMED, f"what is the limit of {made.type}?"
            continue
        limit, named_by = LIMITS[made.type]
        name = made.inputs.get(named_by) or "x" * (len(made.name) + AUTONAME)
        assert len(name) <= limit, f"{made.type} {made.name}: {name}"


def test_tags_are_within_awss_limits(recorded: Recording[dict[str, object]]) -> None:
    for made in recorded.custom():
        tags: dict[str, str] | list[dict[str, str]] = made.inputs.get("tags", {})
        # Auto Scaling has its own form: each tag says whether machines get it too.
        pairs = tags.items() if isinstance(tags, dict) else [(tag["key"], tag["value"]) for tag in tags]
        assert len(pairs) <= 40
        assert all(len(key) <= 128 and len(value) <= 256 for key, value in pairs)
