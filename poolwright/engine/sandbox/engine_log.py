"""Lines in the engine's log: where resources go, and what a reader should know of one that AWS would have made."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

import grpc

NOTICE: Final = "sandbox: nothing is created in AWS; aws resources exist in {folder} alone"
_SECONDS: Final = 5.0


class EngineLog:
    """The engine's log; a plugin that was started by hand has none, and its lines go nowhere."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def say_where(self, folder: Path) -> None:
        """Say once where the aws resources are."""
        self.say(NOTICE.format(folder=folder))

    def say(self, text: str) -> None:
        """Say something of the whole stack, and each thing once, without waiting for the engine."""
        with self._lock:
            first = text not in self._told
            self._told.add(text)
        if first:
            self._in_background("INFO", text, "")

    def warn(self, text: str, urn: str) -> None:
        """Warn of one resource."""
        self._in_background("WARNING", f"sandbox: {text}", urn)

    def note(self, text: str, urn: str) -> None:
        """Tell something of one resource."""
        self._in_background("INFO", f"sandbox: {text}", urn)

    def _in_background(self, severity: str, text: str, urn: str) -> None:
        if self._address:
            line = (self._address, severity, text, urn)
            threading.Thread(target=_send, args=line, name="engine-log", daemon=True).start()


def _send(address: str, severity: str, text: str, urn: str) -> None:
    from poolwright.engine.sandbox.messages import engine, engine_service

    channel: Any = grpc.insecure_channel(address)
    try:
        request = engine.LogRequest(severity=severity, message=text, urn=urn)
        engine_service.EngineStub(channel).Log(request, timeout=_SECONDS)
    except grpc.RpcError:
        # The engine has ended or does not log: nothing is lost but the line.
        return
    finally:
        channel.close()
