"""Drift as plain data: which class a difference gets, and what is said to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from poolwright.engine.refreshed import Reading
from poolwright.render.drift_view import drift_lines
from poolwright.review.drift import DriftClass, DriftReport, differences, drift_of

GROUP = "aws:autoscaling/group:Group"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
SERVICE = "aws:ecs/service:Service"
TARGET = "aws:appautoscaling/target:Target"
STEP = "aws:appautoscaling/scheduledAction:ScheduledAction"
BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
BUCKET = "aws:s3/bucket:Bucket"
VPC = "aws:ec2/vpc:Vpc"


def reading(
    kind: str, known: dict[str, Any], *, inputs: dict[str, Any] | None = None, name: str = "it", **now: Any
) -> Reading:
    """A resource whose properties are now what `now` says; what is not named is as it was known."""
    return Reading(
        urn=f"urn:pulumi:dev::poolwright::{kind}::{name}",
        type=kind,
        name=name,
        id=str(known.get("id", "an-id")),
        inputs=known if inputs is None else inputs,
        known=known,
        now={**known, **now},
    )


def classes(*readings: Reading) -> dict[str, DriftClass]:
    return {record.path: record.by for record in _drift(*readings).differences}


def _drift(*readings: Reading) -> DriftReport:
    return drift_of(readings, stack="dev", cloud="sandbox")


def group(**now: Any) -> Reading:
    known = {"name": "g", "minSize": 2, "maxSize": 6, "desiredCapacity": 2}
    return reading(GROUP, known, inputs={"minSize": 2, "maxSize": 6}, **now)


NIGHT = reading(
    SCHEDULE, {"autoscalingGroupName": "g", "minSize": 1, "maxSize": -1, "desiredCapacity": -1}, name="night"
)
MORNING = reading(
    SCHEDULE, {"autoscalingGroupName": "g", "minSize": 4, "maxSize": -1, "desiredCapacity": -1}, name="morning"
)


@pytest.mark.parametrize(
    ("now", "by"), [(2, None), (3, "autoscaler"), (6, "autoscaler"), (7, "hand"), (1, "hand"), (0, "hand")]
)
def test_machines_between_floor_and_ceiling_are_the_autoscalers_and_others_a_hand(now: int, by: str | None) -> None:
    found = classes(group(desiredCapacity=now))
    assert found.get("desiredCapacity") == by


def test_a_floor_that_the_schedule_has_is_its_own_and_any_other_a_hand() -> None:
    assert classes(group(minSize=4), NIGHT, MORNING) == {"minSize": DriftClass.AUTOSCALER}
    assert classes(group(minSize=3), NIGHT, MORNING) == {"minSize": DriftClass.HAND}
    assert classes(group(minSize=4)) == {"minSize": DriftClass.HAND}
    # A schedule's floor also is what machines may fall to.
    assert classes(group(desiredCapacity=1), NIGHT) == {"desiredCapacity": DriftClass.AUTOSCALER}


def test_replicas_follow_the_target_that_names_their_service() -> None:
    service = reading(
        SERVICE,
        {"name": "search", "cluster": "arn:aws:ecs:us-east-1:1:cluster/prod-main", "desiredCount": 2},
        desiredCount=5,
    )
    target = {"resourceId": "service/prod-main/search", "minCapacity": 2, "maxCapacity": 5}
    other = {**target, "resourceId": "service/prod-main/other"}
    assert classes(service, reading(TARGET, target)) == {"desiredCount": DriftClass.AUTOSCALER}
    assert classes(service, reading(TARGET, {**target, "maxCapacity": 4})) == {"desiredCount": DriftClass.HAND}
    assert classes(service, reading(TARGET, other)) == {"desiredCount": DriftClass.HAND}
    step = reading(STEP, {"resourceId": target["resourceId"], "scalableTargetAction": {"minCapacity": 3}})
    assert classes(reading(TARGET, target, minCapacity=3), step) == {"minCapacity": DriftClass.AUTOSCALER}
    assert classes(reading(TARGET, target, minCapacity=4), step) == {"minCapacity": DriftClass.HAND}
    assert classes(reading(TARGET, target, maxCapacity=9), step) == {"maxCapacity": DriftClass.HAND}


def test_batch_keeps_its_vcpus_between_the_two_it_was_given() -> None:
    known = {"computeResources": {"minVcpus": 0, "maxVcpus": 64, "desiredVcpus": 0}}
    inside = reading(BATCH, known, computeResources={"minVcpus": 0, "maxVcpus": 64, "desiredVcpus": 32})
    assert classes(inside) == {"computeResources.desiredVcpus": DriftClass.AUTOSCALER}
    more = reading(BATCH, known, computeResources={"minVcpus": 0, "maxVcpus": 96, "desiredVcpus": 96})
    assert classes(more) == {
        "computeResources.desiredVcpus": DriftClass.HAND,
        "computeResources.maxVcpus": DriftClass.HAND,
    }


def test_rules_of_the_stack_shown_in_their_security_group_are_no_hand_and_one_more_is() -> None:
    known: dict[str, Any] = {"id": "sg-1", "ingress": [], "egress": []}
    rule = reading(
        INGRESS,
        {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"},
    )
    https = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"], "securityGroups": []}
    ssh = {**https, "fromPort": 22, "toPort": 22}
    given = {"description": "d"}
    assert classes(reading(SECURITY_GROUP, known, inputs=given, ingress=[https]), rule) == {"ingress": DriftClass.CLOUD}
    opened = _drift(reading(SECURITY_GROUP, known, inputs=given, ingress=[https, ssh]), rule)
    [record] = opened.differences
    assert (record.by, opened.passed) == (DriftClass.HAND, False)
    assert record.remedy == "`up` does not put it back: undo it where it was done"


def test_policies_of_a_role_are_the_stacks_or_a_hand() -> None:
    known: dict[str, Any] = {"id": "r", "name": "r", "inlinePolicies": [], "managedPolicyArns": []}
    part = reading(POLICY, {"role": "r", "name": "execution", "policy": '{"Version": "x", "Statement": []}'})
    own = {"name": "execution", "policy": '{"Statement":[],"Version":"x"}'}
    assert classes(reading(ROLE, known, inputs={}, inlinePolicies=[own]), part) == {"inlinePolicies": DriftClass.CLOUD}
    wider = {**own, "policy": '{"Statement":["all"],"Version":"x"}'}
    assert classes(reading(ROLE, known, inputs={}, inlinePolicies=[wider]), part) == {"inlinePolicies": DriftClass.HAND}
    attached = reading(ROLE, known, inputs={}, managedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])
    assert classes(attached, part) == {"managedPolicyArns": DriftClass.HAND}


def test_what_nobody_can_set_and_tags_of_aws_are_the_clouds() -> None:
    known = {"cidrBlock": "10.0.0.0/16", "mainRouteTableId": "a", "tags": {"Name": "n"}, "tagsAll": {"Name": "n"}}
    found = reading(
        VPC,
        known,
        inputs={"cidrBlock": "10.0.0.0/16", "tags": {"Name": "n"}},
        mainRouteTableId="b",
        tags={"Name": "n", "aws:cloudformation:stack": "x"},
        tagsAll={"Name": "n", "aws:cloudformation:stack": "x", "owner": "eve"},
    )
    assert classes(found) == {
        "mainRouteTableId": DriftClass.CLOUD,
        "tags.aws:cloudformation:stack": DriftClass.CLOUD,
        "tagsAll.owner": DriftClass.HAND,
    }


def test_settings_of_a_bucket_that_has_no_resource_for_them_are_a_hand() -> None:
    bucket = reading(BUCKET, {"id": "b", "policy": ""}, inputs={}, policy='{"Statement": []}')
    assert classes(bucket) == {"policy": DriftClass.HAND}
    part = reading("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "b"})
    assert classes(bucket, part) == {"policy": DriftClass.CLOUD}


def test_a_deleted_resource_is_named_and_its_data_too() -> None:
    gone = Reading(urn="urn:x::it", type=BUCKET, name="it", id="b", protected=True, now=None)
    [record] = _drift(gone).differences
    assert (record.by, record.path, record.before) == (DriftClass.DELETED, "", "b")
    assert "its data is gone with it: see docs/restore.md" in record.remedy


def test_nothing_an_empty_text_and_an_empty_list_are_one_value() -> None:
    assert list(differences({"a": None, "b": "", "c": []}, {"a": "", "b": [], "d": {}})) == []
    assert list(differences({"p": '{"a": 1, "b": 2}'}, {"p": '{"b":2,"a":1}'})) == []
    assert list(differences({"a": [1, {"x.y": 2}]}, {"a": [1, {"x.y": 3}]})) == [('a[1]["x.y"]', 2, 3)]
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == [("a", [1], [1, 2])]
    assert list(differences({"a": 0}, {"a": False, "b": 0})) == [("b", None, 0)]


def test_hands_come_first_and_the_last_line_counts_all() -> None:
    gone = Reading(urn="urn:x::gone", type=BUCKET, name="gone", id="b", now=None)
    report = _drift(group(desiredCapacity=3, maxSize=9), gone, reading(VPC, {"ownerId": "1"}, inputs={}, ownerId="2"))
    lines = list(drift_lines(report))
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "someone's hand (1):",
        "deleted outside (1):",
        "autoscalers' own (1):",
        "the cloud's own (1):",
        "3 resources read: 1 someone's hand, 1 deleted outside, 1 autoscalers' own, 1 the cloud's own",
    ]
    assert "    maxSize: 6 -> 9" in lines
    assert list(drift_lines(_drift(group()))) == ["1 resources read: no difference"]
