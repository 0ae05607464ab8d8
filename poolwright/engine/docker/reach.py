"""How a Docker Engine is reached: that of a host of a plan, or of this machine; whether it answers, and why not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

from poolwright.engine.sandbox.docker.engine_client import client_at, connected, reason_of
from poolwright.engine.sandbox.docker.hosts import DEFAULT_ADDRESS, STAND_IN_VARIABLE, Host, host_of, own_address
from solver.plan.docker import HostPlan

_SECONDS: Final = 5


@dataclass(frozen=True)
class FoundEngine:
    """A Docker Engine that answers."""

    address: str
    version: str


@dataclass(frozen=True)
class HostEngine:
    """The engine that answers for a host of a plan."""

    engine: Host
    certificates: str | None
    """Folder with what tcp:// needs for TLS; None where the environment says, or another engine stands in."""


def engine_of(host: HostPlan, *, stood_in: bool) -> HostEngine:
    """`stood_in`: as on the sandbox, where one engine answers for all hosts that are reached over the network."""
    name = host.docker_host or own_address()
    engine = host_of({"host": name}) if stood_in else Host(name, name)
    return HostEngine(engine, None if engine.stood_in else host.certificates)


def reached(address: str, seconds: int, certificates: str | None = None) -> Any:
    """A client of the engine at an address, which has answered; OSError with the reason where none does."""
    import requests
    from docker.errors import DockerException

    try:
        return client_at(address, seconds, certificates)
    except (DockerException, requests.RequestException, OSError) as error:
        raise OSError(reason_of(error)) from error


def find_engine() -> tuple[FoundEngine | None, dict[str, str]]:
    """The first engine that answers; and the addresses that were tried in vain before it, with the reason."""
    tried: dict[str, str] = {}
    named = (os.environ.get(STAND_IN_VARIABLE), os.environ.get("DOCKER_HOST"), DEFAULT_ADDRESS)
    for address in dict.fromkeys(filter(None, named)):
        version, reason = version_at(address)
        if version is not None:
            return FoundEngine(address, version), tried
        tried[address] = reason
    return None, tried


def version_at(address: str) -> tuple[str | None, str]:
    """The version of the engine at an address; else None and why it does not answer."""
    import requests
    from docker.errors import DockerException

    try:
        told: dict[str, Any] = connected(address, _SECONDS).version()
    except (DockerException, requests.RequestException, OSError) as error:
        return None, reason_of(error)
    return str(told["Version"]), ""
