"""EFS, FSx for Lustre and backup vaults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, Value, number, objects, text, texts, whole

_MODES: Final = frozenset({"bursting", "provisioned", "elastic"})
_LUSTRE: Final = frozenset({"SCRATCH_1", "SCRATCH_2", "PERSISTENT_1", "PERSISTENT_2"})
# MiB/s for each TiB: https://docs.aws.amazon.com/fsx/latest/LustreGuide/performance.html
_LUSTRE_THROUGHPUT: Final = {
    ("PERSISTENT_1", "SSD"): (50, 100, 200),
    ("PERSISTENT_1", "HDD"): (12, 40),
    ("PERSISTENT_2", "SSD"): (125, 250, 500, 1000),
}
_HDD_STEPS: Final = {12: 6000, 40: 1800}
_VAULT: Final = re.compile(r"^[a-zA-Z0-9_-]{2,50}$")


@validates("efs.FileSystem")
def file_system_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A throughput mode with its figure; a key only where there is encryption; one zone excludes the max I/O mode."""
    mode, rate = text(inputs.get("throughputMode")), number(inputs.get("provisionedThroughputInMibps"))
    if mode is not None and mode not in _MODES:
        yield Refusal("BadRequest", f"throughputMode {mode}: {', '.join(sorted(_MODES))} are allowed", "throughputMode")
    if mode == "provisioned" and inputs.get("provisionedThroughputInMibps") is None:
        words = "ProvisionedThroughputInMibps must be given when the throughput mode is provisioned"
        yield Refusal("BadRequest", words, "provisionedThroughputInMibps")
    if mode is not None and mode != "provisioned" and inputs.get("provisionedThroughputInMibps") is not None:
        words = f"ProvisionedThroughputInMibps is not supported in the throughput mode {mode}"
        yield Refusal("BadRequest", words, "provisionedThroughputInMibps")
    if rate is not None and not 1 <= rate <= 3414:
        words = f"ProvisionedThroughputInMibps {rate} must be between 1 and 3414"
        yield Refusal("ThroughputLimitExceeded", words, "provisionedThroughputInMibps")
    if inputs.get("kmsKeyId") is not None and inputs.get("encrypted") in (None, False):
        words = "encrypted must be set to true when kmsKeyId is specified"
        yield Refusal("BadRequest", words, "kmsKeyId")
    if inputs.get("performanceMode") == "maxIO":
        for name, bad in (("availabilityZoneName", None), ("throughputMode", "elastic")):
            if inputs.get(name) is not None and (bad is None or inputs.get(name) == bad):
                words = f"The performance mode maxIO is not supported together with {name} {inputs.get(name)}"
                yield Refusal("BadRequest", words, "performanceMode")


