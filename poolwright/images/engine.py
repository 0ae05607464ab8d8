"""The Docker Engines that build images, and run them: found, asked, and what they refuse in one line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from poolwright.engine.environment import Cloud
from poolwright.engine.sandbox.docker.hosts import DEFAULT_ADDRESS, Host, host_of
from solver.errors import ConfigError, EngineError, Problem
from solver.plan.docker import HostPlan
from solver.plan.lock import Lock
from solver.vocabulary import Architecture

_SECONDS = 1800
"""Longest wait for one answer: a step of a build may fetch gigabytes before it says a word."""
_WORDS = {"x86_64": Architecture.X86_64, "amd64": Architecture.X86_64, "aarch64": Architecture.ARM64}


def own_address() -> str:
    """The engine of this machine, or the one that the environment names."""
    return os.environ.get("DOCKER_HOST") or DEFAULT_ADDRESS


def connect(address: str, *, certificates: str | None = None) -> Any:
    """A client of the engine at an address; ConfigError where none answers."""
    import docker
    from docker.errors import DockerException

    tls: Any = None
    try:
        if certificates is not None:
            folder = Path(certificates).expanduser()
            names = (str(folder / "cert.pem"), str(folder / "key.pem"))
            tls = docker.tls.TLSConfig(client_cert=names, ca_cert=str(folder / "ca.pem"), verify=True)
        client: Any = docker.DockerClient(
            base_url=address,
            tls=tls,
            timeout=_SECONDS,
            use_ssh_client=address.startswith("ssh://"),
        )
        client.ping()
    except (DockerException, OSError) as error:
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
    return client


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
                address, certificates = _address(host, cloud)
                found[address] = certificates
    return dict(sorted(found.items()))


def _address(host: HostPlan, cloud: Cloud) -> tuple[str, str | None]:
    named = host.docker_host or own_address()
    engine = host_of({"host": named}) if cloud is Cloud.SANDBOX else Host(named, named)
    return engine.address, None if engine.stood_in else host.certificates


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
