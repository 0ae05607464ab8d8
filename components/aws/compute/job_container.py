"""The container of a job, as Batch's definitions have it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import (
    Json,
    gpu_requirement,
    is_privileged,
    log_settings,
    mount_points,
    name_value_pairs,
    open_files_limit,
    process_settings,
    secret_pairs,
    whole_vcpus,
)
from components.aws.compute.surroundings import Mount, environment, mounts, secrets
from components.aws.storage.volume import HOST_ROOT
from solver.plan.compute import JobPlan


def job_container(args: ComputePoolArgs, job: JobPlan, image: pulumi.Input[str]) -> Json:
    """What runs, with whole vCPUs, memory and GPUs; all of a job's volumes are its machine's."""
    variant = job.variant
    on_machine: Mapping[str, str] = {volume.key: f"{HOST_ROOT}/{volume.key}" for volume in args.volumes(job.storage)}
    found = mounts(args, job, on_machine=on_machine)
    container: Json = {
        "image": image,
        "resourceRequirements": [
            {"type": "VCPU", "value": str(whole_vcpus(variant.cpu_millis))},
            {"type": "MEMORY", "value": str(variant.memory_mib)},
            *gpu_requirement(variant),
        ],
        "executionRoleArn": args.security.execution_role_arns[job.key],
        "environment": name_value_pairs(environment(args, job, variant)),
        "volumes": [_volume(mount) for mount in found],
        "mountPoints": mount_points(found),
        "logConfiguration": log_settings(args.names.workload_log_group(job.key), args.names.region, variant.key),
        "linuxParameters": process_settings(variant, rights=("READ", "WRITE")),
        "readonlyRootFilesystem": True,
        "ulimits": open_files_limit(),
    }
    # What is absent stays out: the provider takes an empty list or a false for a difference from what AWS gives back.
    if is_privileged(variant):
        container["privileged"] = True
    if found_secrets := secret_pairs(secrets(args, job)):
        container["secrets"] = found_secrets
    if (role := args.security.task_role_arns.get(job.key)) is not None:
        container["jobRoleArn"] = role
    if job.command:
        container["command"] = list(job.command)
    return container


def _volume(mount: Mount) -> Json:
    if mount.file_system_id is not None:
        return {
            "name": mount.volume,
            "efsVolumeConfiguration": {
                "fileSystemId": mount.file_system_id,
                "transitEncryption": "ENABLED",
                "authorizationConfig": {"accessPointId": mount.access_point_id, "iam": "ENABLED"},
            },
        }
    return {"name": mount.volume, "host": {} if mount.host_path is None else {"sourcePath": mount.host_path}}
