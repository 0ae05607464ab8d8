"""Outputs of storage: S3, EFS, FSx for Lustre, Backup."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.outputs.network import address_in
from poolwright.engine.sandbox.places import zone_id
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, items, texts

# Route 53's ids for the zones of S3's website end points, from AWS's list of service end points.
_S3_ZONES: Final = {
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-2": "Z3BJ6K6RIION7M",
}
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_AES: Final[Value] = {
    "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": False}]
}
_EMPTY_LISTS: Final = ("corsRules", "grants", "lifecycleRules")


@outputs_of("s3.Bucket")
def bucket(making: Making) -> Properties:
    """A bucket is known by its name, in all the world."""
    inputs = making.inputs
    name = making.given("bucket") or f"{making.given('bucketPrefix')}{making.decimal(26, 'name')}"[:63]
    suffix = making.identity.dns_suffix
    outputs: Properties = {
        "id": name,
        "bucket": name,
        "bucketPrefix": making.given("bucketPrefix"),
        "arn": making.arn("s3", name, region="", account=""),
        "bucketDomainName": f"{name}.s3.{suffix}",
        "bucketRegionalDomainName": f"{name}.s3.{making.region}.{suffix}",
        "bucketRegion": making.region,
        "hostedZoneId": _S3_ZONES.get(making.region, f"Z{making.letters(13, making.region, _UPPER)}"),
        "bucketNamespace": given_or(inputs, "bucketNamespace", "global"),
        "acl": inputs.get("acl"),
        "policy": given_or(inputs, "policy", ""),
        "requestPayer": given_or(inputs, "requestPayer", "BucketOwner"),
        "accelerationStatus": making.given("accelerationStatus"),
        "objectLockEnabled": flag(inputs.get("objectLockEnabled")),
        "serverSideEncryptionConfiguration": given_or(inputs, "serverSideEncryptionConfiguration", _AES),
        "versioning": given_or(inputs, "versioning", {"enabled": False, "mfaDelete": False}),
        "websiteDomain": None,
        "websiteEndpoint": None,
    }
    for given in _EMPTY_LISTS:
        outputs[given] = items(inputs.get(given))
    return outputs


@outputs_of(
    "s3.BucketVersioning",
    "s3.BucketLifecycleConfiguration",
    "s3.BucketServerSideEncryptionConfiguration",
    "s3.BucketPublicAccessBlock",
    "s3.BucketPolicy",
    "s3.BucketOwnershipControls",
    "s3.BucketLogging",
    "s3.BucketObjectLockConfiguration",
    "s3.BucketReplicationConfig",
)
def bucket_setting(making: Making) -> Properties:
    """A setting of a bucket is known by the bucket."""
    outputs: Properties = {"id": making.given("bucket")}
    if making.type == "s3.BucketLifecycleConfiguration":
        outputs["transitionDefaultMinimumObjectSize"] = given_or(
            making.inputs, "transitionDefaultMinimumObjectSize", "all_storage_classes_128K"
        )
        outputs["expectedBucketOwner"] = making.given("expectedBucketOwner")
    return outputs


@outputs_of("s3.BucketMetric", "s3.Inventory")
def bucket_metric(making: Making) -> Properties:
    """A metrics or inventory configuration of a bucket."""
    return {"id": f"{making.given('bucket')}:{making.given('name')}"}


@outputs_of("efs.FileSystem")
def file_system(making: Making) -> Properties:
    """A file system, in a region or in one zone."""
    inputs = making.inputs
    system_id = making.ec2_id("fs")
    zone = making.given("availabilityZoneName")
    managed_key = making.arn("kms", f"key/{making.uuid('aws/elasticfilesystem')}")
    targets = [] if making.old is None else making.cloud.where("efs.MountTarget", "fileSystemId", system_id)
    return {
        "id": system_id,
        "arn": making.arn("elasticfilesystem", f"file-system/{system_id}"),
        "ownerId": making.account,
        "dnsName": f"{system_id}.efs.{making.region}.{making.identity.dns_suffix}",
        "name": str(fields(inputs.get("tags")).get("Name", "")),
        "availabilityZoneName": zone,
        "availabilityZoneId": zone_id(zone) if zone else "",
        "encrypted": flag(inputs.get("encrypted")),
        "kmsKeyId": given_or(inputs, "kmsKeyId", managed_key if flag(inputs.get("encrypted")) else ""),
        "performanceMode": given_or(inputs, "performanceMode", "generalPurpose"),
        "protection": given_or(inputs, "protection", {"replicationOverwrite": "ENABLED"}),
        "numberOfMountTargets": len(targets),
        "sizeInBytes": [{"value": 6144, "valueInIa": 0, "valueInStandard": 6144}],
    }


@outputs_of("efs.MountTarget")
def mount_target(making: Making) -> Properties:
    """A file system's address in a subnet."""
    inputs = making.inputs
    system_id = making.given("fileSystemId")
    place = making.cloud.get("ec2.Subnet", inputs.get("subnetId"))
    zone = "" if place is None else str(place.outputs.get("availabilityZone"))
    owner = None if place is None else making.cloud.get("ec2.Vpc", place.outputs.get("vpcId"))
    default_groups: list[Value] = [] if owner is None else [owner.outputs.get("defaultSecurityGroupId")]
    dns = f"{system_id}.efs.{making.region}.{making.identity.dns_suffix}"
    return {
        "id": making.ec2_id("fsmt"),
        "fileSystemArn": making.arn("elasticfilesystem", f"file-system/{system_id}"),
        "ownerId": making.account,
        "availabilityZoneName": zone,
        "availabilityZoneId": zone_id(zone) if zone else "",
        "dnsName": dns,
        "mountTargetDnsName": f"{zone}.{dns}",
        "networkInterfaceId": making.ec2_id("eni"),
        "ipAddress": given_or(inputs, "ipAddress", address_in(making, making.given("subnetId"))),
        "ipAddressType": given_or(inputs, "ipAddressType", "IPV4_ONLY"),
        "ipv6Address": making.given("ipv6Address"),
        "securityGroups": given_or(inputs, "securityGroups", default_groups),
    }


