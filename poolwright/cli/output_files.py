"""Files that options name to be written: refused before any work is done, and before anything else is written."""

from __future__ import annotations

from pathlib import Path

from solver.errors import ConfigError, Problem
from solver.inputs import shown


def refuse_no_file(option: str, path: Path | None) -> None:
    """ConfigError where a path is a folder, or its folder does not exist."""
    if path is None or (path.parent.is_dir() and not path.is_dir()):
        return
    found = f"{shown(path)}, a folder" if path.is_dir() else f"{shown(path)}, in no folder that exists"
    raise ConfigError([Problem(file="", path=option, found=found, allowed="a file of a folder that exists is allowed")])
