"""Volumes as machines and tasks have them."""

from __future__ import annotations

from typing import cast

import pulumi
import pytest

from components.aws.storage.volume import block_devices, machine_disks, task_volume
from solver.errors import PoolwrightError
from solver.plan.storage import VolumePlan

ROLE = cast("pulumi.Output[str]", "arn:role")  # an Output is made inside a program only


def volume(key: str = "scratch", **changes: object) -> VolumePlan:
    plan = VolumePlan(
        key=key,
        attach="machine",
        volume_type="gp3",
        stripes=1,
        size_gib=100,
        iops=3000,
        throughput_mibps=125,
        mount="/scratch",
        workloads=("training",),
        reason="cheapest",
    )
    return plan.model_copy(update=changes)


def test_stripes_are_devices_one_after_the_other() -> None:
    first, second = machine_disks([volume("a", stripes=2), volume("b")])
    assert first.devices == ("/dev/sdf", "/dev/sdg")
    assert second.devices == ("/dev/sdh",)
    assert second.host_path == "/mnt/poolwright/b"


def test_more_volumes_than_ec2_has_names_for_are_refused_with_the_way_out() -> None:
    with pytest.raises(PoolwrightError, match="12 volumes on one machine, EC2 has names for 11"):
        machine_disks([volume(stripes=12)])


def test_devices_are_encrypted_and_go_with_their_machine() -> None:
    (device,) = block_devices(machine_disks([volume(iops=6000)]), None)
    assert device.get("ebs") == {
        "volume_type": "gp3",
        "volume_size": 100,
        "iops": 6000,
        "throughput": 125,
        "encrypted": "true",
        "kms_key_id": None,
        "delete_on_termination": "true",
    }


def test_a_volume_of_a_task_is_made_by_ecs_and_tagged() -> None:
    made = task_volume(volume(attach="replica"), role_arn=ROLE, key_arn=None, tags={"owner": "me"})[
        "managed_ebs_volume"
    ]
    assert isinstance(made, dict)
    assert made.get("encrypted") is True
    assert made.get("tag_specifications") == [
        {"resource_type": "volume", "propagate_tags": "SERVICE", "tags": {"owner": "me"}}
    ]
