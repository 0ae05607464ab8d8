"""What a machine does when it boots: the ECS agent's settings, and the mounts of its own volumes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from components.aws.storage.volume import FILE_SYSTEM, MachineDisk
from solver.plan.compute import NodeGroup
from solver.vocabulary import ImageFlavour, PurchaseOption

RESERVED_MEMORY_MIB = 256
"""Memory that the agent does not offer to tasks; the catalog takes the same off a machine's memory."""

# An EBS volume shows up as /dev/nvme…n1, and the name that it was attached under is only in the controller's answer
# to the NVMe command Identify (opcode 6, CNS 1): bytes 3072 to 3103, the vendor's part. Asking the device itself works
# on every image of Amazon Linux, with whatever udev rules.
_FIND_DEVICES = """\
cat > /usr/local/sbin/find-volume <<'PY'
import ctypes, fcntl, glob, sys, time
wanted = sys.argv[1].removeprefix('/dev/')
for _ in range(60):
    for device in sorted(glob.glob('/dev/nvme*n1')):
        answer = ctypes.create_string_buffer(4096)
        command = (ctypes.c_uint32 * 18)()
        command[0], command[10], command[9] = 6, 1, 4096
        address = ctypes.addressof(answer)
        command[6], command[7] = address & 0xFFFFFFFF, address >> 32
        with open(device, 'rb') as handle:
            fcntl.ioctl(handle, 0xC0484E41, command)
        name = answer.raw[3072:3104].decode('ascii', 'ignore').strip('\\0 ').removeprefix('/dev/')
        if name == wanted:
            sys.exit(print(device))
    time.sleep(2)
sys.exit('no device ' + wanted)
PY"""


@dataclass(frozen=True, kw_only=True)
class LustreMount:
    """A fast file system that a machine mounts."""

    dns_name: str
    """Its servers."""
    mount_name: str
    """What they call it."""
    host_path: str
    """Where the machine mounts it."""
    written: bool
    """Jobs write to it."""


def agent_config(group: NodeGroup, *, cluster: str | None) -> dict[str, str]:
    """Settings of the ECS agent; Batch names its own cluster, so `cluster` is None there.

    Tasks have addresses and roles of their own, so nothing of the machine's metadata and role is for them.
    """
    config = {
        "ECS_AWSVPC_BLOCK_IMDS": "true",
        "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": "ec2_instance",
        "ECS_RESERVED_MEMORY": str(RESERVED_MEMORY_MIB),
    }
    if cluster is not None:
        config["ECS_CLUSTER"] = cluster
        config["ECS_INSTANCE_ATTRIBUTES"] = f'{{"node-group":"{group.key}"}}'
    if group.purchase is PurchaseOption.SPOT:
        config["ECS_ENABLE_SPOT_INSTANCE_DRAINING"] = "true"
    if group.warm_machines:
        # The agent joins the cluster when the machine leaves its warm pool, not while it is prepared.
        config["ECS_WARM_POOLS_CHECK"] = "true"
    if group.image.flavour is ImageFlavour.GPU:
        config["ECS_ENABLE_GPU_SUPPORT"] = "true"
    return dict(sorted(config.items()))


def user_data(
    group: NodeGroup, *, cluster: str | None, disks: Sequence[MachineDisk], lustre: Sequence[LustreMount] = ()
) -> str:
    """The boot script in base64, as a launch template wants it.

    A machine that can't mount its volumes ends itself before the agent starts, so that its group replaces it and no
    task ever writes to the root volume instead. Batch adds its own part to the script and takes MIME messages only.
    """
    lines = ["#!/bin/bash", "set -euo pipefail"]
    if disks or lustre:
        lines.append("trap 'shutdown -h now' ERR")
    if disks:
        lines.append(_FIND_DEVICES)
    for disk in disks:
        lines += _mount(disk)
    for each in lustre:
        lines += _mount_lustre(each)
    lines += ["mkdir -p /etc/ecs", "cat >> /etc/ecs/ecs.config <<'CONFIG'"]
    lines += [f"{key}={value}" for key, value in agent_config(group, cluster=cluster).items()]
    lines += ["CONFIG", ""]
    script = "\n".join(lines)
    text = script if group.runtime == "ecs" else _mime(script)
    return base64.b64encode(text.encode()).decode()


def _mount(disk: MachineDisk) -> list[str]:
    found = " ".join(f'"$(python3 /usr/local/sbin/find-volume {device})"' for device in disk.devices)
    path = disk.host_path
    if len(disk.devices) == 1:
        join = [f"volume={found}"]
    else:
        join = [
            "command -v mdadm > /dev/null || dnf install -y -q mdadm",
            f"volume=/dev/md/{disk.plan.key}",
            f'mdadm --create "$volume" --run --level=0 --raid-devices={len(disk.devices)} {found}',
        ]
    return [*join, f'mkfs.{FILE_SYSTEM} -q "$volume"', f"mkdir -p {path}", f'mount -o noatime "$volume" {path}']


def _mount_lustre(mount: LustreMount) -> list[str]:
    path = mount.host_path
    lines = [
        "command -v mount.lustre > /dev/null || dnf install -y -q lustre-client",
        f"mkdir -p {path}",
        f"mount -t lustre -o relatime,flock {mount.dns_name}@tcp:/{mount.mount_name} {path}",
    ]
    # Its root is root's own; containers run as whoever their image says. As in /tmp, each deletes only what is its own.
    return [*lines, f"chmod 1777 {path}"] if mount.written else lines


def _mime(script: str) -> str:
    border = "==POOLWRIGHT=="
    return (
        f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{border}"\n\n'
        f'--{border}\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n{script}\n--{border}--\n'
    )
