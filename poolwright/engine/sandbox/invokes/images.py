"""Machine images: ids in AWS's form that are the same in each run, and say what architecture they are for."""

from __future__ import annotations

import json
import re
from typing import Final

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.invokes.invoke import Answer, answers
from poolwright.engine.sandbox.machines import image_of, made_image
from poolwright.engine.sandbox.values import Properties, Value, objects, text, texts

_ECS_PATH: Final = re.compile(r"^/aws/service/ecs/optimized-ami/([\w.-]+)(?:/([\w.-]+))?/recommended(?:/(\w+))?$")
_BOTTLEROCKET_PATH: Final = re.compile(
    r"^/aws/service/bottlerocket/([\w.-]+)/(x86_64|arm64)/[\w.]+/image_(id|version)$"
)
_AMI_PATH: Final = re.compile(r"^/aws/service/ami-amazon-linux-latest/([\w.-]+)$")
_ARM: Final = re.compile(r"arm64|aarch64")


@answers("ssm.getParameter")
def parameter(arguments: Properties, cloud: Cloud) -> Answer:
    """AWS's public parameters for images, and parameters that the program made."""
    name = text(arguments.get("name")) or ""
    value = _public_parameter(name, cloud.region)
    made = cloud.get("ssm.Parameter", name)
    if value is None and made is not None:
        value = text(made.outputs.get("value"))
    if value is None:
        return [Failure("name", f"reading SSM Parameter ({name}): couldn't find resource")]
    return {
        **arguments,
        "id": name,
        "arn": cloud.identity.arn("ssm", f"parameter{name}", region=cloud.region, account=""),
        "name": name,
        "type": "String",
        "value": value,
        "insecureValue": value,
        "version": 1,
        "region": cloud.region,
    }


@answers("ec2.getAmi")
def ami(arguments: Properties, cloud: Cloud) -> Answer:
    """The image that a name filter and an architecture filter mean."""
    filters = {str(found.get("name")): texts(found.get("values")) for found in objects(arguments.get("filters"))}
    names = filters.get("name") or [text(arguments.get("nameRegex")) or "image"]
    wanted = filters.get("architecture", [])
    architecture = wanted[0] if wanted else ("arm64" if _ARM.search(names[0]) else "x86_64")
    found = next(iter(filters.get("image-id", [])), None) or made_image(cloud.region, architecture, names[0])
    owners: list[Value] = [*texts(arguments.get("owners"))]
    return {
        **arguments,
        "id": found,
        "imageId": found,
        "arn": cloud.identity.arn("ec2", f"image/{found}", region=cloud.region, account=""),
        "name": names[0].replace("*", "2024.01.01"),
        "architecture": architecture,
        "state": "available",
        "ownerId": owners[0] if owners else cloud.identity.account,
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": True,
        "public": True,
        "mostRecent": True,
        "creationDate": "2024-01-01T00:00:00.000Z",
        "description": "",
        "blockDeviceMappings": [],
        "productCodes": [],
        "stateReason": {},
        "tags": {},
        "region": cloud.region,
    }


def _public_parameter(name: str, region: str) -> str | None:
    ecs = _ECS_PATH.match(name)
    if ecs:
        flavour, variant, field = ecs.groups()
        architecture = "arm64" if variant == "arm64" or "arm64" in flavour else "x86_64"
        kind = variant if variant in ("gpu", "neuron") else "standard"
        found = image_of(region, architecture, kind) if flavour == "amazon-linux-2023" else None
        found = found or made_image(region, architecture, f"ecs/{flavour}/{variant}")
        known = {"image_id": found, "image_name": f"{flavour}-ecs-hvm-2024.01.01-{architecture}", "os": flavour}
        return json.dumps(known) if field is None else known.get(field)
    bottlerocket = _BOTTLEROCKET_PATH.match(name)
    if bottlerocket:
        variant, architecture, field = bottlerocket.groups()
        return made_image(region, architecture, f"bottlerocket/{variant}") if field == "id" else "1.20.0"
    plain = _AMI_PATH.match(name)
    if plain:
        return made_image(region, "arm64" if _ARM.search(name) else "x86_64", name)
    return None
