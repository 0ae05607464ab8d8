"""Running: solvers without a word on standard output, and several of them side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

Answer = TypeVar("Answer")
_MOST_THREADS = 4
"""More would each need memory for a solver of its own."""


class _Silence:
    """File descriptor 1 turned away while at least one solver runs; several may run at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running = 0
        self._kept = -1

    def begin(self) -> None:
        with self._lock:
            self._running += 1
            if self._running == 1:
                sys.stdout.flush()
                self._kept = os.dup(1)
                away = os.open(os.devnull, os.O_WRONLY)
                os.dup2(away, 1)
                os.close(away)

    def end(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                os.dup2(self._kept, 1)
                os.close(self._kept)


_silence = _Silence()
_threads = _MOST_THREADS


def one_by_one() -> None:
    """From now on this process runs one solver at a time: it is one of several that share the machine."""
    global _threads
    _threads = 1


@contextmanager
def silenced() -> Generator[None]:
    """Turn file descriptor 1 away: solvers print from C++, past sys.stdout."""
    _silence.begin()
    try:
        yield
    finally:
        _silence.end()


def side_by_side(tasks: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """The answers of tasks that don't depend on each other, in their order; solvers let other threads run meanwhile.

    The answers are the same however many threads there are.
    """
    if len(tasks) <= 1 or _threads == 1 or (os.cpu_count() or 1) == 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(max_workers=min(_threads, len(tasks))) as threads:
        return [answer.result() for answer in [threads.submit(task) for task in tasks]]
