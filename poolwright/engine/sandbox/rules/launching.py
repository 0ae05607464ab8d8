"""Launch templates: machine types that exist, images that fit them, disks and options that AWS takes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.rules.volumes import volume_refusals
from poolwright.engine.sandbox.schema import EnumType, enum_values
from poolwright.engine.sandbox.values import Properties, Value, fields, objects, text, whole

IMAGE: Final = re.compile(r"^(ami-([0-9a-f]{8}|[0-9a-f]{17})|resolve:ssm:[\w./:-]+)$")
LONGEST_USER_DATA: Final = 16384
"""Bytes before base64."""
_NAME: Final = re.compile(r"^[\w().\-/]{3,128}$", re.ASCII)


def type_exists(name: str) -> bool:
    """Whether AWS has a machine type of that name: the catalog's, and for rarer families the SDK's list."""
    return machines.machine(name) is not None or name in enum_values(EnumType("ec2", "InstanceType"))


def unknown_type(name: str, path: str) -> Refusal:
    """What is said of a machine type that AWS does not have."""
    return Refusal("InvalidInstanceType", f"Invalid instance type '{name}' specified", path)


@validates("ec2.LaunchTemplate", "ec2.Instance")
def machine_type_exists(inputs: Properties) -> Iterator[Refusal]:
    """The machine type is one that AWS has, and the image an image id."""
    name = text(inputs.get("instanceType"))
    if name is not None and not type_exists(name):
        yield unknown_type(name, "instanceType")
    for path in ("imageId", "ami"):
        image = text(inputs.get(path))
        if image is not None and not IMAGE.match(image):
            yield Refusal("InvalidAMIID.Malformed", f'Invalid id: "{image}" (expecting "ami-...")', path)


@validates("ec2.LaunchTemplate")
def template_data_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Name, user data, disks, and options that exclude each other."""
    name = text(inputs.get("name"))
    if name is not None and not _NAME.match(name):
        words = f"The Launch Template name {name} must be 3-128 characters of letters, digits and ( ) . - / _"
        yield Refusal("InvalidLaunchTemplateName.MalformedException", words, "name")
    if inputs.get("instanceType") is not None and inputs.get("instanceRequirements") is not None:
        words = "InstanceType and InstanceRequirements can't be specified together"
        yield Refusal("InvalidParameterCombination", words, "instanceRequirements")
    if inputs.get("vpcSecurityGroupIds") and inputs.get("networkInterfaces"):
        words = "Network interfaces and an instance-level security groups may not be specified on the same request"
        yield Refusal("InvalidParameterCombination", words, "vpcSecurityGroupIds")
    profile = fields(inputs.get("iamInstanceProfile"))
    if profile.get("arn") is not None and profile.get("name") is not None:
        words = "The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn"
        yield Refusal("InvalidParameterCombination", words, "iamInstanceProfile")
    yield from _user_data(text(inputs.get("userData")))
    yield from _disks(inputs.get("blockDeviceMappings"))
    yield from _metadata(fields(inputs.get("metadataOptions")))


@validates("ec2.LaunchTemplate")
def image_fits_the_machine(inputs: Properties) -> Iterator[Refusal]:
    """An arm64 image boots no x86_64 machine, nor the other way round; images that nobody knows are taken."""
    image, name = text(inputs.get("imageId")), text(inputs.get("instanceType"))
    found = None if name is None else machines.machine(name)
    if image is None or found is None:
        return
    region = text(inputs.get("region")) or ""
    built_for = machines.image_architecture(region, image)
    if built_for is not None and built_for != found.architecture:
        yield Refusal("InvalidParameterValue", wrong_architecture(found, built_for), "imageId")


def wrong_architecture(found: machines.Machine, built_for: str) -> str:
    """AWS's words for an image of another architecture."""
    return (
        f"The architecture '{found.architecture}' of the specified instance type {found.name} does not match the "
        f"architecture '{built_for}' of the specified AMI. Specify an instance type and an AMI that have matching "
        "architectures, and try again."
    )


@refuses("ec2.LaunchTemplate", on=(Action.CREATE,))
def template_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one launch template of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where("ec2.LaunchTemplate", "name", name):
        words = f"Launch template name already in use: {name}"
        yield Refusal("InvalidLaunchTemplateName.AlreadyExistsException", words, "name")


@refuses("ec2.PlacementGroup", on=(Action.CREATE,))
def placement_group_fits(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A known strategy; a partition group has at most seven partitions."""
    strategy = change.inputs.get("strategy")
    if strategy not in ("cluster", "spread", "partition"):
        words = f"Value ({strategy}) for parameter strategy is invalid. cluster, spread and partition are supported."
        yield Refusal("InvalidParameterValue", words, "strategy")
    partitions = whole(change.inputs.get("partitionCount"))
    if partitions is not None and (strategy != "partition" or not 1 <= partitions <= 7):
        words = "1 to 7 partitions may be given, for the strategy partition alone"
        yield Refusal("InvalidParameterValue", words, "partitionCount")


def _user_data(given: str | None) -> Iterator[Refusal]:
    if given is None:
        return
    try:
        data = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        yield Refusal("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.", "userData")
        return
    if len(data) > LONGEST_USER_DATA:
        words = f"User data is limited to {LONGEST_USER_DATA} bytes, found {len(data)}"
        yield Refusal("InvalidParameterValue", words, "userData")


def _disks(mappings: Value) -> Iterator[Refusal]:
    names: set[str] = set()
    for index, mapping in enumerate(objects(mappings)):
        path = f"blockDeviceMappings[{index}]"
        name = text(mapping.get("deviceName"))
        if name is not None and name in names:
            words = f"The device '{name}' is used in more than one block-device mapping"
            yield Refusal("InvalidBlockDeviceMapping", words, f"{path}.deviceName")
        names.add(name or "")
        disk = fields(mapping.get("ebs"))
        # Launch templates write their booleans as text.
        if disk.get("kmsKeyId") is not None and disk.get("encrypted") in (None, "false", False):
            words = "The parameter KmsKeyId requires the parameter Encrypted to be set."
            yield Refusal("InvalidParameterDependency", words, f"{path}.ebs.kmsKeyId")
        yield from volume_refusals(
            text(disk.get("volumeType")) or "gp2",
            whole(disk.get("volumeSize")),
            whole(disk.get("iops")),
            whole(disk.get("throughput")),
            names=("volumeSize", "iops", "throughput", "volumeType"),
            prefix=f"{path}.ebs.",
        )


def _metadata(options: Properties) -> Iterator[Refusal]:
    hops = whole(options.get("httpPutResponseHopLimit"))
    if hops is not None and not 1 <= hops <= 64:
        words = f"Value ({hops}) for parameter HttpPutResponseHopLimit is invalid. Expected: 1 to 64"
        yield Refusal("InvalidParameterValue", words, "metadataOptions.httpPutResponseHopLimit")
    for name, allowed in (("httpTokens", ("optional", "required")), ("httpEndpoint", ("enabled", "disabled"))):
        given = text(options.get(name))
        if given is not None and given not in allowed:
            words = f"Value ({given}) for parameter {name} is invalid. {' and '.join(allowed)} are supported."
            yield Refusal("InvalidParameterValue", words, f"metadataOptions.{name}")
