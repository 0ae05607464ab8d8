"""`poolwright explain STACK [WORKLOAD]`: need and have, what binds, and what everything else would cost."""

from __future__ import annotations

import os
import sys
import time
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli import console
from poolwright.cli.plan import standing_lock
from poolwright.cli.whatif import approved, solved_as_it_is
from poolwright.engine.project import find_project
from solver.errors import ConfigError, Problem
from solver.inputs import read_inputs, shown

if TYPE_CHECKING:
    from solver.inputs import StackInputs
    from solver.plan.explanation import Explanation
    from solver.plan.plan import Plan
    from solver.questions import Question

_MOST_PROCESSES = 4
"""Each needs some 200 MB."""
_PLAIN_SECONDS = 10.0
"""Between two lines of progress where there is no terminal."""


def run(
    stack: str,
    workload: str | None = None,
    *,
    as_json: bool = False,
    demand: Path | None = None,
    catalog: Path | None = None,
    quick: bool = False,
) -> None:
    """Prints why a stack's plan, or the part of it that serves one workload, is as it is.

    The plan is solved anew from the demand as it stands, so the answer is about today's files, not the lock; then other
    plans are solved to compare with, unless it is to be `quick`.
    """
    inputs = read_inputs(find_project().root, stack, demand_file=demand, catalog_path=catalog)
    wanted = inputs.loaded.demand
    if workload is not None and workload not in wanted.workloads:
        raise _unknown_workload(workload, tuple(wanted.workloads))
    from poolwright.checks.waivers import more_waivable
    from solver.explain import explain
    from solver.model.requirements import check_against_catalog

    tables = inputs.catalog()
    check_against_catalog(inputs.loaded, tables, more_waivable(inputs.loaded.demand))
    previous = approved(inputs)
    plan = solved_as_it_is(inputs, tables, previous)
    with _Solving(stack) as solving:
        found = explain(
            plan,
            wanted,
            tables,
            workload,
            previous=previous,
            quick=quick,
            processes=min(_MOST_PROCESSES, os.cpu_count() or 1),
            told=solving.told,
        )
    if workload is None and demand is None and catalog is None and not quick:
        _keep(inputs, plan, found)
    if as_json:
        console.print_json(found.model_dump(mode="json"))
        return
    from poolwright.render.explain_view import explain_view
    from poolwright.render.plan_view import verdict
    from poolwright.render.screen import NARROW_WIDTH, screen

    on = screen(plain_width=NARROW_WIDTH)
    on.print(verdict(plan))
    on.print(explain_view(found))


def _keep(inputs: StackInputs, plan: Plan, found: Explanation) -> None:
    """For a report: an explanation of the plan that the stack's lock approves."""
    from poolwright.review.plan_at_hand import keep_explanation
    from solver.plan.lock import digest_of, lock_of, read_text

    lock = standing_lock(inputs)
    if lock is not None and lock_of(plan).cost_usd_per_month == lock.cost_usd_per_month:
        text = read_text(inputs.lock_path) or ""
        digest = digest_of(text, file=shown(inputs.lock_path), stack=found.stack)
        keep_explanation(find_project(), digest, found)


def _unknown_workload(workload: str, workloads: tuple[str, ...]) -> ConfigError:
    near = get_close_matches(workload, workloads, n=1)
    return ConfigError(
        [
            Problem(
                file="",
                path="WORKLOAD",
                found=workload,
                allowed=f"one of {', '.join(workloads)} is allowed",
                hint=f"Did you mean {near[0]}?" if near else None,
            )
        ]
    )


class _Solving:
    """Says on standard error how many plans are solved: one moving line on a terminal, else a line now and then."""

    def __init__(self, stack: str) -> None:
        self._title = f"explain {stack}"
        self._moving = console.is_terminal()
        self._told = time.monotonic()

    def __enter__(self) -> _Solving:
        if not self._moving:
            console.say(f"{self._title}: solving other plans to compare with")
        return self

    def __exit__(self, *_: object) -> None:
        if self._moving:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def told(self, question: Question, done: int, count: int) -> None:
        """Hears that one more question is answered."""
        text = f"{self._title}: {done} of {count} plans solved, last {question.name}"
        if self._moving:
            sys.stderr.write(f"\r\x1b[2K{text[:100]}")
            sys.stderr.flush()
        elif time.monotonic() - self._told >= _PLAIN_SECONDS:
            self._told = time.monotonic()
            console.say(text)
