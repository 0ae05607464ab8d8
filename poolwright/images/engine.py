"""The Docker Engines that build images, and run them: found, asked, and what they refuse in one line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from typing import Any

from poolwright.engine.docker.reach import engine_of, reached
from poolwright.engine.environment import Cloud
from solver.errors import ConfigError, EngineError, Problem
from solver.plan.lock import Lock
from solver.vocabulary import Architecture

_SECONDS = 1800
"""Longest wait for one answer: a step of a build may fetch gigabytes before it says a word."""
_WORDS = {"x86_64": Architecture.X86_64, "amd64": Architecture.X86_64, "aarch64": Architecture.ARM64}


def connect(address: str, *, certificates: str | None = None) -> Any:
    """A client of the engine at an address; ConfigError where none answers."""
    try:
        return reached(address, _SECONDS, certificates)
    except OSError as error:
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="DOCKER_HOST" if os.environ.get("DOCKER_HOST") == address else "",
                    found=address,
                    allowed=f"a Docker Engine is needed there, and none answers: {_first_line(error)}",
                    hint="Start one, or name another with --engine",
                )
            ]
        ) from error


def architecture_of(client: Any) -> Architecture | None:
    """What the engine's machine is; None for one that no image is made for."""
    return _WORDS.get(str(client.info()["Architecture"]))


def host_engines(lock: Lock, cloud: Cloud) -> dict[str, str | None]:
    """Addresses of the engines of the hosts that run something → folder of certificates.

    On the sandbox hosts that are reached over the network are stood in for, as they are when the stack is built.
    """
    found: dict[str, str | None] = {}
    for site in lock.docker_sites.values():
        for host in site.hosts:
            if host.replicas:
                answering = engine_of(host, stood_in=cloud is Cloud.SANDBOX)
                found[answering.engine.address] = answering.certificates
    return dict(sorted(found.items()))


@contextlib.contextmanager
def asking(doing: str) -> Generator[None]:
    """What the engine refuses meanwhile, as an EngineError of one line."""
    import requests
    from docker.errors import APIError, BuildError, DockerException

    try:
        yield
    except APIError as error:
        raise EngineError(f"{doing}: {' '.join((error.explanation or str(error)).split())}") from error
    except (BuildError, DockerException, requests.RequestException) as error:
        raise EngineError(f"{doing}: {_first_line(error)}") from error


def image_id(client: Any, reference: str) -> str | None:
    """The id of an image that the engine has; None where it has none of that name."""
    from docker.errors import ImageNotFound, NullResource

    try:
        return str(client.images.get(reference).id)
    except (ImageNotFound, NullResource):
        return None


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