@outputs_of("efs.AccessPoint")
def access_point(making: Making) -> Properties:
    """A door into a file system."""
    point_id = making.ec2_id("fsap")
    return {
        "id": point_id,
        "arn": making.arn("elasticfilesystem", f"access-point/{point_id}"),
        "fileSystemArn": making.arn("elasticfilesystem", f"file-system/{making.given('fileSystemId')}"),
        "ownerId": making.account,
        "rootDirectory": given_or(making.inputs, "rootDirectory", {"path": "/"}),
    }


@outputs_of("efs.FileSystemPolicy", "efs.BackupPolicy")
def file_system_setting(making: Making) -> Properties:
    """A setting of a file system is known by the file system."""
    return {"id": making.given("fileSystemId")}


@outputs_of("fsx.LustreFileSystem")
def lustre_file_system(making: Making) -> Properties:
    """A Lustre file system with an interface in its subnet."""
    inputs = making.inputs
    system_id = making.ec2_id("fs")
    subnet = next(iter(texts(inputs.get("subnetIds"))), inputs.get("subnetIds"))
    place = making.cloud.get("ec2.Subnet", subnet)
    scratch = making.given("deploymentType").startswith("SCRATCH")
    return {
        "id": system_id,
        "arn": making.arn("fsx", f"file-system/{system_id}"),
        "ownerId": making.account,
        "dnsName": f"{system_id}.fsx.{making.region}.{making.identity.dns_suffix}",
        "mountName": "fsx"
        if making.given("deploymentType") == "SCRATCH_1"
        else making.letters(8, "mount", "abcdefghijklmnopqrstuvwxyz234567"),
        "networkInterfaceIds": [making.ec2_id("eni")],
        "vpcId": "" if place is None else place.outputs.get("vpcId"),
        "kmsKeyId": given_or(inputs, "kmsKeyId", making.arn("kms", f"key/{making.uuid('aws/fsx')}")),
        "fileSystemTypeVersion": given_or(inputs, "fileSystemTypeVersion", "2.10" if scratch else "2.15"),
        "weeklyMaintenanceStartTime": given_or(inputs, "weeklyMaintenanceStartTime", "7:03:00"),
        "dailyAutomaticBackupStartTime": given_or(inputs, "dailyAutomaticBackupStartTime", "" if scratch else "02:00"),
        "automaticBackupRetentionDays": given_or(inputs, "automaticBackupRetentionDays", 0),
        "autoImportPolicy": given_or(inputs, "autoImportPolicy", ""),
        "exportPath": making.given("exportPath"),
        "importedFileChunkSize": given_or(inputs, "importedFileChunkSize", 0),
        "efaEnabled": flag(inputs.get("efaEnabled")),
        "logConfiguration": given_or(inputs, "logConfiguration", {"destination": "", "level": "DISABLED"}),
        "metadataConfiguration": inputs.get("metadataConfiguration"),
    }


@outputs_of("fsx.DataRepositoryAssociation")
def repository_link(making: Making) -> Properties:
    """A link between a file system's folder and a bucket."""
    link_id = making.ec2_id("dra")
    system_id = making.given("fileSystemId")
    return {
        "id": link_id,
        "associationId": link_id,
        "arn": making.arn("fsx", f"association/{system_id}/{link_id}"),
        "importedFileChunkSize": given_or(making.inputs, "importedFileChunkSize", 1024),
    }


@outputs_of("backup.Vault")
def vault(making: Making) -> Properties:
    """A vault is known by its name."""
    name = making.given("name")
    return {
        "id": name,
        "arn": making.arn("backup", f"backup-vault:{name}"),
        "kmsKeyArn": given_or(making.inputs, "kmsKeyArn", making.arn("kms", f"key/{making.uuid('aws/backup')}")),
        "recoveryPoints": 0,
    }


@outputs_of("backup.VaultLockConfiguration")
def vault_lock(making: Making) -> Properties:
    """A lock is known by its vault."""
    name = making.given("backupVaultName")
    return {"id": name, "backupVaultArn": making.arn("backup", f"backup-vault:{name}")}


@outputs_of("backup.Plan")
def plan(making: Making) -> Properties:
    """A plan; every change is a new version."""
    plan_id = making.uuid("plan")
    count = "1" if making.old is None else f"{making.old.get('version')}+"
    return {
        "id": plan_id,
        "arn": making.arn("backup", f"backup-plan:{plan_id}"),
        "version": making.letters(
            48, f"version{count}", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        ),
    }


@outputs_of("backup.Selection")
def selection(making: Making) -> Properties:
    """What a plan backs up."""
    return {
        "id": making.uuid("selection"),
        "notResources": items(making.inputs.get("notResources")),
        "conditions": items(making.inputs.get("conditions")),
    }
