"""The engine's gRPC messages, loaded without the rest of the `pulumi` package.

`import pulumi` takes half a second of each plugin's start; the generated messages need none of it. In a process of the
plugin's own, empty stand-ins for the package and its parents let the import system find the generated modules alone.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Final

PROTOCOL_PACKAGE: Final = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def load_messages_alone() -> None:
    """Make the messages importable without running `pulumi/__init__.py`, in a process that needs nothing else of it."""
    if "pulumi" in sys.modules:
        return
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package pulumi is not installed")
    root = Path(spec.submodule_search_locations[0])
    for name in PROTOCOL_PACKAGE:
        stand_in = types.ModuleType(name)
        stand_in.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = stand_in
