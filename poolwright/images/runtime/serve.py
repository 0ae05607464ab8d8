"""Serves an ASGI application with uvicorn: readiness, counted load, an end that loses no request.

On SIGTERM the health check fails at once, requests are still taken for `DRAIN_SECONDS`, so that who sends them can
notice, and then uvicorn finishes what it has begun, for at most `STOP_SECONDS`. The exit code is 0.

A module may have a function `ready`, which says whether the health check passes; without one it does as soon as the
application has started up.
"""

from __future__ import annotations

import os
import threading
from types import FrameType
from typing import Any

from poolwright.images.runtime.entry import library, load_entry
from poolwright.images.runtime.load import Load, State


def main() -> None:
    """Until SIGTERM."""
    uvicorn = library("uvicorn")
    state = State()
    drain_seconds = float(os.environ.get("DRAIN_SECONDS", "2"))

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if state.draining:
                self.force_exit = True
                return
            state.drain()
            timer = threading.Timer(drain_seconds, self._stop)
            timer.daemon = True
            timer.start()

        def _stop(self) -> None:
            self.should_exit = True

    module, application = load_entry()
    ready: Any = getattr(module, "ready", None)
    config = uvicorn.Config(
        Load(application, state=state, health_path=os.environ.get("HEALTH_PATH", "/healthz"), ready=ready or _always),
        host="0.0.0.0",
        port=int(os.environ.get("PORT", "8080")),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(os.environ.get("STOP_SECONDS", "60")),
    )
    Server(config).run()


def _always() -> bool:
    return True


if __name__ == "__main__":
    main()
