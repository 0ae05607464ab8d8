"""The named types of Docker sites: how a host and its engine are reached, labels, folders."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from solver.quantity import Written

DockerAddress = Annotated[
    str,
    StringConstraints(
        pattern=r"^(unix:///[A-Za-z0-9/._-]{1,200}|(ssh://([a-z_][a-z0-9_-]{0,31}@)?|tcp://)"
        r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?)$"
    ),
    Written("an address like unix:///var/run/docker.sock, ssh://ops@edge-1 or tcp://10.0.0.5:2376"),
]
"""How a Docker Engine is reached."""

HostName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"),
    Written("a name or an address like edge-1.example.com or 10.0.0.5"),
]
"""A machine's name or IPv4 address."""

FolderPath = Annotated[
    str, StringConstraints(pattern=r"^(~|/)[A-Za-z0-9/._-]{0,200}$"), Written("a folder like ~/.docker/edge-1")
]
"""A folder of the machine that runs Pulumi."""

LabelKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,62}$"),
    Written("a label like rack or example.com.floor, of at most 63 characters"),
]
"""What a host's label is called."""

LabelValue = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,63}$"),
    Written("a text of 1 to 63 letters, digits and ._-"),
]
"""What a host's label says."""

NfsExport = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?:/[A-Za-z0-9/._-]{0,200}$"),
    Written("an NFS export like nas.example.com:/models"),
]
"""A folder that an NFS server exports."""
