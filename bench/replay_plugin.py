"""A plugin for aws that does nothing: it answers from a folder that the sandbox has filled, by URN, as fast as it can.

What is left is the engine's own time, for the same program and the same resources. `bench/engine.py` starts it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from poolwright.engine.sandbox.protocol import load_messages_alone

load_messages_alone()

# Only now: these load the protocol's messages, which must come without the whole of pulumi (E402).
from poolwright.engine.sandbox import server  # noqa: E402
from poolwright.engine.sandbox.messages import empty, messages  # noqa: E402
from poolwright.engine.sandbox.wire import encode  # noqa: E402

SOURCE = "POOLWRIGHT_REPLAY_FROM"


class Replay(server.Servicer):
    """The protocol, with answers that are ready before they are asked for."""

    def __init__(self, engine_address: str | None = None) -> None:
        super().__init__(engine_address)
        self._checks: dict[str, Any] = {}
        self._creations: dict[str, Any] = {}
        for path in Path(os.environ[SOURCE]).glob("*/resources/*/*.json"):
            found = json.loads(path.read_text(encoding="utf-8"))
            outputs = encode(found["outputs"])
            self._checks[found["urn"]] = messages.CheckResponse(inputs=encode(found["inputs"]))
            self._creations[found["urn"]] = messages.CreateResponse(id=found["id"], properties=outputs)

    def Check(self, request: Any, context: Any) -> Any:
        known = self._checks.get(request.urn)
        return messages.CheckResponse(inputs=request.news) if known is None else known

    def Diff(self, request: Any, context: Any) -> Any:
        return messages.DiffResponse(changes=messages.DiffResponse.DIFF_NONE)

    def Create(self, request: Any, context: Any) -> Any:
        if request.preview:
            return messages.CreateResponse(properties=request.properties)
        return self._creations[request.urn]

    def Read(self, request: Any, context: Any) -> Any:
        return messages.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:
        return empty()


if __name__ == "__main__":
    server.Servicer = Replay
    server.main()
