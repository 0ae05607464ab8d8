"""Runs the project's Pulumi program so that an error for the user stays one: its own text, no traceback.

An unexpected exception keeps its traceback, which is what someone who mends the program needs.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi

from solver.errors import PoolwrightError


def plainly(build: Callable[[], None]) -> None:
    """Calls the program; a PoolwrightError becomes the engine's kind of plain error."""
    try:
        build()
    except PoolwrightError as error:
        raise pulumi.RunError(str(error)) from error


class Remembered:
    """A program for the Automation API that keeps the PoolwrightError it ended with, which the engine would flatten."""

    def __init__(self, build: Callable[[], None]) -> None:
        self._build = build
        self.error: PoolwrightError | None = None

    def __call__(self) -> None:
        self.error = None
        try:
            self._build()
        except PoolwrightError as error:
            self.error = error
            raise pulumi.RunError(str(error)) from error
