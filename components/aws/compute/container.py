"""Container definitions: what ECS and Batch are told about one container, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.aws.compute.surroundings import Mount
from solver.plan.compute import VariantPlan
from solver.vocabulary import AcceleratorKind, Framework

OPEN_FILES = 65536
"""Sockets and files that a container may have open; Docker's own limit is too low for a busy server."""
STOP_SECONDS = 100
"""From SIGTERM to SIGKILL: inside the two minutes that AWS gives before it takes a spot machine back."""

_SHARED_MEMORY_FRAMEWORKS = (Framework.PYTORCH, Framework.TENSORFLOW)

Json = dict[str, Any]


def cpu_units(cpu_millis: int) -> int:
    """ECS counts 1024 to a vCPU; rounded down, so that replicas which fit in thousandths fit in units too."""
    return cpu_millis * 1024 // 1000


def whole_vcpus(cpu_millis: int) -> int:
    """Batch on EC2 gives whole vCPUs; a part is rounded up, so that a replica gets what was measured."""
    return -(-cpu_millis // 1000)


def process_settings(variant: VariantPlan, *, rights: Sequence[str]) -> Json:
    """Linux settings: a reaper for orphaned processes, devices, and shared memory.

    PyTorch and TensorFlow hand batches between processes in /dev/shm; Docker's 64 MiB are too few, so it may take
    half of the container's memory, Linux's own limit for such a file system. What is in it counts as memory.
    `rights` on a device are `read` and `write` to ECS, and the same in capitals to Batch.
    """
    settings: Json = {"initProcessEnabled": True}
    if variant.framework in _SHARED_MEMORY_FRAMEWORKS:
        settings["sharedMemorySize"] = variant.memory_mib // 2
    if variant.accelerator_kind in (AcceleratorKind.INFERENTIA, AcceleratorKind.TRAINIUM):
        settings["devices"] = [
            {"hostPath": f"/dev/neuron{index}", "containerPath": f"/dev/neuron{index}", "permissions": list(rights)}
            for index in range(variant.accelerator_count)
        ]
    return settings


def is_privileged(variant: VariantPlan) -> bool:
    """FPGA tools load bitstreams through /sys and the card's PCI registers, which only a privileged container sees."""
    return variant.accelerator_kind is AcceleratorKind.FPGA


def takes_whole_machine(variant: VariantPlan) -> bool:
    """Neuron and FPGA devices are named in the definition, not counted by ECS: two replicas would get the same ones."""
    return variant.accelerator_kind not in (None, AcceleratorKind.GPU)


def gpu_requirement(variant: VariantPlan) -> list[Json]:
    """GPUs that the agent reserves for the container."""
    if variant.accelerator_kind is not AcceleratorKind.GPU:
        return []
    return [{"type": "GPU", "value": str(variant.accelerator_count)}]


def name_value_pairs(values: Mapping[str, pulumi.Input[str]]) -> list[Json]:
    """Environment as the APIs have it."""
    return [{"name": name, "value": value} for name, value in values.items()]


def secret_pairs(arns: Mapping[str, pulumi.Output[str]]) -> list[Json]:
    """Secrets as the APIs have them."""
    return [{"name": name, "valueFrom": arn} for name, arn in arns.items()]


def mount_points(mounts: Sequence[Mount]) -> list[Json]:
    """Mounts inside the container."""
    return [{"sourceVolume": mount.volume, "containerPath": mount.path, "readOnly": False} for mount in mounts]


def log_settings(group: str, region: str, prefix: str) -> Json:
    """Lines go to the workload's log group; a slow log service never stops a container."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": group,
            "awslogs-region": region,
            "awslogs-stream-prefix": prefix,
            "max-buffer-size": "25m",
            "mode": "non-blocking",
        },
    }


def open_files_limit() -> list[Json]:
    """The limit of open files, soft and hard."""
    return [{"name": "nofile", "softLimit": OPEN_FILES, "hardLimit": OPEN_FILES}]
