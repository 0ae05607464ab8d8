"""The forms in which a report is written, and where: files say by their endings which form they get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from solver.errors import ConfigError, Problem


class Format(StrEnum):
    """How a report is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_ENDINGS = {".md": Format.MARKDOWN, ".html": Format.HTML, ".json": Format.JSON}


@dataclass(frozen=True)
class Written:
    """A report in one form."""

    form: Format
    file: Path | None
    """None: it is printed."""


def outputs(form: Format | None, files: Sequence[Path]) -> tuple[Written, ...]:
    """A report in each form that is asked for; ConfigError where a file's form is not known, or is said twice."""
    if not files:
        return (Written(form or Format.TERMINAL, None),)
    if form is Format.TERMINAL:
        raise _wrong(files[0], "a file is allowed with --format markdown, html or json")
    if form is not None:
        if len(files) > 1:
            raise _wrong(files[1], f"one file is allowed with --format {form}; without it the ending says the form")
        return (Written(form, files[0]),)
    for file in files:
        if file.suffix not in _ENDINGS:
            raise _wrong(file, f"a name that ends in {', '.join(_ENDINGS)} is allowed, or --format beside it")
    return tuple(Written(_ENDINGS[file.suffix], file) for file in files)


def _wrong(file: Path, allowed: str) -> ConfigError:
    return ConfigError([Problem(file="", path="--out", found=str(file), allowed=allowed)])
