"""SidecarPlan and DaemonPlan: a container beside each replica of a service, and one on each machine."""

from __future__ import annotations

from pydantic import Field

from solver.schema import Schema


class SidecarPlan(Schema):
    """A container beside each replica of a service."""

    key: str
    """Its name in the task."""
    image_reference: str
    """Address with tag."""
    image_digest: str | None
    """Pins the exact image."""
    cpu_millis: int
    """Of the replica's thousandths of a vCPU."""
    memory_mib: int
    """Of the replica's memory."""
    command: tuple[str, ...] = ()
    """Instead of the image's own."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain settings."""
    essential: bool = True
    """Where it ends, the replica ends."""


class DaemonPlan(Schema):
    """A container on each machine of services."""

    key: str
    """Its name."""
    image_reference: str
    """Address with tag."""
    image_digest: str | None
    """Pins the exact image."""
    cpu_millis: int
    """Thousandths of a vCPU that no replica gets."""
    memory_mib: int
    """Memory that no replica gets."""
    command: tuple[str, ...] = ()
    """Instead of the image's own."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain settings."""
    reads: tuple[str, ...] = ()
    """Folders of the machine that it sees and can't change."""
