"""Files and owners in volumes, put there before the containers that read them start.

Docker puts files only into containers whose root can be written to, and the provider puts all of them in at `/`: so a
container of its own takes them, with the volume in the place in which readers will see it. It is never started.
A new volume belongs to root, and no container runs as root: another such container gives it to their user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker

from components.docker.naming import DockerNames
from components.docker.provider import Host
from components.docker.user import USER

STATE = "/data"
"""The folder that the proxy's image gives to the user of the containers."""
_MEMORY_MIB = 32


@dataclass(frozen=True, kw_only=True)
class File:
    """A file in a volume."""

    path: str
    """Where readers see it."""
    content: pulumi.Input[str]
    """Its text."""
    mode: str
    """Rights, `0400`."""


def file_writer(
    parent: pulumi.Resource,
    name: str,
    host: Host,
    files: Sequence[File],
    *,
    names: DockerNames,
    image: pulumi.Input[str],
    volume: pulumi.Input[str],
    folder: str,
) -> docker.Container:
    """Writes the files into the volume; another one takes its place when a file changes."""
    return docker.Container(
        name,
        name=name,
        image=image,
        labels=names.labels_of(host.key, role="writes-files"),
        volumes=[{"volume_name": volume, "container_path": folder}],
        uploads=[
            {"file": file.path, "content": file.content, "permissions": file.mode, "owner": USER, "group": USER}
            for file in files
        ],
        opts=host.child_of(parent),
        **never_started(),
    )


def owner_of_volume(
    parent: pulumi.Resource,
    name: str,
    host: Host,
    *,
    names: DockerNames,
    image: pulumi.Input[str],
    volume: pulumi.Input[str],
) -> docker.Container:
    """Gives an empty volume to the user of the containers; what holds files already keeps its owners.

    A volume that is new takes its owner and its rights from the folder of the image over which it is mounted first: in
    the proxy's image, `/data` is that user's. The container need not start for it.
    """
    return docker.Container(
        name,
        name=name,
        image=image,
        labels=names.labels_of(host.key, role="gives-a-volume-its-owner"),
        volumes=[{"volume_name": volume, "container_path": STATE, "read_only": False}],
        opts=host.child_of(parent),
        **never_started(),
    )


def never_started() -> dict[str, Any]:
    """Settings of a container that is only made; should anybody start it, it could do nothing and would end at once."""
    return {
        "entrypoints": ["/bin/false"],
        "start": False,
        "must_run": False,
        "restart": "no",
        "user": f"{USER}:{USER}",
        "network_mode": "none",
        "memory": _MEMORY_MIB,
        "memory_swap": _MEMORY_MIB,
        "capabilities": {"drops": ["ALL"]},
        "security_opts": ["no-new-privileges"],
    }
