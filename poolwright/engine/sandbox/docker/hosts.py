"""Which Docker Engine answers for a host of the program, and what goes for hosts that are stood in for.

Hosts that are reached over the network (`ssh://`, `tcp://`) are not asked: one engine of this machine stands in for all
of them. Two such hosts may publish the same port, so each has a loopback address of its own.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.values import Properties, text, texts

STAND_IN_VARIABLE: Final = "POOLWRIGHT_SANDBOX_DOCKER_HOST"
DEFAULT_ADDRESS: Final = "unix:///var/run/docker.sock"
_REMOTE: Final = ("ssh://", "tcp://", "http://", "https://")
_LOCAL: Final = ("unix://", "npipe://")
_EVERYWHERE: Final = ("", "0.0.0.0", "::")


@dataclass(frozen=True)
class Host:
    """A host of the program and the engine that answers for it."""

    name: str
    """The address that the program gives."""
    address: str
    """The address of the engine."""

    @property
    def stood_in(self) -> bool:
        """Whether another engine answers for the host."""
        return self.name != self.address

    def __str__(self) -> str:
        return f"{self.address} (in place of {self.name})" if self.stood_in else self.address

    def loopback(self, stack: str) -> str:
        """Where a stood-in host's ports are published: an address for each host of each stack."""
        digest = hashlib.sha256(f"{stack}\0{self.name}".encode()).digest()
        return f"127.0.{1 + digest[0] % 254}.{1 + digest[1] % 254}"

    def published_at(self, wanted: str | None, stack: str) -> str:
        """The address that a port is really bound at."""
        if self.stood_in and (wanted or "") in _EVERYWHERE:
            return self.loopback(stack)
        return wanted or "0.0.0.0"


def own_address() -> str:
    """The engine of this machine, or the one that the environment names."""
    return os.environ.get("DOCKER_HOST") or DEFAULT_ADDRESS


def host_of(config: Properties) -> Host:
    """The host that a provider's configuration means."""
    own = own_address()
    name = text(config.get("host")) or own
    if name.startswith(_REMOTE) and name != own:
        return Host(name, os.environ.get(STAND_IN_VARIABLE) or own)
    return Host(name, name)


def host_failures(config: Properties) -> list[Failure]:
    """What is wrong with a provider's configuration, beside its schema."""
    failures: list[Failure] = []
    host = config.get("host")
    if isinstance(host, str) and not host.startswith((*_REMOTE, *_LOCAL)):
        words = f"unable to parse docker host `{host}`: unix://, ssh://, tcp:// and npipe:// addresses are allowed"
        failures.append(Failure("host", words))
    if text(config.get("context")):
        words = "the sandbox reads no Docker contexts: give host the address that `docker context inspect` shows"
        failures.append(Failure("context", words))
    if texts(config.get("sshOpts")) and isinstance(host, str) and not host.startswith("ssh://"):
        failures.append(Failure("sshOpts", f"options of ssh mean nothing for the host {host}"))
    given = [name for name in ("caMaterial", "certMaterial", "keyMaterial") if config.get(name) is not None]
    if given and len(given) < 3:
        words = "caMaterial, certMaterial and keyMaterial belong together: give all three, or certPath"
        failures.append(Failure(given[0], words))
    return failures
