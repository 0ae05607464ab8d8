"""What workloads find around them."""

from __future__ import annotations

import json
from typing import Any

from components.aws.compute.pool import ComputePool
from solver.plan.storage import StorageClassName
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record


def container(made: Recording[ComputePool], name: str) -> dict[str, Any]:
    (found,) = json.loads(made.one(":TaskDefinition", f"compute-task-{name}").inputs["containerDefinitions"])
    return found


def environment(made: Recording[ComputePool], name: str) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in container(made, name)["environment"]}


def test_a_workload_learns_its_region_buckets_paths_and_whom_it_calls(full_compute: Recording[ComputePool]) -> None:
    found = environment(full_compute, "assistant-gpu")
    assert found["AWS_REGION"] == plans.REGION
    assert found["BUCKET_DOCUMENTS"] == plans.names().bucket("documents")
    assert found["PATH_SHARED"] == "/shared"
    assert found["ADDRESS_FRAUD"] == "fraud.main.prod.internal:50051"
    assert found["MODEL_NAME"] == "bert-base"


def test_a_workload_learns_of_nothing_that_it_does_not_use(full_compute: Recording[ComputePool]) -> None:
    found = environment(full_compute, "fraud-cpu")
    assert not [name for name in found if name.startswith(("BUCKET_", "ADDRESS_"))]


def test_the_writers_class_is_told_where_it_is_not_the_usual_one() -> None:
    site = plans.full_site()
    buckets = tuple(
        bucket.model_copy(update={"storage_class": StorageClassName.STANDARD_IA, "transitions": ()})
        for bucket in site.storage.buckets
    )
    storage = site.storage.model_copy(update={"buckets": buckets})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"storage": storage})))
    assert environment(made, "assistant-cpu")["BUCKET_DOCUMENTS_CLASS"] == "STANDARD_IA"


def test_the_plans_settings_win_over_ours() -> None:
    site = edits.with_variants(plans.full_site(), "assistant", environment={"TMPDIR": "/models/tmp"})
    made = record(lambda: upstream.compute_pool(site))
    assert environment(made, "assistant-cpu")["TMPDIR"] == "/models/tmp"


def test_secrets_are_references_and_never_values(full_compute: Recording[ComputePool]) -> None:
    assert container(full_compute, "assistant-cpu")["secrets"] == [
        {"name": "API_TOKEN", "valueFrom": "arn:secret/assistant-token"}
    ]


def test_a_shared_file_system_is_mounted_by_the_workloads_access_point_over_tls(
    full_compute: Recording[ComputePool],
) -> None:
    task = full_compute.one(":TaskDefinition", "compute-task-assistant-cpu")
    shared = next(volume for volume in task.inputs["volumes"] if volume["name"] == "shared")
    assert shared["efsVolumeConfiguration"] == {
        "fileSystemId": "fs-shared",
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": "fsap-shared-assistant", "iam": "ENABLED"},
    }
    mounts = {mount["sourceVolume"]: mount["containerPath"] for mount in _mounts(full_compute, "assistant-cpu")}
    assert mounts == {"task_tmp": "/tmp", "shared": "/shared"}


def test_a_volume_of_each_replica_is_attached_at_launch(full_compute: Recording[ComputePool]) -> None:
    task = full_compute.one(":TaskDefinition", "compute-task-fraud-cpu")
    assert {"name": "scratch", "configureAtLaunch": True} in task.inputs["volumes"]


def test_a_volume_of_the_machine_is_a_folder_of_it() -> None:
    site = plans.full_site()
    volumes = tuple(volume.model_copy(update={"attach": "machine"}) for volume in site.storage.volumes)
    storage = site.storage.model_copy(update={"volumes": volumes})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"storage": storage})))
    task = made.one(":TaskDefinition", "compute-task-fraud-cpu")
    assert {"name": "scratch", "hostPath": "/mnt/poolwright/scratch"} in task.inputs["volumes"]
    assert "volumeConfiguration" not in made.one(":Service", "compute-service-fraud-cpu").inputs


def _mounts(made: Recording[ComputePool], name: str) -> list[dict[str, Any]]:
    return container(made, name)["mountPoints"]
