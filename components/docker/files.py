"""Files and owners in volumes, put there before the containers that read them start.

Docker puts files only into containers whose root can be written to, and the provider puts all of them in at `/`: so a
container of its own takes them, with the volume in the place in which readers will see it. It is never started.
A new volume belongs to root, and no container runs as root: a second container gives it to their user, and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components.docker.naming import DockerNames
from components.docker.provider import Host
from components.docker.user import USER

_PREPARER_MEMORY_MIB = 32


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
        entrypoints=["/bin/false"],
        start=False,
        must_run=False,
        restart="no",
        user=f"{USER}:{USER}",
        network_mode="none",
        memory=_PREPARER_MEMORY_MIB,
        memory_swap=_PREPARER_MEMORY_MIB,
        capabilities={"drops": ["ALL"]},
        security_opts=["no-new-privileges"],
        labels=names.labels_of(host.key, role="writes-files"),
        volumes=[{"volume_name": volume, "container_path": folder}],
        uploads=[
            {"file": file.path, "content": file.content, "permissions": file.mode, "owner": USER, "group": USER}
            for file in files
        ],
        opts=host.child_of(parent),
    )


def owner_of_volume(
    parent: pulumi.Resource,
    name: str,
    host: Host,
    *,
    names: DockerNames,
    image: pulumi.Input[str],
    volume: pulumi.Input[str],
    mode: str = "0750",
) -> docker.Container:
    """Gives the volume's own folder to the user of the containers, and ends; what is in it keeps its owners."""
    return docker.Container(
        name,
        name=name,
        image=image,
        entrypoints=["/bin/sh", "-c"],
        command=[f"chown {USER}:{USER} /volume && chmod {mode} /volume"],
        # Waits for its end: who writes to the volume starts after it.
        attach=True,
        must_run=False,
        restart="no",
        user="0:0",
        read_only=True,
        network_mode="none",
        memory=_PREPARER_MEMORY_MIB,
        memory_swap=_PREPARER_MEMORY_MIB,
        capabilities={"drops": ["ALL"], "adds": ["CHOWN", "FOWNER"]},
        security_opts=["no-new-privileges"],
        labels=names.labels_of(host.key, role="gives-a-volume-its-owner"),
        volumes=[{"volume_name": volume, "container_path": "/volume"}],
        opts=host.child_of(parent),
    )
