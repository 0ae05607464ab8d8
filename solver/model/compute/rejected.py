"""Rejected: moves that would save something and are not made, in the plan's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from solver.model.compute.columns import Columns
from solver.model.compute.jobs import JobRun
from solver.model.compute.stability import Rejected, Steady
from solver.model.compute.supply import Machine
from solver.plan.explanation import RejectedMove, too_small
from solver.quantity import WEEKS_PER_MONTH, cents, format_clock

_MOST_NAMES = 3
MOST_MOVES = 5
"""Of one site; those that save most."""


def rejected_moves(
    steady: Steady, runs: Mapping[str, JobRun], fresh: Mapping[str, JobRun], *, gap: float
) -> tuple[RejectedMove, ...]:
    """The moves of services, commitments and jobs that save a cent a month or more, the greatest saving first."""
    moves = [
        *_of_services(steady, gap),
        *(_of_job(key, run, fresh[key], gap) for key, run in sorted(runs.items()) if run != fresh[key]),
    ]
    worth_telling = [move for move in moves if move.saving_usd_per_month > 0]
    return tuple(sorted(worth_telling, key=lambda move: (-move.saving_usd_per_month, move.subject))[:MOST_MOVES])


def _of_services(steady: Steady, gap: float) -> Iterator[RejectedMove]:
    usd = steady.fresh_usd_per_week * WEEKS_PER_MONTH
    for move in steady.rejected:
        yield RejectedMove(
            subject=_subject(steady, move),
            change=_change(steady.hourly.columns, move),
            saving_usd_per_month=cents(move.usd_per_week * WEEKS_PER_MONTH),
            reason=too_small("the machines", usd, gap),
        )


def _subject(steady: Steady, move: Rejected) -> str:
    names = [steady.hourly.needs.services[number].key for number in move.services]
    return f"workload{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else "commitments"


def _change(columns: Columns, move: Rejected) -> str:
    if not move.services:
        return "other amounts"
    if not move.old and not move.new:
        return "other numbers of the same machines"
    machines = [
        [columns.machines[int(columns.machine[column])] for column in each if column not in other]
        for each, other in ((move.old, move.new), (move.new, move.old))
    ]
    old, new = (_names(each) for each in machines)
    if old == new:
        return f"{new} with other replicas"
    return f"{old} → {new}" if old and new else f"with {new}" if new else f"without {old}"


def _names(machines: Sequence[Machine]) -> str:
    names = list(dict.fromkeys(f"{each.machine.name} {each.purchase}" for each in machines))
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _of_job(key: str, run: JobRun, fresh: JobRun, gap: float) -> RejectedMove:
    return RejectedMove(
        subject=f"workload {key}",
        change=f"{_run_words(run)} → {_run_words(fresh)}",
        saving_usd_per_month=cents((run.usd_per_week - fresh.usd_per_week) * WEEKS_PER_MONTH),
        reason=too_small("the job", fresh.usd_per_week * WEEKS_PER_MONTH, gap),
    )


def _run_words(run: JobRun) -> str:
    size = run.size
    return f"{size.machines} × {size.machine.machine.name} {size.machine.purchase} at {format_clock(run.start)}"
