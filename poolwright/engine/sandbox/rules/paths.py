"""Values inside inputs, by dotted path; a list stands for each of its members."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from poolwright.engine.sandbox.values import Value, text


@functools.cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def values_at(value: Value, path: str) -> Iterator[Value]:
    """Every value at the path; missing ones are left out."""
    return _walk(value, _steps(path))


def texts_at(value: Value, path: str) -> list[str]:
    """The known, non-empty strings at the path, in order."""
    return [found for item in values_at(value, path) if (found := text(item)) is not None]


def _walk(value: Value, steps: tuple[str, ...]) -> Iterator[Value]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:])
