"""One command for several stacks, each in a process of its own, some at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, cast

from poolwright.cli import console

_INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of one stack."""

    stack: str
    exit_code: int | None
    """None when it was not begun."""
    summary: str
    """One line."""
    answer: Mapping[str, Any] | None = None
    """The command's own JSON."""


Begin = Callable[[str, Sequence[str], str], tuple[int, str]]
"""Runs one command for a stack: command, options, stack → exit code and standard output."""


def run_all(
    command: str,
    options: Sequence[str],
    after: Mapping[str, tuple[str, ...]],
    *,
    jobs: int,
    begin: Begin | None = None,
) -> list[Run]:
    """Runs the command for each stack, at most `jobs` at once, in the order of `after`, which also names what each
    waits for; what waits for a stack that did not end with 0 is not begun."""
    runs: dict[str, Run] = {}
    waiting = list(after)
    going: dict[Future[Run], str] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        while waiting or going:
            for stack in list(waiting):
                if not all(name in runs for name in after[stack]):
                    continue
                if len(going) >= jobs:
                    break
                waiting.remove(stack)
                stopped = [name for name in after[stack] if runs[name].exit_code != 0]
                if stopped:
                    runs[stack] = Run(stack=stack, exit_code=None, summary=f"not begun: {stopped[0]} comes before it")
                else:
                    going[pool.submit(_run_one, command, options, stack, begin or process)] = stack
            if not going:
                continue
            try:
                ended, _ = wait(going, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                # The stacks' own processes were interrupted too, and end in their own way; nothing more is begun.
                for stack in waiting:
                    runs[stack] = Run(stack=stack, exit_code=None, summary="not begun: interrupted")
                waiting.clear()
                continue
            for each in ended:
                runs[going.pop(each)] = each.result()
    return [runs[stack] for stack in after]


def _run_one(command: str, options: Sequence[str], stack: str, begin: Begin) -> Run:
    code, text = begin(command, options, stack)
    try:
        answer = cast("dict[str, Any]", json.loads(text))
    except ValueError:
        words = "interrupted" if code in (_INTERRUPTED, -2) else "no answer: see above"
        return Run(stack=stack, exit_code=_INTERRUPTED if code == -2 else abs(code), summary=words)
    return Run(stack=stack, exit_code=code, summary=summary_of(command, answer), answer=answer)


def process(command: str, options: Sequence[str], stack: str) -> tuple[int, str]:
    """A `poolwright` of its own; what it says on standard error is passed on, with the stack's name before it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "poolwright", command, stack, *options, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None and process.stderr is not None
    errors = process.stderr

    def pass_on() -> None:
        for line in errors:
            console.say(f"{stack} | {line.rstrip()}")

    reader = threading.Thread(target=pass_on, daemon=True)
    reader.start()
    text = process.stdout.read()
    code = process.wait()
    reader.join(timeout=5)
    return code, text


def summary_of(command: str, answer: Mapping[str, Any]) -> str:
    """What a command's JSON says, in one line."""
    error = cast("Mapping[str, Any] | None", answer.get("error"))
    if error is not None:
        return str(error.get("message", "")).strip().partition("\n")[0] or str(error.get("kind"))
    if command in ("preview", "up"):
        from poolwright.cli.changes import counted

        return counted(cast("Mapping[str, int]", answer.get("counts") or {}), done=command == "up")
    if command == "check":
        found = cast("Sequence[Mapping[str, Any]]", answer.get("findings") or ())
        refused = sum(finding.get("severity") == "refuse" for finding in found)
        return f"{refused} refused, {len(found) - refused} to be looked at" if found else "nothing found"
    if command == "drift":
        from poolwright.render.drift_view import drift_summary
        from poolwright.review.drift import DriftReport

        return drift_summary(DriftReport.model_validate(answer))
    return _plan_words(answer)


def _plan_words(answer: Mapping[str, Any]) -> str:
    if answer.get("fresh"):
        return f"the lock is fresh: {answer.get('lock')}"
    proof = cast("Mapping[str, Any]", answer.get("proof") or {})
    cost = proof.get("cost_usd_per_month")
    return "planned" if cost is None else f"${float(cost):,.2f} a month"
