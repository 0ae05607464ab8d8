"""Task sizes: how ECS reads cpu and memory, and the combinations that Fargate has."""

from __future__ import annotations

import re
from typing import Final

from poolwright.engine.sandbox.values import Value, text

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html; cpu units → MiB.
FARGATE: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
}
SMALLEST_CPU: Final = 128
LARGEST_CPU: Final = 196608
"""cpu units of a task on EC2: 192 vCPUs."""
_VCPU: Final = re.compile(r"^(\d*\.?\d+)\s*vcpus?$", re.IGNORECASE)
_GB: Final = re.compile(r"^(\d*\.?\d+)\s*gb$", re.IGNORECASE)


def task_cpu_units(value: Value) -> int | None:
    """`512` and `.5 vCPU` are 512 units; None for what ECS does not take."""
    given = text(value)
    if given is None:
        return None
    match = _VCPU.match(given)
    units = round(float(match.group(1)) * 1024) if match else (int(given) if given.isdigit() else 0)
    return units if SMALLEST_CPU <= units <= LARGEST_CPU else None


def task_memory_mib(value: Value) -> int | None:
    """`1024` and `1 GB` are 1,024 MiB; None for what ECS does not take."""
    given = text(value)
    if given is None:
        return None
    match = _GB.match(given)
    mib = round(float(match.group(1)) * 1024) if match else (int(given) if given.isdigit() else 0)
    return mib if mib > 0 else None


def fargate_fault(cpu: int | None, memory: int | None) -> str | None:
    """What is wrong with a size for Fargate; None when it has it, or a figure is not known."""
    if cpu is None or memory is None:
        return None
    allowed = FARGATE.get(cpu)
    if allowed is None:
        return f"{cpu} CPU; {', '.join(str(units) for units in FARGATE)} are allowed"
    if memory not in allowed:
        return f"{cpu} CPU, {memory} memory; {allowed[0]} to {allowed[-1]} MiB in its steps are allowed"
    return None
