"""Durations and sizes between pulumi-docker's words and the Docker Engine's numbers."""

from __future__ import annotations

import re
from typing import Final

MIB: Final = 1 << 20
_NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
BILLION: Final = 1_000_000_000


def nanoseconds(duration: str) -> int:
    """`1m30s` → 90,000,000,000."""
    return sum(round(float(count) * _NANOSECONDS[unit]) for count, unit in _PART.findall(duration))


def duration(value: int) -> str:
    """90,000,000,000 → `1m30s`, as Go writes durations."""
    if value % BILLION:
        return f"{value / 1_000_000:g}ms" if value < BILLION else f"{value / BILLION:g}s"
    hours, rest = divmod(value // BILLION, 3600)
    minutes, seconds = divmod(rest, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{seconds}s"


def swap_bytes(mib: int) -> int:
    """Memory and swap together; -1 stays: as much swap as there is."""
    return mib * MIB if mib > 0 else mib


def mib(value: int) -> int:
    """Bytes as the provider shows them."""
    return value // MIB if value > 0 else value
