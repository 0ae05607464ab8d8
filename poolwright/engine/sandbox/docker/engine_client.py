"""The Docker Engine as the plugin talks to it: found when first needed, its refusals in one line with a hint."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final

from poolwright.engine.sandbox.docker.hosts import STAND_IN_VARIABLE, Host
from poolwright.engine.sandbox.subject import Refused

_SECONDS: Final = 120
"""How long the engine may take for one answer."""
NO_ENGINE: Final = "no Docker Engine answers at"

_HINTS: Final = (
    (
        r"port is already allocated|address already in use",
        "`docker ps` shows the container that has the port; another program may have it too",
    ),
    (
        r"[Nn]o such image|pull access denied|manifest unknown|repository does not exist",
        "`poolwright images STACK --build` makes the images of a stack",
    ),
    (
        r"no such host|i/o timeout|TLS handshake timeout|connection refused|failed to resolve|Client\.Timeout",
        "the engine can't reach the registry; an image that it has already under that reference is used as it is",
    ),
    (
        r"rootfs is marked read-only",
        "let a container that is never started (start=False, mustRun=False) upload into a volume, and mount that",
    ),
    (
        r"container name .* is already in use",
        "that container was made outside of this stack: remove it with `docker rm -f`, or import it",
    ),
    (
        r"volume is in use|has active endpoints",
        "a container still has it, perhaps one that was made outside of this stack: see `docker ps --all`",
    ),
    (
        r"non-overlapping IPv4 address pool",
        "`docker network prune` removes networks without containers; default-address-pools of the engine gives more",
    ),
    (r"memoryswap limit", "change memorySwap together with memory"),
    (r"no space left on device", "`docker system df` shows what takes the room"),
    (r"could not select device driver", "the host needs the driver's container runtime, as the NVIDIA toolkit"),
)


class EngineClient:
    """One host's engine; a connection is made when something is first asked of it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._api: Any = None
        self._lock = threading.Lock()

    @property
    def api(self) -> Any:
        """The SDK's low-level client."""
        with self._lock:
            if self._api is None:
                self._api = connected(self.host.address, _SECONDS)
            return self._api

    @contextlib.contextmanager
    def asking(self, doing: str) -> Generator[Any]:
        """The client, with what the engine refuses raised as Refused."""
        import requests
        from docker.errors import APIError, BuildError, DockerException

        try:
            yield self.api
        except APIError as error:
            raise Refused(refusal(doing, error.explanation or str(error))) from None
        except BuildError as error:
            raise Refused(refusal(doing, str(error.msg))) from None
        except (DockerException, requests.RequestException, OSError) as error:
            raise Refused(unreachable(self.host, reason_of(error))) from None


def section(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of the engine's answer; empty where the engine has null or nothing there."""
    found: dict[str, Any] | None = answer.get(name)
    return found or {}


def refusal(doing: str, words: str) -> str:
    """One line: what was being done, what the engine says, what may help."""
    said = " ".join(words.split())
    hint = next((text for pattern, text in _HINTS if re.search(pattern, said)), "")
    return f"{doing}: {said}" + (f" (hint: {hint})" if hint else "")


def unreachable(host: Host, reason: str) -> str:
    """One line for a host without an engine."""
    return (
        f"{NO_ENGINE} {host}: {reason}. Start one there (`poolwright doctor` says how), or name another: "
        f"{STAND_IN_VARIABLE}=unix:///path/docker.sock"
    )


def connected(address: str, seconds: int, certificates: str | None = None) -> Any:
    """The SDK's low-level client of the engine at an address, which has answered; raises what the SDK raises."""
    return client_at(address, seconds, certificates).api


def client_at(address: str, seconds: int, certificates: str | None = None) -> Any:
    """The SDK's client of the engine at an address, which has answered; raises what the SDK raises.

    `certificates` is a folder with what tcp:// needs for TLS; without it the environment says.
    """
    import docker
    from docker.utils import kwargs_from_env

    environment = dict(os.environ) | {"DOCKER_HOST": address}
    if certificates is not None:
        environment |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(Path(certificates).expanduser())}
    settings: Any = kwargs_from_env(environment=environment)
    return docker.DockerClient(version="auto", timeout=seconds, use_ssh_client=address.startswith("ssh://"), **settings)


def reason_of(error: BaseException) -> str:
    """The operating system's words, which the libraries wrap several times."""
    seen: list[object] = [error]
    for found in seen:
        if isinstance(found, OSError) and found.strerror:
            return found.strerror
        if isinstance(found, BaseException) and len(seen) < 50:
            seen += [*found.args, found.__cause__, found.__context__]
    return " ".join(str(error).split())
