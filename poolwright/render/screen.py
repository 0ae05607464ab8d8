"""The screen that views are printed on: standard output, as wide as the terminal, or wide lines where there is none."""

from __future__ import annotations

import sys

from rich.console import Console

PLAIN_WIDTH = 160
"""Columns of plain lines: tables keep one line for each row in logs and pipes."""


NARROW_WIDTH = 120
"""Columns of plain lines of a view that is made for one screen."""


def screen(*, plain_width: int = PLAIN_WIDTH) -> Console:
    """A console on standard output; colour and width follow the terminal, NO_COLOR and COLUMNS are respected."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else plain_width, highlight=False)