@refuses("efs.MountTarget", on=(Action.CREATE,))
def zone_has_one_mount_target(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A file system has one mount target in a zone, all in one VPC; a one-zone file system only in its zone."""
    system = cloud.get("efs.FileSystem", change.inputs.get("fileSystemId"))
    place = cloud.get("ec2.Subnet", change.inputs.get("subnetId"))
    if system is None or place is None:
        return
    zone, vpc_id = place.outputs.get("availabilityZone"), place.outputs.get("vpcId")
    for other in cloud.where("efs.MountTarget", "fileSystemId", system.id):
        if other.outputs.get("availabilityZoneName") == zone:
            words = f"mount target already exists in this AZ ({zone}: {other.id})"
            yield Refusal("MountTargetConflict", words, "subnetId")
        if owner_vpc("ec2.Subnet", str(other.outputs.get("subnetId")), cloud) not in (None, vpc_id):
            words = f"requested subnet for new mount target is not in the same VPC as existing mount targets ({vpc_id})"
            yield Refusal("MountTargetConflict", words, "subnetId")
    only = text(system.outputs.get("availabilityZoneName"))
    if only is not None and only != zone:
        words = f"The file system {system.id} uses One Zone storage in {only}; its mount target can't be in {zone}"
        yield Refusal("AvailabilityZonesMismatch", words, "subnetId")
    for group in texts(change.inputs.get("securityGroups")):
        owner = owner_vpc("ec2.SecurityGroup", group, cloud)
        if owner is not None and owner != vpc_id:
            words = f"One of the security groups {group} is not in the VPC {vpc_id}"
            yield Refusal("SecurityGroupNotFound", words, "securityGroups")


@refuses("efs.FileSystem", on=(Action.CREATE,))
def creation_token_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A creation token stands for one file system."""
    token = change.inputs.get("creationToken")
    for other in cloud.where("efs.FileSystem", "creationToken", token):
        words = f"File system '{other.id}' already exists with creation token '{token}'"
        yield Refusal("FileSystemAlreadyExists", words, "creationToken")


@validates("efs.FileSystemPolicy")
def file_system_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """A file system's policy follows the grammar."""
    yield from policy_refusals(inputs.get("policy"), PolicyKind.RESOURCE, "policy", "InvalidPolicyException")


@validates("efs.BackupPolicy")
def backup_status_is_known(inputs: Properties) -> Iterator[Refusal]:
    """Enabled or disabled."""
    policy = inputs.get("backupPolicy")
    status = text(policy.get("status")) if isinstance(policy, dict) else None
    if status not in (None, "ENABLED", "DISABLED"):
        words = f"status {status}: ENABLED or DISABLED is allowed"
        yield Refusal("ValidationException", words, "backupPolicy.status")


@validates("fsx.LustreFileSystem")
def lustre_size_is_in_steps(inputs: Properties) -> Iterator[Refusal]:
    """1.2 TiB, 2.4 TiB and multiples of those, as the deployment has them, with a throughput that it has."""
    kind, disks = text(inputs.get("deploymentType")), text(inputs.get("storageType")) or "SSD"
    if kind is not None and kind not in _LUSTRE:
        words = f"deploymentType {kind}: {', '.join(sorted(_LUSTRE))} are allowed"
        yield Refusal("BadRequest", words, "deploymentType")
    if disks == "INTELLIGENT_TIERING":
        return
    rate, size = whole(inputs.get("perUnitStorageThroughput")), whole(inputs.get("storageCapacity"))
    allowed = _LUSTRE_THROUGHPUT.get((kind or "", disks))
    if kind in ("PERSISTENT_1", "PERSISTENT_2"):
        if inputs.get("perUnitStorageThroughput") is None:
            words = f"perUnitStorageThroughput must be given for {kind}"
            yield Refusal("BadRequest", words, "perUnitStorageThroughput")
        elif rate is not None and rate not in (allowed or ()):
            words = f"perUnitStorageThroughput {rate} for {kind} on {disks}: {allowed or 'none'} are allowed"
            yield Refusal("BadRequest", words, "perUnitStorageThroughput")
    elif kind is not None and inputs.get("perUnitStorageThroughput") is not None:
        words = f"perUnitStorageThroughput is not supported for {kind}"
        yield Refusal("BadRequest", words, "perUnitStorageThroughput")
    if size is not None and not _lustre_size_fits(kind or "", disks, rate, size):
        words = f"Storage capacity {size} GiB is not valid for {kind} on {disks}"
        yield Refusal("BadRequest", words, "storageCapacity")
    if inputs.get("storageCapacity") is None and inputs.get("backupId") is None:
        yield Refusal("BadRequest", "storageCapacity must be given", "storageCapacity")


@refuses("fsx.LustreFileSystem")
def lustre_groups_are_of_the_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The security groups are of the subnet's VPC."""
    owner = owner_vpc("ec2.Subnet", str(change.inputs.get("subnetIds")), cloud)
    for group in texts(change.inputs.get("securityGroupIds")):
        theirs = owner_vpc("ec2.SecurityGroup", group, cloud)
        if owner is not None and theirs is not None and theirs != owner:
            words = f"Security group {group} is not in the VPC {owner}"
            yield Refusal("InvalidNetworkSettings", words, "securityGroupIds")


@validates("backup.Vault")
def vault_name_fits(inputs: Properties) -> Iterator[Refusal]:
    """2 to 50 letters, digits, hyphens and underscores."""
    name = text(inputs.get("name"))
    if name is not None and not _VAULT.match(name):
        words = f"Backup vault name {name} must have 2 to 50 letters, numbers, hyphens and underscores"
        yield Refusal("InvalidParameterValueException", words, "name")


@validates("backup.Plan")
def plan_has_rules_of_different_names(inputs: Properties) -> Iterator[Refusal]:
    """A plan has at least one rule, and no two of a name."""
    names = [text(rule.get("ruleName")) for rule in objects(inputs.get("rules"))]
    if inputs.get("rules") is not None and isinstance(inputs.get("rules"), list) and not names:
        yield Refusal("InvalidParameterValueException", "A backup plan needs at least one rule", "rules")
    for name in sorted({name for name in names if name is not None and names.count(name) > 1}):
        yield Refusal("InvalidParameterValueException", f"Duplicate rule name {name}", "rules")


@validates("backup.Selection")
def selection_selects(inputs: Properties) -> Iterator[Refusal]:
    """Something is selected: resources, tags or conditions."""
    given: tuple[Value, ...] = tuple(
        inputs.get(name) for name in ("resources", "selectionTags", "notResources", "conditions")
    )
    if not any(given):
        words = "Invalid selection: resources, selectionTags or notResources must be given"
        yield Refusal("InvalidParameterValueException", words)


def _lustre_size_fits(kind: str, disks: str, rate: int | None, size: int) -> bool:
    if kind == "SCRATCH_1":
        return size in (1200, 2400) or (size > 0 and size % 3600 == 0)
    if disks == "HDD":
        step = _HDD_STEPS.get(rate or 0)
        return step is None or (size > 0 and size % step == 0)
    return size == 1200 or (size > 0 and size % 2400 == 0)
