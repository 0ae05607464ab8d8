"""Progress of an engine operation on standard error: one moving line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from poolwright.cli import console
from poolwright.engine.preview import Operation, ResourceChange

PLAIN_SECONDS = 10.0
"""Between two lines of progress where there is no terminal, such as in a CI log."""


class Progress:
    """Counts steps while the engine works; use it as a context."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._moving = console.is_terminal()
        self._started = time.monotonic()
        self._told = self._started
        self._done = 0

    def __enter__(self) -> Progress:
        if self._moving:
            self._draw("starting the engine")
        else:
            console.say(f"{self._title}: starting the engine")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._moving:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
        seconds = time.monotonic() - self._started
        console.say(f"{self._title}: {'failed' if error else 'done'} after {self._done} steps, {seconds:.1f} s")

    def watch(self, change: ResourceChange, done: int) -> None:
        """Takes what the engine begins or ends."""
        self._done = done
        now = time.monotonic()
        text = f"{done} steps done"
        if change.operation is not Operation.SAME:
            text += f", {change.operation.value} {change.name}"
        if self._moving:
            # Redrawing more often than a person can read only costs time.
            if now - self._told >= 0.1:
                self._told = now
                self._draw(text)
        elif now - self._told >= PLAIN_SECONDS:
            self._told = now
            console.say(f"{self._title}: {text}")

    def _draw(self, text: str) -> None:
        line = f"{self._title}: {text}"
        sys.stderr.write(f"\r\x1b[2K{line[:100]}")
        sys.stderr.flush()
