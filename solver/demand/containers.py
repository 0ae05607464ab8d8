"""Containers: what a replica runs, and what runs beside it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from solver.demand.names import Digest, Distinct, EnvironmentName, HostPath, ImageReference
from solver.quantity import CpuMillis, MemoryMib
from solver.schema import Schema
from solver.vocabulary import Framework


class ContainerImage(Schema):
    """What a replica runs: an image of another registry by its address, or one of the stack's own repository."""

    reference: ImageReference | None = None
    """Address with tag, `public.ecr.aws/docker/library/python:3.12-slim`; None for the stack's own repository."""
    digest: Digest | None = None
    """Pins the exact image; a release sets it."""
    size_mib: Annotated[int, Field(ge=1, le=100_000)] = 2048
    """Compressed size: what a new machine pulls."""
    framework: Framework = Framework.OTHER
    """What the container is built on."""


class Sidecar(Schema):
    """A container beside each replica, in the same task: a proxy, a collector of traces, a cache."""

    image: ContainerImage
    """What it runs, by its address."""
    cpu: CpuMillis
    """vCPUs, 100m."""
    memory: MemoryMib
    """Memory, 128Mi: a hard limit."""
    command: tuple[str, ...] = ()
    """Instead of the image's own command."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict[str, str])
    """Plain settings."""
    essential: bool = True
    """Where it ends, the replica ends too and another takes its place."""

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.image.reference is None:
            raise ValueError("an image with a reference is allowed: a sidecar has no repository of the stack's own")
        if self.cpu <= 0 or self.memory <= 0:
            raise ValueError("cpu and memory above 0 are allowed; one is 0")
        return self


class Daemon(Schema):
    """A container that runs once on each machine of services: an agent for logs, metrics or security."""

    image: ContainerImage
    """What it runs, by its address, built for each architecture that machines have."""
    cpu: CpuMillis
    """vCPUs, 100m: no replica gets them."""
    memory: MemoryMib
    """Memory, 128Mi: a hard limit."""
    command: tuple[str, ...] = ()
    """Instead of the image's own command."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict[str, str])
    """Plain settings."""
    reads: Annotated[tuple[HostPath, ...], Distinct, Field(max_length=10)] = ()
    """Folders of the machine that it sees at the same path and can't change: /var/log."""

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.image.reference is None:
            raise ValueError("an image with a reference is allowed: a daemon has no repository of the stack's own")
        if self.cpu <= 0 or self.memory <= 0:
            raise ValueError("cpu and memory above 0 are allowed; one is 0")
        return self
