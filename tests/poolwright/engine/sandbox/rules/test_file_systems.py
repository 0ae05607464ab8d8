from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

LUSTRE = {
    "subnetIds": "subnet-1",
    "deploymentType": "PERSISTENT_2",
    "perUnitStorageThroughput": 125,
    "storageCapacity": 1200,
}

TLS_ONLY = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}


def policy(**changes: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**TLS_ONLY, **changes}]})


@cases(
    a_file_systems_policy_follows_the_grammar=Case(
        "efs.FileSystemPolicy",
        {"fileSystemId": "fs-1", "policy": policy()},
        {"policy": policy(Effect="Refuse")},
        "InvalidPolicyException",
        "policy",
    ),
    backups_are_on_or_off=Case(
        "efs.BackupPolicy",
        {"fileSystemId": "fs-1", "backupPolicy": {"status": "ENABLED"}},
        {"backupPolicy": {"status": "DAILY"}},
        "ValidationException",
        "backupPolicy.status",
    ),
    provisioned_throughput_has_a_figure=Case(
        "efs.FileSystem",
        {"throughputMode": "provisioned", "provisionedThroughputInMibps": 100},
        {"provisionedThroughputInMibps": None},
        "BadRequest",
        "provisionedThroughputInMibps",
    ),
    elastic_throughput_has_none=Case(
        "efs.FileSystem",
        {"throughputMode": "elastic"},
        {"provisionedThroughputInMibps": 100},
        "BadRequest",
        "provisionedThroughputInMibps",
    ),
    a_key_comes_with_encryption=Case(
        "efs.FileSystem", {"encrypted": True, "kmsKeyId": "arn:k"}, {"encrypted": None}, "BadRequest", "kmsKeyId"
    ),
    lustre_grows_in_steps=Case(
        "fsx.LustreFileSystem", LUSTRE, {"storageCapacity": 1300}, "BadRequest", "storageCapacity"
    ),
    lustre_has_these_throughputs=Case(
        "fsx.LustreFileSystem", LUSTRE, {"perUnitStorageThroughput": 100}, "BadRequest", "perUnitStorageThroughput"
    ),
    persistent_lustre_has_a_throughput=Case(
        "fsx.LustreFileSystem", LUSTRE, {"perUnitStorageThroughput": None}, "BadRequest", "perUnitStorageThroughput"
    ),
    scratch_lustre_has_none=Case(
        "fsx.LustreFileSystem",
        {"subnetIds": "subnet-1", "deploymentType": "SCRATCH_2", "storageCapacity": 2400},
        {"perUnitStorageThroughput": 200},
        "BadRequest",
        "perUnitStorageThroughput",
    ),
    a_vault_has_a_plain_name=Case(
        "backup.Vault", {"name": "daily"}, {"name": "d"}, "InvalidParameterValueException", "name"
    ),
    rules_of_a_plan_have_names_of_their_own=Case(
        "backup.Plan",
        {"rules": [{"ruleName": "a", "targetVaultName": "v"}]},
        {"rules": [{"ruleName": "a", "targetVaultName": "v"}, {"ruleName": "a", "targetVaultName": "v"}]},
        "InvalidParameterValueException",
        "rules",
    ),
    a_selection_selects=Case(
        "backup.Selection",
        {"planId": "p", "iamRoleArn": "arn:r", "resources": ["*"]},
        {"resources": None},
        "InvalidParameterValueException",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_file_system_has_one_mount_target_in_a_zone(estate: Estate) -> None:
    files = estate.add("efs.FileSystem").id
    estate.add("efs.MountTarget", "a", fileSystemId=files, subnetId=estate.subnets[0].id)
    same = estate.add("ec2.Subnet", "same", vpcId=estate.vpc.id, cidrBlock="10.0.9.0/24", availabilityZone="eu-west-1a")
    words = estate.sandbox.refusal("efs.MountTarget", "again", fileSystemId=files, subnetId=same.id)
    assert "MountTargetConflict: mount target already exists in this AZ" in words
    estate.add("efs.MountTarget", "b", fileSystemId=files, subnetId=estate.subnets[1].id)


def test_mount_targets_are_in_one_vpc(estate: Estate) -> None:
    files = estate.add("efs.FileSystem").id
    estate.add("efs.MountTarget", "a", fileSystemId=files, subnetId=estate.subnets[0].id)
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    far = estate.add("ec2.Subnet", "far", vpcId=other.id, cidrBlock="10.9.0.0/24", availabilityZone="eu-west-1b")
    words = estate.sandbox.refusal("efs.MountTarget", "far", fileSystemId=files, subnetId=far.id)
    assert "is not in the same VPC as existing mount targets" in words


def test_a_one_zone_file_system_stays_in_its_zone(estate: Estate) -> None:
    files = estate.add("efs.FileSystem", availabilityZoneName="eu-west-1a").id
    words = estate.sandbox.refusal("efs.MountTarget", fileSystemId=files, subnetId=estate.subnets[1].id)
    assert "AvailabilityZonesMismatch" in words


def test_a_creation_token_stands_for_one_file_system(sandbox: Sandbox) -> None:
    sandbox.create("efs.FileSystem", "one", creationToken="t")
    assert "FileSystemAlreadyExists" in sandbox.refusal("efs.FileSystem", "two", creationToken="t")


def test_groups_of_a_lustre_file_system_are_of_its_vpc(estate: Estate) -> None:
    other = estate.add("ec2.Vpc", "other", cidrBlock="10.9.0.0/16")
    group = estate.add("ec2.SecurityGroup", "other", vpcId=other.id)
    place = {**LUSTRE, "subnetIds": estate.subnets[0].id}
    words = estate.sandbox.refusal("fsx.LustreFileSystem", **{**place, "securityGroupIds": [group.id]})
    assert f"InvalidNetworkSettings: Security group {group.id} is not in the VPC" in words
    own = {"securityGroupId": estate.group.id, "referencedSecurityGroupId": estate.group.id}
    estate.add("vpc.SecurityGroupIngressRule", "itself", **own, ipProtocol="-1")
    estate.add("fsx.LustreFileSystem", **{**place, "securityGroupIds": [estate.group.id]})
