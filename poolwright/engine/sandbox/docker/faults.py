"""Faults on request that meet docker: a host that is gone, a slow or lost answer, an error in somebody's words."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Final

from poolwright.engine.sandbox.docker.engine_client import unreachable
from poolwright.engine.sandbox.docker.hosts import Host
from poolwright.engine.sandbox.fault_file import load_faults
from poolwright.engine.sandbox.faults import Fault, FaultKind, Faults, Moment, meets
from poolwright.engine.sandbox.rules.rule import Action
from poolwright.engine.sandbox.store import Store
from poolwright.engine.sandbox.subject import Refused
from poolwright.engine.sandbox.tokens import DOCKER, service_of

_GONE: Final = "Connection refused"


class DockerFaults:
    """The faults of one host; how often each has struck is kept in the sandbox's folder."""

    def __init__(self, file: Path, folder: Path, host: Host) -> None:
        self._host = host
        self._faults = Faults(load_faults(file), Store(folder, DOCKER))

    @contextlib.contextmanager
    def around(self, kind: str, name: str, action: Action | None) -> Generator[None]:
        """What happens before a request and to its answer; raises Refused when it fails. A reading has no action."""
        self._cut(kind, name, action, Moment.BEFORE)
        with self._faults.delayed(kind, name, action) if action is not None else contextlib.nullcontext():
            yield
        self._cut(kind, name, action, Moment.AFTER)

    def _cut(self, kind: str, name: str, action: Action | None, moment: Moment) -> None:
        for fault in self._faults.of(FaultKind.DOCKER_HOST_GONE, FaultKind.ERROR, FaultKind.TIME_OUT, FaultKind.CRASH):
            if self._moment(fault) is not moment or not self._meets(fault, kind, name, action):
                continue
            if not self._faults.strikes(fault):
                continue
            match fault.kind:
                case FaultKind.CRASH:
                    self._faults.end()
                case FaultKind.ERROR:
                    raise Refused(f"{name}: {fault.message}")
                case FaultKind.TIME_OUT:
                    raise Refused(unreachable(self._host, "timeout awaiting response headers"))
                case _:
                    raise Refused(unreachable(self._host, _GONE))

    def _moment(self, fault: Fault) -> Moment:
        return Moment.BEFORE if fault.kind is FaultKind.ERROR else fault.moment

    def _meets(self, fault: Fault, kind: str, name: str, action: Action | None) -> bool:
        if fault.kind is FaultKind.DOCKER_HOST_GONE:
            return fault.host == self._host.name
        # Those of aws that name no type are not meant for containers.
        return action is not None and service_of(fault.type) == DOCKER and meets(fault, kind, name, action)
