"""What a command says: data on standard output, everything else on standard error, plain lines without a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solver.errors import PoolwrightError, Problem

SCHEMA_VERSION = 1
"""Of every command's JSON; a change that a reader could stumble over raises it."""


def say(text: str) -> None:
    """One line about what goes on, on standard error."""
    print(text, file=sys.stderr, flush=True)


def print_json(payload: Mapping[str, Any]) -> None:
    """Data for programs, on standard output; `schema_version` goes first."""
    print(json.dumps({"schema_version": SCHEMA_VERSION, **payload}, indent=2, ensure_ascii=False), flush=True)


def print_error(error: PoolwrightError, *, as_json: bool) -> None:
    """An error for people on standard error and, where JSON was asked for, for programs on standard output."""
    say(f"error: {error}")
    if as_json:
        print_json({"error": error_record(error)})


def error_record(error: PoolwrightError) -> dict[str, Any]:
    """`kind` is the class's name; `problems` is there for bad input, one for each mistake."""
    from solver.errors import InputError

    record: dict[str, Any] = {
        "kind": type(error).__name__,
        "exit_code": int(error.exit_code),
        "message": error.message,
    }
    if error.hint is not None:
        record["hint"] = error.hint
    record["problems"] = (
        [_problem_record(problem) for problem in error.problems] if isinstance(error, InputError) else []
    )
    return record


def _problem_record(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "path": problem.path,
        "found": problem.found,
        "allowed": problem.allowed,
        "hint": problem.hint,
    }


@contextlib.contextmanager
def data_alone() -> Generator[None]:
    """Sends to standard error what anything inside prints, libraries in C among them; data is printed afterwards."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def drop_stdout() -> None:
    """Keeps the interpreter from failing at its end when it flushes to a reader that has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def is_terminal() -> bool:
    """Whether a person may see moving progress and be asked something."""
    return sys.stderr.isatty() and sys.stdin.isatty() and os.environ.get("TERM") != "dumb"


def confirm(question: str, expected: str) -> None:
    """Goes on only when a person types the expected word; raises KeyboardInterrupt otherwise."""
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip() != expected:
        raise KeyboardInterrupt
