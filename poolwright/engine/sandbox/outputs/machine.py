"""Outputs of EC2's machines: launch templates, instances, key pairs, placement groups, volumes."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.outputs.network import CREATED_AT, address_in
from poolwright.engine.sandbox.places import first_zone
from poolwright.engine.sandbox.updates import makes_template_version
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, items, text, whole

_BASE_IOPS = {"gp3": 3000, "gp2": 100}


@outputs_of("ec2.LaunchTemplate")
def launch_template(making: Making) -> Properties:
    """A template; each change of its data is a new version."""
    inputs = making.inputs
    template_id = making.ec2_id("lt")
    before = making.old
    latest = 1
    if before is not None:
        latest = whole(before.get("latestVersion")) or 1
        latest += 1 if makes_template_version(before, inputs) else 0
    default = whole(inputs.get("defaultVersion")) or (1 if before is None else whole(before.get("defaultVersion"))) or 1
    return {
        "id": template_id,
        "arn": making.arn("ec2", f"launch-template/{template_id}"),
        "name": making.made_name(),
        "namePrefix": making.given("namePrefix"),
        "latestVersion": latest,
        "defaultVersion": latest if flag(inputs.get("updateDefaultVersion")) else default,
        "metadataOptions": inputs.get("metadataOptions"),
    }


@outputs_of("ec2.CapacityReservation")
def capacity_reservation(making: Making) -> Properties:
    """A reservation is known by its id, as blocks are."""
    reservation_id = making.ec2_id("cr")
    return {"id": reservation_id, "arn": making.arn("ec2", f"capacity-reservation/{reservation_id}")}


@outputs_of("ec2.PlacementGroup")
def placement_group(making: Making) -> Properties:
    """A placement group is known by its name."""
    name = making.given("name")
    partition = making.inputs.get("strategy") == "partition"
    return {
        "id": name,
        "arn": making.arn("ec2", f"placement-group/{name}"),
        "placementGroupId": making.ec2_id("pg"),
        "partitionCount": given_or(making.inputs, "partitionCount", 2 if partition else 0),
        "spreadLevel": given_or(making.inputs, "spreadLevel", "rack" if making.given("strategy") == "spread" else ""),
    }


@outputs_of("ec2.KeyPair")
def key_pair(making: Making) -> Properties:
    """A key pair is known by its name."""
    name = making.given("keyName") or making.given("keyNamePrefix") + making.hex(17)
    figures = making.hex(32, "fingerprint")
    return {
        "id": name,
        "keyName": name,
        "keyNamePrefix": making.given("keyNamePrefix"),
        "arn": making.arn("ec2", f"key-pair/{name}"),
        "keyPairId": making.ec2_id("key"),
        "keyType": "ed25519" if making.given("publicKey").startswith("ssh-ed25519") else "rsa",
        "fingerprint": ":".join(figures[start : start + 2] for start in range(0, 32, 2)),
    }


@outputs_of("ec2.Instance")
def instance(making: Making) -> Properties:
    """A running machine in its subnet."""
    inputs = making.inputs
    instance_id = making.ec2_id("i")
    place = making.cloud.get("ec2.Subnet", inputs.get("subnetId"))
    private = given_or(inputs, "privateIp", address_in(making, making.given("subnetId")))
    zone = first_zone(making.region) if place is None else place.outputs.get("availabilityZone")
    return {
        "id": instance_id,
        "arn": making.arn("ec2", f"instance/{instance_id}"),
        "instanceState": "running",
        "availabilityZone": given_or(inputs, "availabilityZone", zone),
        "privateIp": private,
        "privateDns": f"ip-{str(private).replace('.', '-')}.{making.region}.compute.internal",
        "publicIp": "",
        "publicDns": "",
        "primaryNetworkInterfaceId": making.ec2_id("eni"),
        "tenancy": given_or(inputs, "tenancy", "default"),
        "vpcSecurityGroupIds": items(inputs.get("vpcSecurityGroupIds")),
    }


@outputs_of("ebs.Volume")
def volume(making: Making) -> Properties:
    """A volume with the performance that its type starts with."""
    inputs = making.inputs
    volume_id = making.ec2_id("vol")
    kind = text(inputs.get("type")) or "gp2"
    size = whole(inputs.get("size")) or 0
    base = max(_BASE_IOPS["gp2"], min(16000, 3 * size)) if kind == "gp2" else _BASE_IOPS.get(kind, 0)
    key = making.given("kmsKeyId")
    if flag(inputs.get("encrypted")) and not key:
        defaults = making.cloud.all("ebs.DefaultKmsKey")
        managed = making.arn("kms", f"key/{making.uuid('aws/ebs')}")
        key = str(defaults[0].outputs["keyArn"]) if defaults else managed
    encrypted_always = any(flag(found.outputs.get("enabled")) for found in making.cloud.all("ebs.EncryptionByDefault"))
    return {
        "id": volume_id,
        "arn": making.arn("ec2", f"volume/{volume_id}"),
        "createTime": CREATED_AT,
        "type": kind,
        "size": size,
        "iops": given_or(inputs, "iops", base),
        "throughput": given_or(inputs, "throughput", 125 if kind == "gp3" else 0),
        "encrypted": flag(inputs.get("encrypted")) or encrypted_always,
        "kmsKeyId": key,
        "snapshotId": making.given("snapshotId"),
    }


@outputs_of("ebs.DefaultKmsKey")
def default_kms_key(making: Making) -> Properties:
    """The region's key for volumes that name none."""
    return {"id": making.given("keyArn")}


@outputs_of("ebs.EncryptionByDefault")
def encryption_by_default(making: Making) -> Properties:
    """One switch for the region."""
    return {"id": f"{making.account}-{making.region}"}


def template_reference(making: Making, reference: Value) -> Value:
    """A launch template specification with id, name and version; None when there is none."""
    given = fields(reference)
    if not given:
        return None
    found = making.cloud.get("ec2.LaunchTemplate", given.get("id"))
    if found is None:
        named = making.cloud.where("ec2.LaunchTemplate", "name", given.get("name"))
        found = named[0] if named else None
    known: Properties = {} if found is None else {"id": found.id, "name": found.outputs.get("name")}
    return {**known, **given, "version": given.get("version") or "$Default"}
