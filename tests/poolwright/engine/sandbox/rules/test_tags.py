from __future__ import annotations

from pathlib import Path

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

TEMPLATE = "ec2.LaunchTemplate"
TAGGED = {"tagSpecifications": [{"resourceType": "volume", "tags": {"team": "search"}}]}
VPC = {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "web"}}


@cases(
    there_are_fifty=Case(
        "ec2.Vpc",
        VPC | {"tags": {f"t{n}": "" for n in range(50)}},
        {"tags": {f"t{n}": "" for n in range(51)}},
        "TagLimitExceeded",
        "tags",
    ),
    a_key_has_128_characters=Case(
        "ec2.Vpc", VPC | {"tags": {"k" * 128: ""}}, {"tags": {"k" * 129: ""}}, "InvalidParameterValue", "tags"
    ),
    a_value_has_256=Case(
        "ec2.Vpc", VPC | {"tags": {"k": "v" * 256}}, {"tags": {"k": "v" * 257}}, "InvalidParameterValue", "tags.k"
    ),
    a_key_is_not_of_aws=Case("ec2.Vpc", VPC, {"tags": {"aws:x": "1"}}, "InvalidParameterValue", "tags.aws:x"),
    a_value_is_plain=Case("ec2.Vpc", VPC, {"tags": {"k": "a;b"}}, "InvalidParameterValue", "tags.k"),
    a_groups_tags_count_too=Case(
        "autoscaling.Group",
        {"minSize": 0, "maxSize": 1, "vpcZoneIdentifiers": ["subnet-1"], "launchTemplate": {"id": "lt-1"}},
        {"tags": [{"key": "aws:x", "value": "1", "propagateAtLaunch": True}]},
        "InvalidParameterValue",
        "tags.aws:x",
    ),
    a_template_tags_what_a_launch_makes=Case(
        TEMPLATE,
        TAGGED,
        {"tagSpecifications": [{"resourceType": "vpc", "tags": {"team": "search"}}]},
        "InvalidParameterValue",
        "tagSpecifications[0].resourceType",
    ),
    a_template_tags_each_kind_once=Case(
        TEMPLATE,
        TAGGED,
        {"tagSpecifications": TAGGED["tagSpecifications"] * 2},
        "InvalidParameterValue",
        "tagSpecifications[1].resourceType",
    ),
    tags_of_a_launch_are_not_of_aws=Case(
        TEMPLATE,
        TAGGED,
        {"tagSpecifications": [{"resourceType": "volume", "tags": {"aws:x": "1"}}]},
        "InvalidParameterValue",
        "tagSpecifications[0].tags.aws:x",
    ),
)
def test_tags(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_the_providers_tags_count(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, default_tags={f"d{number}": "" for number in range(45)})
    assert sandbox.failures("ec2.Vpc", cidrBlock="10.0.0.0/16", tags={f"t{n}": "" for n in range(5)}) == []
    (failure,) = sandbox.failures("ec2.Vpc", cidrBlock="10.0.0.0/16", tags={f"t{n}": "" for n in range(6)})
    assert failure.reason.startswith("TagLimitExceeded")
