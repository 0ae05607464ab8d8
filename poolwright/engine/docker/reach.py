"""Whether a Docker Engine answers, at which address, and why not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

from poolwright.engine.sandbox.docker.engine_client import connected, reason_of
from poolwright.engine.sandbox.docker.hosts import DEFAULT_ADDRESS, STAND_IN_VARIABLE

_SECONDS: Final = 5


@dataclass(frozen=True)
class FoundEngine:
    """A Docker Engine that answers."""

    address: str
    version: str


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
