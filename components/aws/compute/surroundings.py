"""What a workload finds around it: settings, secrets, mounts; the same for services and jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.discovery import call_address
from components.aws.storage.lustre import host_path
from components.aws.storage.volume import HOST_ROOT
from components.naming import variable
from solver.plan.compute import JobPlan, ServicePlan, VariantPlan
from solver.plan.storage import StorageClassName, VolumePlan

SCRATCH = "task_tmp"
"""Name of the volume behind /tmp; no claim has it, since keys have no underscores."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """One path of a container that is not its image; without a source it is empty and goes with the task."""

    volume: str
    """Name of the volume in the task."""
    path: str
    """Where the container sees it."""
    host_path: str | None = None
    """A folder of the machine."""
    file_system_id: pulumi.Output[str] | None = None
    """A shared file system."""
    access_point_id: pulumi.Output[str] | None = None
    """The workload's entrance to it."""
    attached: bool = False
    """A volume that ECS attaches when the task starts."""


def environment(
    args: ComputePoolArgs, workload: ServicePlan | JobPlan, variant: VariantPlan
) -> dict[str, pulumi.Input[str]]:
    """Settings by name: ours, then the plan's, which win.

    * `AWS_REGION`: tasks can't ask the machine for it.
    * `BUCKET_<CLAIM>`, and `BUCKET_<CLAIM>_CLASS` where objects should be written in another class than STANDARD.
    * `PATH_<CLAIM>`: where a volume or file system is mounted.
    * `ADDRESS_<SERVICE>`: `host:port` of each service that the workload calls.
    * `XDG_CACHE_HOME`, `TMPDIR`: the image is read-only, so downloads and compiled kernels go to /tmp.
    """
    ours: dict[str, pulumi.Input[str]] = {
        "AWS_DEFAULT_REGION": args.names.region,
        "AWS_REGION": args.names.region,
        "TMPDIR": "/tmp",
        "XDG_CACHE_HOME": "/tmp/.cache",
    }
    for bucket in args.buckets(workload.storage):
        ours[variable("BUCKET", bucket.key)] = args.names.bucket(bucket.key)
        if bucket.storage_class is not StorageClassName.STANDARD:
            ours[f"{variable('BUCKET', bucket.key)}_CLASS"] = bucket.storage_class.value
    held = workload.storage
    for claim in (*args.volumes(held), *args.file_systems(held), *args.lustre(held)):
        ours[variable("PATH", claim.key)] = claim.mount
    if isinstance(workload, ServicePlan):
        for service in args.plan.services:
            if service.key in workload.calls:
                ours[variable("ADDRESS", service.key)] = call_address(args.names, service)
    return dict(sorted({**ours, **variant.environment}.items()))


def secrets(args: ComputePoolArgs, workload: ServicePlan | JobPlan) -> dict[str, pulumi.Output[str]]:
    """Variables that the agent fills from Secrets Manager when a task starts."""
    return {variable: args.security.secret_arns[secret] for variable, secret in sorted(workload.secrets.items())}


def mounts(args: ComputePoolArgs, workload: ServicePlan | JobPlan, *, on_machine: Mapping[str, str]) -> list[Mount]:
    """All mounts of a workload's containers; `on_machine` has the machine's path of the volumes that it mounts."""
    found = [Mount(volume=SCRATCH, path="/tmp")]
    for volume in args.volumes(workload.storage):
        path = on_machine.get(volume.key)
        found.append(Mount(volume=volume.key, path=volume.mount, host_path=path, attached=path is None))
    for plan in args.file_systems(workload.storage):
        made = args.storage.file_systems[plan.key]
        found.append(
            Mount(
                volume=plan.key,
                path=plan.mount,
                file_system_id=made.id,
                access_point_id=made.access_point_ids[workload.key],
            )
        )
    found += [
        Mount(volume=fast.key, path=fast.mount, host_path=host_path(fast.key)) for fast in args.lustre(workload.storage)
    ]
    return found


def machine_paths(volumes: tuple[VolumePlan, ...]) -> dict[str, str]:
    """Where machines mount their volumes, by claim."""
    return {volume.key: f"{HOST_ROOT}/{volume.key}" for volume in volumes if volume.attach == "machine"}
