"""Gang: the workers of a training job, as AWS Batch names them; all learn each other's addresses from the first.

A plain job, or one outside of Batch, is a gang of one.
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from typing import Any

MEETING_PORT = 29400
"""Where the first worker tells the others who is there."""


@dataclass(frozen=True)
class Gang:
    """Where this worker stands in it."""

    size: int
    index: int
    main_address: str


def gang() -> Gang:
    """From the environment that Batch sets; the first worker has no address of its own there."""
    size = int(os.environ.get("AWS_BATCH_JOB_NUM_NODES", "1"))
    index = int(os.environ.get("AWS_BATCH_JOB_NODE_INDEX", "0"))
    main = os.environ.get("AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS")
    return Gang(size=size, index=index, main_address=main or (own_address() if size > 1 else "127.0.0.1"))


def own_address() -> str:
    """The address that others reach this machine at: what its host name stands for."""
    return socket.gethostbyname(socket.gethostname())


def addresses(members: Gang, *, port: int = MEETING_PORT, seconds: float = 600) -> list[str]:
    """All workers' addresses, by index. The first waits until every other one came, then tells all of them."""
    if members.size == 1:
        return [members.main_address]
    return _gather(members, port, seconds) if members.index == 0 else _ask(members, port, seconds)


def _gather(members: Gang, port: int, seconds: float) -> list[str]:
    found = {0: members.main_address}
    waiting: dict[int, socket.socket] = {}
    with socket.create_server(("", port)) as server:
        server.settimeout(seconds)
        while len(found) < members.size:
            peer, (address, *_) = server.accept()
            said: Any = json.loads(peer.makefile().readline())
            # A worker that asks again was cut off before: its newest connection counts.
            found[int(said["index"])], waiting[int(said["index"])] = str(address), peer
    ordered = [found[index] for index in range(members.size)]
    for peer in waiting.values():
        with peer:
            peer.sendall(f"{json.dumps(ordered)}\n".encode())
    return ordered


def _ask(members: Gang, port: int, seconds: float) -> list[str]:
    until = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((members.main_address, port), timeout=5) as peer:
                peer.settimeout(seconds)
                peer.sendall(f"{json.dumps({'index': members.index})}\n".encode())
                return list(json.loads(peer.makefile().readline()))
        except (OSError, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
