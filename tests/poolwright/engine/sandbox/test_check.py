from __future__ import annotations

from poolwright.engine.sandbox.check import near_miss, schema_failures
from poolwright.engine.sandbox.schema import resource_schema
from poolwright.engine.sandbox.values import UNKNOWN, Properties


def failures(kind: str, inputs: Properties) -> list[tuple[str, str]]:
    schema = resource_schema(kind)
    assert schema is not None
    return [(failure.path, failure.reason) for failure in schema_failures(inputs, schema.inputs)]


TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SUBNET = "aws:ec2/subnet:Subnet"


def test_good_inputs_have_no_failures() -> None:
    assert failures(SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "tags": {"Name": "a"}}) == []


def test_an_unknown_property_is_named_with_the_one_that_was_meant() -> None:
    assert failures(SUBNET, {"vpcId": "vpc-1", "cidr_block": "10.0.0.0/24"}) == [
        ("cidr_block", "unknown property. Did you mean 'cidrBlock'?")
    ]


def test_a_mistyped_nested_key_is_found() -> None:
    found = failures(TEMPLATE, {"blockDeviceMappings": [{"ebs": {"volumeSizes": 8}}]})
    assert found == [("blockDeviceMappings[0].ebs.volumeSizes", "unknown property. Did you mean 'volumeSize'?")]


def test_a_missing_required_property_is_named() -> None:
    assert failures(SUBNET, {}) == [("vpcId", "missing required property")]
    assert ("vpcId", "missing required property") in failures(SUBNET, {"vpcId": None})


def test_a_wrong_type_is_named_with_what_was_found() -> None:
    found = failures(TEMPLATE, {"name": 3, "ebsOptimized": ["true"], "tags": {"a": 1}, "blockDeviceMappings": {}})
    assert found == [
        ("name", "expected a string, found the number 3"),
        ("ebsOptimized", "expected a string, found a list"),
        ("tags.a", "expected a string, found the number 1"),
        ("blockDeviceMappings", "expected a list, found an object"),
    ]


def test_a_boolean_is_no_number() -> None:
    asg: Properties = {"minSize": True, "maxSize": 1.5}
    assert failures("aws:autoscaling/group:Group", asg) == [
        ("minSize", "expected an integer, found the boolean true"),
        ("maxSize", "expected an integer, found the number 1.5"),
    ]


def test_a_word_outside_of_a_closed_list_is_refused() -> None:
    asg: Properties = {"minSize": 0, "maxSize": 1, "enabledMetrics": ["GroupMinSize", "GroupMiniSize"]}
    ((path, reason),) = failures("aws:autoscaling/group:Group", asg)
    assert path == "enabledMetrics[1]"
    assert reason.endswith("Did you mean 'GroupMinSize'?")


def test_what_is_not_known_yet_fits_everywhere() -> None:
    assert failures(SUBNET, {"vpcId": UNKNOWN, "tags": UNKNOWN, "mapPublicIpOnLaunch": UNKNOWN}) == []
    assert failures(TEMPLATE, {"blockDeviceMappings": [UNKNOWN, {"ebs": UNKNOWN}]}) == []


def test_a_document_may_be_text_or_an_object() -> None:
    role = "aws:iam/role:Role"
    assert failures(role, {"assumeRolePolicy": "{}"}) == []
    ((path, _),) = failures(role, {"assumeRolePolicy": 3})
    assert path == "assumeRolePolicy"


def test_nothing_is_suggested_where_nothing_is_close() -> None:
    assert near_miss("zzz", ["cidrBlock"]) == ""
