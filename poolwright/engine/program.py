"""Runs the project's Pulumi program so that an error for the user stays one: its own text, no traceback.

An unexpected exception keeps its traceback, which is what someone who mends the program needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

import pulumi

# The SDK makes its connections itself, and has no public way to say how.
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # pyright: ignore[reportPrivateUsage]

from solver.errors import PoolwrightError

_BREAK_OFF_SECONDS = 5.0
_DEBUG = pulumi.log.debug
_OWN_CONNECTION = ("grpc.use_local_subchannel_pool", 1)
"""gRPC shares connections in a process by address, with what it knows of them: an engine that got the port of one
before it would be taken to be gone as well, for as long as gRPC waits before it tries again."""


def plainly(build: Callable[[], None]) -> None:
    """Calls the program; a PoolwrightError becomes the engine's kind of plain error."""
    try:
        build()
    except PoolwrightError as error:
        raise pulumi.RunError(str(error)) from error


class InlineProgram:
    """A program for the Automation API, which runs it in a thread of this process.

    It keeps the PoolwrightError that the program ended with, which the engine would flatten, and can be broken off: the
    SDK leaves a program waiting for ever when the engine stops at another resource's error, and its thread would then
    keep the whole process from ending.

    Until then the SDK's own debug messages are dropped: three for each resource, each a call to the engine that the
    whole program waits for, and none of them is shown.
    """

    def __init__(self, build: Callable[[], None]) -> None:
        if _OWN_CONNECTION not in _GRPC_CHANNEL_OPTIONS:
            _GRPC_CHANNEL_OPTIONS.append(_OWN_CONNECTION)
        self._build = build
        self._loop: asyncio.AbstractEventLoop | None = None
        self.error: PoolwrightError | None = None

    def __call__(self) -> None:
        self.error = None
        self._loop = asyncio.get_running_loop()
        pulumi.log.debug = _unheard
        try:
            self._build()
        except PoolwrightError as error:
            self.error = error
            raise pulumi.RunError(str(error)) from error

    def break_off(self) -> None:
        """Ends what still waits once the engine has ended; returns when the program's thread is free."""
        loop, self._loop = self._loop, None
        if loop is not None:
            _end(loop)
        # Not before: a debug message of what is left of the program would be a call to an engine that has gone.
        pulumi.log.debug = _DEBUG


def _end(loop: asyncio.AbstractEventLoop) -> None:
    give_up = time.monotonic() + _BREAK_OFF_SECONDS
    while loop.is_running() and time.monotonic() < give_up:
        # The loop may close between the two lines.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_cancel_all, loop)
        time.sleep(0.02)


def _unheard(
    msg: str, resource: pulumi.Resource | None = None, stream_id: int | None = None, ephemeral: bool | None = None
) -> None:
    del msg, resource, stream_id, ephemeral


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
