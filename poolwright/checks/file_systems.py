"""File systems: encryption, entrances, backups."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, NotYet, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, listed, statements
from poolwright.checks.shapes import in_public_subnets, under_awss_key
from solver.plan.security import KeyPurpose

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
ACCESS_POINT = "aws:efs/accessPoint:AccessPoint"
MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"
BACKUP = "aws:efs/backupPolicy:BackupPolicy"

_HERE = "components/aws/storage/file_system.py"


@on_each(
    FILE_SYSTEM,
    id="EFS.1",
    title="File systems are encrypted",
    controls=("EFS.1", "EFS.8", "CIS 2.4.1"),
    remedy=f"Set encrypted in {_HERE}",
)
def file_systems_are_encrypted(file_system: Resource) -> Iterator[str]:
    if not file_system.holds("encrypted"):
        yield "is not encrypted, and can't be made so later"


@on_stack(
    FILE_SYSTEM,
    id="EFS.cmk",
    title="File systems are encrypted with the customer key where the plan has one",
    controls=("EFS.cmk",),
    remedy=f"Pass the data key in {_HERE}",
)
def file_systems_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    yield from under_awss_key(evidence, FILE_SYSTEM, KeyPurpose.DATA)


@on_stack(
    FILE_SYSTEM,
    BACKUP,
    id="EFS.7",
    title="File systems are backed up where the plan says so",
    controls=("EFS.2", "EFS.7"),
    remedy="Set `backup: true` of the file system in stacks/; components/aws/storage/backup.py turns it on",
)
def file_systems_are_backed_up(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for plan in site.storage.file_systems:
            name = f"{key}-storage-file-system-{plan.key}"
            policies = [each for each in evidence.at_site(key, BACKUP) if each.name.startswith(name)]
            on = any(each.get("backupPolicy.status") == "ENABLED" for each in policies)
            if plan.backup and not on:
                at = ("storage", plan.key, "backup")
                yield Fault(text="is not backed up", subject=f"file-system {plan.key}", at=at)


@on_each(
    ACCESS_POINT,
    id="EFS.3",
    title="A workload sees its own folder of a file system",
    controls=("EFS.3",),
    remedy=f"Set the root directory of the access point in {_HERE}",
)
def entrances_have_a_folder(entrance: Resource) -> Iterator[str]:
    if entrance.get("rootDirectory.path", "/") == "/":
        yield "leads to the whole file system"


@on_each(
    ACCESS_POINT,
    id="EFS.4",
    title="A workload is one user of a file system, and not root",
    controls=("EFS.4",),
    remedy=f"Set the POSIX user of the access point in {_HERE}",
)
def entrances_have_a_user(entrance: Resource) -> Iterator[str]:
    uid = entrance.get("posixUser.uid")
    if uid is None:
        yield "lets clients say who they are"
    elif int(uid) == 0:
        yield "makes every client root"


@on_stack(
    MOUNT_TARGET,
    id="EFS.6",
    title="File systems are mounted from subnets without a way to the internet",
    controls=("EFS.6",),
    remedy=f"Put mount targets into the data subnets in {_HERE}",
)
def mount_targets_are_private(evidence: Evidence) -> Iterator[Fault | NotYet]:
    yield from in_public_subnets(evidence, MOUNT_TARGET, named_by="subnetId")


@on_each(
    MOUNT_TARGET,
    id="efs.group",
    title="Mount targets have a security group of their own",
    remedy=f"Pass the group of the file system in {_HERE}",
)
def mount_targets_have_a_group(target: Resource) -> Iterator[str]:
    if "securityGroups" not in target.inputs or target.inputs["securityGroups"] == []:
        yield "has the VPC's default group"


@on_stack(
    FILE_SYSTEM,
    POLICY,
    id="efs.policy",
    title="File systems refuse clients without TLS, and admit roles of the stack",
    remedy=f"Keep the file system's policy in {_HERE}",
)
def file_systems_have_a_policy(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for file_system in evidence.of_type(FILE_SYSTEM):
        policies = [each for each in evidence.of_type(POLICY) if each.name.startswith(f"{file_system.name}-")]
        if not policies:
            yield Fault(text="has no policy, so every client in its network may mount it", resource=file_system)
        for policy in policies:
            if not policy.known("policy"):
                yield NotYet(policy)
                continue
            found = statements(policy.document("policy"))
            if not any(each.get("Effect") == "Deny" and "aws:SecureTransport" in str(each) for each in found):
                yield Fault(text="lets clients in without TLS", resource=policy)
            for each in found:
                if each.get("Effect") == "Allow" and each.get("Principal") in ("*", {"AWS": "*"}):
                    yield Fault(text=f"gives {', '.join(listed(each.get('Action')))} to anyone", resource=policy)
