"""Dockerfiles: what an image is made of, as a typed context; the text comes from `templates/dockerfile/`.

Stages: `runtime` is the pinned base with Debian's packages; `build` makes a virtual environment in it, and nothing of
what only building needs, like settings of pip, gets into the last stage. That runs as a numeric user without rights,
with a root that may be read-only: what is written goes to /tmp.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from poolwright.render.environment import render
from solver.demand.image_names import DebianPackage, EntryPoint
from solver.demand.names import Port, UrlPath
from solver.schema import Schema
from solver.vocabulary import ImageTemplate

USER: Final = 10001
"""Owner of the process; no account of any base has this number."""
RUNTIME: Final = "poolwright.images.runtime"
"""Modules in the image that start, serve, train and check."""
HEALTH: Final = "/healthz"

Pinned = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9./_:-]*(:[A-Za-z0-9_.-]+)?@)?sha256:[0-9a-f]{64}$")
]
"""An image by digest, or by the id that an engine knows it by."""


class Purpose(StrEnum):
    """What a replica is for."""

    SERVING = "serving"
    BATCH = "batch"
    TRAINING = "training"


class Processor(StrEnum):
    """What a replica computes on."""

    CPU = "cpu"
    NVIDIA = "nvidia"
    NEURON = "neuron"
    FPGA = "fpga"


class WorkloadImage(Schema):
    """All that the Dockerfile of a workload's variant depends on."""

    template: ImageTemplate
    purpose: Purpose
    processor: Processor
    base: Pinned
    base_has_python: bool
    """Debian's Python and its venv module are in the base."""
    compiles_python: bool = False
    """The base has Python's own modules as source alone: compiled at every start, they would cost it seconds."""
    server_image: Pinned | None = None
    """Where TensorFlow Serving's program is copied from."""
    tools_commit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")] | None = None
    """Of the sources that FPGA tools are compiled from."""
    entry: EntryPoint
    has_app: bool = True
    """There is an app; a BERT model is served without one."""
    has_requirements: bool = False
    """The app has a requirements.txt."""
    packages: tuple[DebianPackage, ...] = ()
    """Debian's packages that the app needs as well."""
    port: Port = 8080
    health_path: UrlPath = HEALTH
    pip_settings: bool = False
    """The context has a pip.conf for the build stage."""
    labels: dict[str, str] = Field(default_factory=dict[str, str])


_SERVERS: Final = {
    ImageTemplate.PYTHON: "serve",
    ImageTemplate.PYTORCH: "serve_batches",
    ImageTemplate.BERT: "transformer",
    ImageTemplate.TENSORFLOW: "serve_tensorflow",
    ImageTemplate.FPGA: "serve",
}
_ACCELERATORS: Final = {
    Processor.CPU: "cpu",
    Processor.NVIDIA: "cuda",
    Processor.NEURON: "neuron",
    Processor.FPGA: "cpu",
}


def workload_dockerfile(image: WorkloadImage) -> str:
    """The Dockerfile of a workload's variant."""
    serves = image.purpose is Purpose.SERVING
    module = {Purpose.SERVING: _SERVERS[image.template], Purpose.BATCH: "run", Purpose.TRAINING: "train"}
    pytorch = image.template in (ImageTemplate.PYTORCH, ImageTemplate.BERT)
    settings = {
        "PYTHONPATH": "/opt/poolwright:/app",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/tmp",
        "ENTRY": image.entry,
        "ACCELERATOR": _ACCELERATORS[image.processor],
        **({"FRAMEWORK": "pytorch" if pytorch else image.template.value} if image.purpose is Purpose.TRAINING else {}),
        **({"PORT": str(image.port), "HEALTH_PATH": image.health_path} if serves else {}),
        **({"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"} if image.processor is Processor.NVIDIA else {}),
    }
    return render(
        f"dockerfile/{image.template}.j2",
        {
            "image": image,
            "user": USER,
            "settings": list(settings.items()),
            "labels": sorted(image.labels.items()),
            "serves": serves,
            "health": ["python", "-m", f"{RUNTIME}.health"],
            "start": ["python", "-m", f"{RUNTIME}.start"],
            "command": ["python", "-m", f"{RUNTIME}.{module[image.purpose]}"],
        },
    )


class ProxyImage(Schema):
    """All that the proxy's Dockerfile depends on."""

    base: Pinned
    """Debian, or a base that has Caddy already."""
    caddy: Pinned | None = None
    """Where Caddy's program is copied from; None: Debian's package."""
    base_has_caddy: bool = False
    labels: dict[str, str] = Field(default_factory=dict[str, str])


def proxy_dockerfile(image: ProxyImage) -> str:
    """The Dockerfile of the proxy in front of a Docker site's services: Caddy, and of Debian a shell that checks it and
    what gives a volume its owner."""
    command = ["/usr/bin/caddy", "run", "--config", "/etc/poolwright/caddy.json"]
    health = ["/bin/bash", "-c", ": < /dev/tcp/127.0.0.1/8079"]
    values = {"image": image, "user": USER, "labels": sorted(image.labels.items()), "command": command}
    return render("dockerfile/proxy.j2", {**values, "health": health})
