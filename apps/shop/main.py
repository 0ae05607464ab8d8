"""A service of the local stack: behind the proxy, it asks another service, and says which replica answered."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import urllib.error
import urllib.request
from typing import Any

_SECONDS = 5


def quote(thing: str) -> dict[str, Any]:
    """What the quotes service says, found as Poolwright tells every caller: ADDRESS_<SERVICE>, `host:port`."""
    url = f"http://{os.environ['ADDRESS_QUOTES']}/{thing}"
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
        return json.load(answer)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """`/shop/<thing>` has its price, as an ASGI application."""
    if scope["type"] != "http":
        return
    thing = scope["path"].rpartition("/")[2] or "lamp"
    status, content = 200, {"replica": socket.gethostname()}
    try:
        content |= await asyncio.to_thread(quote, thing)
    except (OSError, ValueError) as error:
        status, content = 502, content | {"error": str(error)}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode() + b"\n"})
