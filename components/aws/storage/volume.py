"""Volumes as compute attaches them: block devices of a machine, or a volume that ECS makes for each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import pulumi
from pulumi_aws import ec2, ecs

from solver.errors import PoolwrightError
from solver.plan.storage import VolumePlan

FILE_SYSTEM = "xfs"
"""What volumes are formatted with: the file system of Amazon Linux, and ECS's default for tasks' volumes."""
HOST_ROOT = "/mnt/poolwright"
"""Where a machine mounts its volumes; tasks see them at the plan's path."""

_LETTERS = ascii_lowercase[ascii_lowercase.index("f") : ascii_lowercase.index("p") + 1]


@dataclass(frozen=True, kw_only=True)
class MachineDisk:
    """A volume of each machine of a group: its devices, joined to one, and where the machine mounts it."""

    plan: VolumePlan
    """What was decided."""
    devices: tuple[str, ...]
    """`/dev/sdf`, … as EC2 names them at launch."""

    @property
    def host_path(self) -> str:
        """Where the machine mounts it."""
        return f"{HOST_ROOT}/{self.plan.key}"


def machine_disks(volumes: Sequence[VolumePlan]) -> tuple[MachineDisk, ...]:
    """Device names for volumes, in order; PoolwrightError when they are more than EC2 names for data volumes."""
    wanted = sum(volume.stripes for volume in volumes)
    if wanted > len(_LETTERS):
        raise PoolwrightError(
            f"{', '.join(volume.key for volume in volumes)}: {wanted} volumes on one machine, "
            f"EC2 has names for {len(_LETTERS)} (/dev/sdf to /dev/sdp)",
            hint="ask for less throughput, or for fewer volumes on the same machines",
        )
    letters = iter(_LETTERS)
    return tuple(
        MachineDisk(plan=volume, devices=tuple(f"/dev/sd{next(letters)}" for _ in range(volume.stripes)))
        for volume in volumes
    )


def block_devices(
    disks: Sequence[MachineDisk], key_arn: pulumi.Output[str] | None
) -> list[ec2.LaunchTemplateBlockDeviceMappingArgsDict]:
    """The devices as a launch template has them; they go with their machine."""
    return [
        {
            "device_name": device,
            "ebs": {
                "volume_type": disk.plan.volume_type,
                "volume_size": disk.plan.size_gib,
                "iops": disk.plan.iops,
                "throughput": disk.plan.throughput_mibps,
                "encrypted": "true",
                "kms_key_id": key_arn,
                "delete_on_termination": "true",
            },
        }
        for disk in disks
        for device in disk.devices
    ]


def task_volume(
    volume: VolumePlan,
    *,
    role_arn: pulumi.Output[str],
    key_arn: pulumi.Output[str] | None,
    tags: Mapping[str, str],
) -> ecs.ServiceVolumeConfigurationArgsDict:
    """A volume that ECS makes, attaches and deletes with each task of a service."""
    return {
        "name": volume.key,
        "managed_ebs_volume": {
            "role_arn": role_arn,
            "volume_type": volume.volume_type,
            "size_in_gb": volume.size_gib,
            "iops": volume.iops,
            "throughput": volume.throughput_mibps,
            "encrypted": True,
            "kms_key_id": key_arn,
            "file_system_type": FILE_SYSTEM,
            "tag_specifications": [{"resource_type": "volume", "propagate_tags": "SERVICE", "tags": dict(tags)}],
        },
    }
