"""Processes: the stacks of a fleet worked out by several processes of this machine, one solver thread each.

Processes are started afresh, so that none has a copy of a solver that is running. Answers come in the order of the
tasks, whichever process was faster, and are the same as those of one process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context

from solver.catalog.catalog import Catalog
from solver.fleet.stack import Ask, StackAnswer, StackTask, answer_of
from solver.model.running import one_by_one

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What the libraries below numpy ask when a process starts."""


@contextmanager
def processes(workers: int) -> Generator[Ask]:
    """A way to ask stacks in so many processes; in this one alone where it is one."""
    if workers <= 1:
        one_by_one()
        yield _here
        return
    spawn = get_context("spawn")
    with single_threaded(), ProcessPoolExecutor(workers, mp_context=spawn, initializer=begin_worker) as pool:

        def ask(tasks: Sequence[StackTask], catalog: Catalog) -> list[StackAnswer]:
            return list(pool.map(partial(answer_of, catalog=catalog), tasks))

        try:
            yield ask
        except KeyboardInterrupt:
            # Whoever interrupts does not wait for the stacks that are being solved.
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise


def begin_worker() -> None:
    """In a new process: one solver thread, and the end of an interrupted command is left to the one that started it,
    since a terminal's Ctrl-C reaches all of them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_by_one()


@contextmanager
def single_threaded() -> Generator[None]:
    """Processes that are started meanwhile have one thread for arithmetic too."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _here(tasks: Sequence[StackTask], catalog: Catalog) -> list[StackAnswer]:
    return [answer_of(task, catalog) for task in tasks]
