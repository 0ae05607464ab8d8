"""Shared file systems."""

from __future__ import annotations

from components.aws.storage.file_system import POSIX_ID
from components.aws.storage.pool import StoragePool
from solver.plan.plan import SitePlan
from solver.plan.security import ClaimAccess
from solver.vocabulary import AccessMode
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record

NAME = "storage-file-system-shared"


def with_file_system(**changes: object) -> SitePlan:
    site = plans.full_site()
    (shared,) = site.storage.file_systems
    storage = site.storage.model_copy(update={"file_systems": (shared.model_copy(update=changes),)})
    return site.model_copy(update={"storage": storage})


def test_files_are_encrypted_protected_and_outlive_the_stack(full_storage: Recording[StoragePool]) -> None:
    made = full_storage.one(":FileSystem")
    assert made.inputs["encrypted"] is True
    assert made.inputs["kmsKeyId"].endswith(":key/data")
    assert made.protect
    assert made.retain_on_delete


def test_each_zone_has_a_mount_target_in_its_data_subnet(full_storage: Recording[StoragePool]) -> None:
    targets = full_storage.of_type(":MountTarget")
    assert [target.name for target in targets] == [f"{NAME}-{zone}" for zone in plans.ZONES]
    assert [target.inputs["subnetId"] for target in targets] == [f"subnet-data-{zone}" for zone in plans.ZONES]
    assert all(target.inputs["securityGroups"] == ["sg-shared"] for target in targets)


def test_a_one_zone_file_system_is_asked_for_by_the_zones_name_and_has_one_mount_target() -> None:
    made = record(lambda: upstream.storage_pool(with_file_system(zone="euw1-az2")))
    assert made.one(":FileSystem").inputs["availabilityZoneName"] == "eu-west-12"
    assert made.names(":MountTarget") == (f"{NAME}-euw1-az2",)


def test_each_direction_of_the_lifecycle_is_a_policy_of_its_own(full_storage: Recording[StoragePool]) -> None:
    assert full_storage.one(":FileSystem").inputs["lifecyclePolicies"] == [
        {"transitionToIa": "AFTER_30_DAYS"},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


def test_one_day_is_written_in_the_singular_and_no_lifecycle_is_none() -> None:
    one_day = record(lambda: upstream.storage_pool(with_file_system(infrequent_after_days=1)))
    assert one_day.one(":FileSystem").inputs["lifecyclePolicies"][0] == {"transitionToIa": "AFTER_1_DAY"}
    never = record(lambda: upstream.storage_pool(with_file_system(infrequent_after_days=None)))
    assert never.one(":FileSystem").inputs["lifecyclePolicies"] == []


def test_provisioned_throughput_is_the_plans() -> None:
    plan = with_file_system(throughput_mode="provisioned", provisioned_mibps=64)
    made = record(lambda: upstream.storage_pool(plan)).one(":FileSystem")
    assert made.inputs["throughputMode"] == "provisioned"
    assert made.inputs["provisionedThroughputInMibps"] == 64


def test_workloads_enter_by_their_own_access_point_as_nobody_special(full_storage: Recording[StoragePool]) -> None:
    point = full_storage.one(":AccessPoint", f"{NAME}-assistant")
    assert point.inputs["posixUser"] == {"uid": POSIX_ID, "gid": POSIX_ID}
    assert point.inputs["rootDirectory"]["path"] == "/shared"


def test_the_policy_lets_in_each_workloads_role_by_its_access_point_over_tls(
    full_storage: Recording[StoragePool],
) -> None:
    policy = full_storage.one(":FileSystemPolicy").document("policy")
    plain, assistant = policy["Statement"]
    assert plain["Effect"] == "Deny"
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert assistant["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/assistant-task"}
    assert assistant["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    point = full_storage.one(":AccessPoint", f"{NAME}-assistant")
    assert assistant["Condition"]["StringEquals"] == {"elasticfilesystem:AccessPointArn": point.arn}


def test_a_workload_that_only_reads_may_not_write() -> None:
    site = plans.full_site()
    roles = tuple(
        role.model_copy(
            update={"access": tuple(ClaimAccess(claim=access.claim, mode=AccessMode.READ) for access in role.access)}
        )
        for role in site.security.roles
    )
    reading = site.model_copy(update={"security": site.security.model_copy(update={"roles": roles})})
    policy = record(lambda: upstream.storage_pool(reading)).one(":FileSystemPolicy").document("policy")
    assert policy["Statement"][1]["Action"] == ["elasticfilesystem:ClientMount"]
