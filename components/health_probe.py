"""The command by which a container asks itself whether it serves."""

from __future__ import annotations

from solver.vocabulary import Protocol


def probe(port: int, protocol: Protocol, health_path: str) -> str:
    """Asks the health path, or connects where the service speaks no HTTP, with the first tool that the image has."""
    if protocol is not Protocol.HTTP:
        return (
            "if command -v python3 > /dev/null; "
            f"then python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port}), 3)\" || exit 1; "
            f"elif command -v bash > /dev/null; then bash -c ': < /dev/tcp/127.0.0.1/{port}' || exit 1; fi"
        )
    url = f"http://127.0.0.1:{port}{health_path}"
    return (
        "if command -v python3 > /dev/null; "
        f"then python3 -c \"import urllib.request; urllib.request.urlopen('{url}', timeout=3)\" || exit 1; "
        f"elif command -v curl > /dev/null; then curl -fsS -m 3 -o /dev/null '{url}' || exit 1; "
        f"elif command -v wget > /dev/null; then wget -q -T 3 -O /dev/null '{url}' || exit 1; fi"
    )
