"""Containers: what a replica runs, and what runs beside it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from solver.demand.image_names import DebianPackage, EntryPoint, LicenceName, ProjectPath, SourceUrl
from solver.demand.names import Digest, Distinct, EnvironmentName, HostPath, ImageReference
from solver.quantity import CpuMillis, MemoryMib
from solver.schema import Schema, is_empty
from solver.vocabulary import Framework, ImageTemplate


class ImageBuild(Schema):
    """How the project makes an image: from a template and an app's files, or by a Dockerfile of one's own."""

    template: ImageTemplate | None = None
    """python, pytorch, bert, tensorflow or fpga; what it computes on follows from the variant."""
    dockerfile: ProjectPath | None = None
    """Instead of a template: a Dockerfile inside `app`, by its path there."""
    app: ProjectPath | None = None
    """Folder of the project with the app's files, apps/assistant; its requirements.txt is installed."""
    entry: EntryPoint | None = None
    """What is started: main:app of a service, main:run or a module of a job; main:app and main when not given."""
    packages: Annotated[tuple[DebianPackage, ...], Distinct, Field(max_length=100)] = ()
    """Debian's packages that the app needs as well: libgomp1."""
    licence: LicenceName | None = None
    """Of the app, as SPDX has it, Apache-2.0: a label of the image."""
    source: SourceUrl | None = None
    """Where the app's source is: a label of the image."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.template is None) == (self.dockerfile is None):
            found = "both" if self.template else "neither"
            raise ValueError(f"either a template or a dockerfile is allowed; there is {found}")
        if self.app is None and self.template is not ImageTemplate.BERT:
            raise ValueError("an app is needed: only the template bert serves a model without one")
        if self.dockerfile is not None and (self.entry or self.packages):
            raise ValueError("entry and packages are allowed with a template; a Dockerfile says them itself")
        return self


class ContainerImage(Schema):
    """What a replica runs: an image of another registry by its address, or one of the stack's own repository."""

    reference: ImageReference | None = None
    """Address with tag, `public.ecr.aws/docker/library/python:3.12-slim`; None for the stack's own repository."""
    digest: Digest | None = None
    """Pins the exact image; a release sets it."""
    size_mib: Annotated[int, Field(ge=1, le=100_000)] = 2048
    """Compressed size: what a new machine pulls."""
    framework: Framework = Framework.OTHER
    """What the container is built on; a template says it."""
    build: ImageBuild | None = Field(default=None, exclude_if=is_empty)
    """How the project makes it; None: it is pushed by others."""

    @model_validator(mode="after")
    def _made_or_had(self) -> Self:
        if self.build is not None and (self.reference is not None or self.digest is not None):
            raise ValueError("a build, or a reference and digest are allowed; here are both")
        return self

    @property
    def built_on(self) -> Framework:
        """The framework of the template, or the one that is named."""
        if self.build is None or self.build.template is None or self.framework is not Framework.OTHER:
            return self.framework
        return _FRAMEWORKS[self.build.template]


_FRAMEWORKS = {
    ImageTemplate.PYTHON: Framework.PYTHON,
    ImageTemplate.FPGA: Framework.PYTHON,
    ImageTemplate.PYTORCH: Framework.PYTORCH,
    ImageTemplate.BERT: Framework.PYTORCH,
    ImageTemplate.TENSORFLOW: Framework.TENSORFLOW,
}


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
