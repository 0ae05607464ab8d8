"""Containers of jobs."""

from __future__ import annotations

from typing import Any

from components.aws.compute.pool import ComputePool
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record


def container(made: Recording[ComputePool]) -> dict[str, Any]:
    definition = made.one(":JobDefinition")
    if definition.inputs["type"] == "container":
        return definition.document("containerProperties")
    (nodes,) = definition.document("nodeProperties")["nodeRangeProperties"]
    return nodes["container"]


def test_a_job_gets_whole_vcpus_memory_and_gpus(full_compute: Recording[ComputePool]) -> None:
    assert container(full_compute)["resourceRequirements"] == [
        {"type": "VCPU", "value": "40"},
        {"type": "MEMORY", "value": "160000"},
        {"type": "GPU", "value": "4"},
    ]


def test_a_job_has_roles_secrets_and_a_log_group(full_compute: Recording[ComputePool]) -> None:
    found = container(full_compute)
    assert found["jobRoleArn"] == "arn:aws:iam::123456789012:role/training-task"
    assert found["executionRoleArn"] == "arn:aws:iam::123456789012:role/training-execution"
    assert found["secrets"] == [{"name": "TRACKING_TOKEN", "valueFrom": "arn:secret/tracking-token"}]
    group = found["logConfiguration"]["options"]["awslogs-group"]
    assert group == plans.names().workload_log_group("training")
    assert found["command"] == ["python", "train.py"]


def test_a_job_sees_its_machines_volumes_and_can_write_nowhere_else(full_compute: Recording[ComputePool]) -> None:
    found = container(full_compute)
    assert found["readonlyRootFilesystem"] is True
    assert found["volumes"] == [
        {"name": "task_tmp", "host": {}},
        {"name": "checkpoints", "host": {"sourcePath": "/mnt/poolwright/checkpoints"}},
        {"name": "corpus", "host": {"sourcePath": "/mnt/poolwright/corpus"}},
    ]
    assert [mount["containerPath"] for mount in found["mountPoints"]] == ["/tmp", "/checkpoints", "/corpus"]


def test_a_volume_for_each_replica_of_a_job_is_its_machines_too() -> None:
    site = plans.full_site()
    volumes = tuple(volume.model_copy(update={"attach": "replica"}) for volume in site.storage.volumes)
    site = site.model_copy(update={"storage": site.storage.model_copy(update={"volumes": volumes})})
    found = container(record(lambda: upstream.compute_pool(site)))
    assert {"name": "checkpoints", "host": {"sourcePath": "/mnt/poolwright/checkpoints"}} in found["volumes"]


def test_a_job_mounts_a_shared_file_system_by_its_access_point() -> None:
    site = plans.full_site()
    shared = site.storage.file_systems[0].model_copy(update={"workloads": ("assistant", "training")})
    site = site.model_copy(update={"storage": site.storage.model_copy(update={"file_systems": (shared,)})})
    found = container(record(lambda: upstream.compute_pool(edits.with_job(site, storage=("shared",)))))
    assert found["volumes"][1] == {
        "name": "shared",
        "efsVolumeConfiguration": {
            "fileSystemId": "fs-shared",
            "transitEncryption": "ENABLED",
            "authorizationConfig": {"accessPointId": "fsap-shared-training", "iam": "ENABLED"},
        },
    }
