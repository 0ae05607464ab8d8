"""A service of the local stack: the price of a thing, by the hash of its name; only callers on its host reach it."""

from __future__ import annotations

import json
import zlib
from typing import Any


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers any path with a price, as an ASGI application."""
    if scope["type"] != "http":
        return
    thing = scope["path"].strip("/") or "nothing"
    body = json.dumps({"thing": thing, "price": 1 + zlib.crc32(thing.encode()) % 9999}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
