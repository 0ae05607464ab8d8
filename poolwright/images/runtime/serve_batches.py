"""Serves a LitServe API: requests are put together in batches for one model on the device that is there.

`ENTRY` names a subclass of `litserve.LitAPI`, or an instance. Its health check passes once each worker's `setup`, which
loads the model, is through. On SIGTERM the check fails, requests without an answer get it, and then LitServe ends.
"""

from __future__ import annotations

import os
import signal
import time
from types import FrameType
from typing import Any

from poolwright.images.runtime.entry import library, load_entry
from poolwright.images.runtime.load import Load, State


def main() -> None:
    """Until SIGTERM."""
    _, entry = load_entry()
    serve(entry() if isinstance(entry, type) else entry)


def serve(api: Any) -> None:
    """Serves one API until SIGTERM."""
    state = State()
    health_path = os.environ.get("HEALTH_PATH", "/healthz")
    server = library("litserve").LitServer(
        api,
        accelerator=os.environ.get("ACCELERATOR", "cpu"),
        timeout=float(os.environ.get("REQUEST_SECONDS", "30")),
        healthcheck_path=health_path,
        middlewares=[(Load, {"state": state, "health_path": health_path})],
    )

    parent = os.getpid()

    def stop(number: int, frame: FrameType | None) -> None:
        if os.getpid() != parent:
            # LitServe's processes are forked with this handler: they end when the parent has waited for their answers.
            raise SystemExit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        state.drain()
        time.sleep(float(os.environ.get("DRAIN_SECONDS", "2")))
        state.wait_until_idle(float(os.environ.get("STOP_SECONDS", "60")))
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    server.run(
        host="0.0.0.0",
        port=int(os.environ.get("PORT", "8080")),
        num_api_servers=1,
        generate_client_file=False,
        access_log=False,
    )


if __name__ == "__main__":
    main()
