"""The line that says where resources go: once for each plugin, through the engine's log."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

import grpc

NOTICE: Final = "sandbox: nothing is created in AWS; aws resources exist in {folder} alone"
_SECONDS: Final = 5.0


def say_where(engine_address: str | None, folder: Path) -> None:
    """Tell the engine's log, and wait for no answer: a plugin that was started by hand has no engine."""
    if engine_address:
        text = NOTICE.format(folder=folder)
        threading.Thread(target=_log, args=(engine_address, text), name="notice", daemon=True).start()


def _log(address: str, text: str) -> None:
    from poolwright.engine.sandbox.messages import engine, engine_service

    channel: Any = grpc.insecure_channel(address)
    try:
        request = engine.LogRequest(severity=engine.INFO, message=text)
        engine_service.EngineStub(channel).Log(request, timeout=_SECONDS)
    except grpc.RpcError:
        # The engine has ended or does not log: nothing is lost but the line.
        return
    finally:
        channel.close()
