"""Patients' records in the hospital's archive, and the names under which scans leave it.

    GET, PUT /records/<patient>       what is kept of a patient, as JSON
    GET /records/<patient>/alias      what stands for the patient in scans that may go to AWS

A patient is a number of up to 12 digits. The alias is a keyed hash: without the key nobody finds the patient from it,
and the key is in the hospital alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

_PATH = re.compile(r"/records/([0-9]{1,12})(/alias)?$")
_MOST_BYTES = 1 << 20


@cache
def key() -> bytes:
    """The secret of the workload, a file that Poolwright names in <VARIABLE>_FILE."""
    return Path(os.environ["ALIAS_KEY_FILE"]).read_bytes().strip()


def alias(patient: str) -> str:
    """The same for the same patient and key."""
    return hmac.new(key(), patient.encode(), hashlib.sha256).hexdigest()


def record(patient: str) -> Path:
    """The file of a patient, in the file system that Poolwright names in PATH_<CLAIM>."""
    return Path(os.environ["PATH_ARCHIVE"]) / "records" / f"{patient}.json"


def read(patient: str) -> bytes | None:
    """What is kept; None where nothing is."""
    try:
        return record(patient).read_bytes()
    except FileNotFoundError:
        return None


def write(patient: str, content: bytes) -> None:
    """In one step, so that no reader finds half of it."""
    path = record(patient)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] != "http":
        return
    status, content = await answer(scope["method"], scope["path"], receive)
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def answer(method: str, path: str, receive: Any) -> tuple[int, bytes]:
    """Status and body."""
    found = _PATH.search(path)
    if found is None:
        return 404, b'{"error": "no such path"}\n'
    patient, wants_alias = found[1], found[2] is not None
    if wants_alias and method == "GET":
        return 200, json.dumps({"alias": alias(patient)}).encode() + b"\n"
    if method == "GET":
        kept = await asyncio.to_thread(read, patient)
        return (404, b'{"error": "no such patient"}\n') if kept is None else (200, kept)
    if method == "PUT" and not wants_alias:
        given = await body(receive)
        try:
            json.loads(given)
        except ValueError:
            return 400, b'{"error": "JSON of at most 1 MiB is allowed"}\n'
        await asyncio.to_thread(write, patient, given)
        return 200, b"{}\n"
    return 405, b'{"error": "GET and PUT are allowed"}\n'


async def body(receive: Any) -> bytes:
    """What is sent, and nothing of what is too much."""
    parts: list[bytes] = []
    more, size = True, 0
    while more:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= _MOST_BYTES:
            parts.append(part)
        more = bool(message.get("more_body"))
    return b"".join(parts) if size <= _MOST_BYTES else b""
