"""What machines do when they boot."""

from __future__ import annotations

import base64
import subprocess

import pytest

from components.aws.compute.user_data import RESERVED_MEMORY_MIB, agent_config, user_data
from components.aws.storage.volume import machine_disks
from solver.catalog.machines import AGENT_MEMORY_MIB
from solver.plan.compute import NodeGroup
from solver.plan.storage import VolumePlan
from tests.components import plans

GROUPS = {group.key: group for group in plans.full_site().compute.node_groups}
SPOT, PLAIN, GPU = (GROUPS[key] for key in ("c7g-xlarge-spot", "c7i-xlarge-on-demand", "g5-xlarge-on-demand"))
BATCH = GROUPS["g5-12xlarge-on-demand"]


def volume(stripes: int = 1) -> VolumePlan:
    (striped, _) = plans.full_site().storage.volumes
    return striped.model_copy(update={"stripes": stripes})


def script(group: NodeGroup, stripes: int = 0) -> str:
    disks = machine_disks([volume(stripes)] if stripes else [])
    return base64.b64decode(user_data(group, cluster="prod-main", disks=disks)).decode()


def test_a_machine_joins_its_cluster_and_says_which_group_it_is_of() -> None:
    config = agent_config(PLAIN, cluster="prod-main")
    assert config["ECS_CLUSTER"] == "prod-main"
    assert config["ECS_INSTANCE_ATTRIBUTES"] == '{"node-group":"c7i-xlarge-on-demand"}'


def test_the_reserved_memory_is_what_the_catalog_takes_off() -> None:
    assert RESERVED_MEMORY_MIB == AGENT_MEMORY_MIB
    assert agent_config(PLAIN, cluster="c")["ECS_RESERVED_MEMORY"] == "256"


def test_tasks_get_nothing_of_the_machines_role() -> None:
    assert agent_config(PLAIN, cluster="c")["ECS_AWSVPC_BLOCK_IMDS"] == "true"


def test_spot_machines_drain_when_aws_takes_them_back() -> None:
    assert agent_config(SPOT, cluster="c")["ECS_ENABLE_SPOT_INSTANCE_DRAINING"] == "true"
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING" not in agent_config(PLAIN, cluster="c")


def test_gpu_machines_offer_their_gpus() -> None:
    assert agent_config(GPU, cluster="c")["ECS_ENABLE_GPU_SUPPORT"] == "true"
    assert "ECS_ENABLE_GPU_SUPPORT" not in agent_config(PLAIN, cluster="c")


def test_batch_machines_join_the_cluster_that_batch_names_by_a_mime_message() -> None:
    assert "ECS_CLUSTER" not in agent_config(BATCH, cluster=None)
    text = script(BATCH)
    assert text.startswith("MIME-Version: 1.0\n")
    assert 'boundary="==POOLWRIGHT=="' in text
    assert text.endswith("--==POOLWRIGHT==--\n")


@pytest.mark.parametrize("stripes", [0, 1, 3])
def test_the_script_is_bash(stripes: int) -> None:
    checked = subprocess.run(["bash", "-n"], input=script(PLAIN, stripes), text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_device_finder_is_python() -> None:
    code = script(PLAIN, 1).split("<<'PY'\n")[1].split("\nPY\n")[0]
    compile(code, "find-volume", "exec")


def test_one_device_is_mounted_as_it_is_and_several_are_joined() -> None:
    single, joined = script(PLAIN, 1), script(PLAIN, 2)
    assert "mdadm" not in single
    assert 'mkfs.xfs -q "$volume"' in single
    assert "mount -o noatime" in single
    assert "--level=0 --raid-devices=2" in joined
    assert joined.count("find-volume /dev/sd") == 2


def test_a_machine_that_cannot_mount_its_volumes_ends_itself() -> None:
    assert "trap 'shutdown -h now' ERR" in script(PLAIN, 1)
    assert "shutdown" not in script(PLAIN)


def test_the_same_group_has_the_same_script() -> None:
    assert script(PLAIN, 2) == script(PLAIN, 2)
