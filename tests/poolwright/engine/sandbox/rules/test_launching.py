from __future__ import annotations

import base64

from poolwright.engine.sandbox.machines import made_image
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

LT = "ec2.LaunchTemplate"
ARM = made_image("eu-west-1", "arm64", "test")
INTEL = made_image("eu-west-1", "x86_64", "test")
TEMPLATE = {"imageId": ARM, "instanceType": "c7g.large"}
LONG = base64.b64encode(b"#" * 16385).decode()


def disk(**ebs: object) -> dict[str, object]:
    return {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": ebs}]}


@cases(
    a_machine_type_exists=Case(LT, TEMPLATE, {"instanceType": "c7g.huge"}, "InvalidInstanceType", "instanceType"),
    an_arm_image_boots_no_intel_machine=Case(
        LT, TEMPLATE, {"instanceType": "c7i.large"}, "InvalidParameterValue", "imageId"
    ),
    an_intel_image_boots_no_arm_machine=Case(LT, TEMPLATE, {"imageId": INTEL}, "InvalidParameterValue", "imageId"),
    an_image_has_an_id=Case(LT, TEMPLATE, {"imageId": "al2023"}, "InvalidAMIID.Malformed", "imageId"),
    user_data_is_base64=Case(LT, TEMPLATE, {"userData": "#!/bin/sh"}, "InvalidUserData.Malformed", "userData"),
    user_data_is_short=Case(LT, TEMPLATE, {"userData": LONG}, "InvalidParameterValue", "userData"),
    groups_are_at_the_interface_or_the_machine=Case(
        LT,
        TEMPLATE | {"vpcSecurityGroupIds": ["sg-1"]},
        {"networkInterfaces": [{"deviceIndex": 0}]},
        "InvalidParameterCombination",
        "vpcSecurityGroupIds",
    ),
    type_and_requirements_exclude_each_other=Case(
        LT,
        TEMPLATE,
        {"instanceRequirements": {"vcpuCount": {"min": 2}, "memoryMib": {"min": 2048}}},
        "InvalidParameterCombination",
        "instanceRequirements",
    ),
    a_disk_has_the_iops_of_its_type=Case(
        LT,
        TEMPLATE | disk(volumeType="gp3", volumeSize=100, iops=4000),
        disk(volumeType="gp2", volumeSize=100, iops=4000),
        "InvalidParameterCombination",
        "blockDeviceMappings[0].ebs.iops",
    ),
    a_disk_with_a_key_is_encrypted=Case(
        LT,
        TEMPLATE | disk(encrypted="true", kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/1"),
        disk(kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/1"),
        "InvalidParameterDependency",
        "blockDeviceMappings[0].ebs.kmsKeyId",
    ),
    a_device_is_mapped_once=Case(
        LT,
        TEMPLATE,
        {"blockDeviceMappings": [{"deviceName": "/dev/xvda"}, {"deviceName": "/dev/xvda"}]},
        "InvalidBlockDeviceMapping",
        "blockDeviceMappings[1].deviceName",
    ),
    metadata_hops_are_few=Case(
        LT,
        TEMPLATE | {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1}},
        {"metadataOptions": {"httpPutResponseHopLimit": 65}},
        "InvalidParameterValue",
        "metadataOptions.httpPutResponseHopLimit",
    ),
    a_template_name_is_plain=Case(
        LT, TEMPLATE | {"name": "web"}, {"name": "a b"}, "InvalidLaunchTemplateName.MalformedException", "name"
    ),
)
def test_templates(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_an_image_that_nobody_knows_boots_anything(sandbox: Sandbox) -> None:
    for kind in ("c7g.large", "c7i.large"):
        assert sandbox.failures(LT, imageId="ami-00000000000000000", instanceType=kind) == []


def test_a_template_name_is_new(sandbox: Sandbox) -> None:
    sandbox.create(LT, "one", name="web", **TEMPLATE)
    words = sandbox.refusal(LT, "two", name="web", **TEMPLATE)
    assert "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use: web" in words


def test_a_placement_group_has_a_known_strategy(sandbox: Sandbox) -> None:
    sandbox.create("ec2.PlacementGroup", "good", strategy="spread")
    assert "InvalidParameterValue" in sandbox.refusal("ec2.PlacementGroup", "bad", strategy="tight")
