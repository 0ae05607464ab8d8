"""What an app's container starts, as `ENTRY` names it: `module:attribute`, or a module."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

NOT_CONFIGURED = 78
"""The exit code for settings that can't work, as sysexits has it."""


def refuse(message: str) -> NoReturn:
    """Ends the container with one line that says what to do."""
    print(f"error: {message}", file=sys.stderr, flush=True)
    raise SystemExit(NOT_CONFIGURED)


def entry_name() -> str:
    """The setting itself."""
    return os.environ.get("ENTRY", "") or refuse("ENTRY is not set; module:attribute is allowed, like main:app")


def library(name: str) -> Any:
    """A library that the image has and this project does not need: its types are not known here."""
    return importlib.import_module(name)


def load_entry() -> tuple[Any, Any]:
    """The module and the object that `ENTRY` names."""
    name, _, attribute = entry_name().partition(":")
    module = importlib.import_module(name)
    if not hasattr(module, attribute):
        refuse(f"ENTRY is {entry_name()}, and {name} has no {attribute}")
    return module, getattr(module, attribute)
