"""Suggestion: changes of a stack's demand, what each costs or saves by plans solved anew, and what it risks."""

from __future__ import annotations

from datetime import date

from poolwright.observe.suggest.load_change import Direction
from poolwright.observe.suggest.steps import Step, Steps
from solver.plan.difference import Change
from solver.quantity import cents
from solver.schema import Schema


class LoadSuggestion(Schema):
    """One service's load."""

    workload: str
    """The service."""
    field: str
    """What changes in the file: `load.peak_per_second`, …"""
    direction: Direction
    """Whether it becomes more."""
    highest_was_per_second: float
    """The highest usual hour as it is."""
    highest_per_second: float
    """And as it would be."""
    expected_per_second: float
    """The highest hour of the forecast's median."""
    bounded: str | None
    """The bound that keeps it from that: `most_up` or `most_down`."""
    reshaped: bool
    """Whether the week gets another shape, in a trace file."""
    held_share_was: float
    """Part of all usual hours in which load and headroom as they are will be enough."""
    held_share: float
    """And with this change."""
    usd_per_month: float | None
    """What the plan costs more with this change alone; None where it was not solved."""
    because: str
    """Where the forecast comes from."""


class RequestWish(Schema):
    """What is said of a service's requests or throughput; no run changes these by itself."""

    rule: str
    """The finding's id, as `poolwright observe` has it."""
    subject: str
    """What it is about."""
    evidence: str
    """What was measured."""
    act: str
    """What to do."""


class Suggestion(Schema):
    """Of one stack."""

    stack: str
    """The stack."""
    on: date
    """The day on which the measurements end."""
    loads: tuple[LoadSuggestion, ...]
    """Changes, in the demand's order; none: the demand is near enough."""
    waiting: tuple[tuple[str, str], ...]
    """Services whose load does not become less yet, and why."""
    requests: tuple[RequestWish, ...] = ()
    """Requests and throughputs that measurements speak against, for people to decide."""
    usd_per_month: float
    """Cost of the plan as the demand is."""
    then_usd_per_month: float
    """Cost of the plan with all changes."""
    changes: tuple[Change, ...]
    """Decisions of the plan that differ then."""
    files: tuple[str, ...] = ()
    """What was written."""

    @property
    def more_usd_per_month(self) -> float:
        """What all changes cost together; below 0 they save."""
        return cents(self.then_usd_per_month - self.usd_per_month)


def load_suggestion(step: Step, usd_per_month: float | None, because: str) -> LoadSuggestion:
    """One step with its money."""
    was, then = step.loads
    return LoadSuggestion(
        workload=step.workload,
        field=_field(step),
        direction=step.change.direction,
        highest_was_per_second=was,
        highest_per_second=then,
        expected_per_second=round(max(step.forecast.week(0.5)), 6),
        bounded=step.change.bounded,
        reshaped=step.change.reshaped,
        held_share_was=round(step.held_now, 6),
        held_share=round(step.held_then, 6),
        usd_per_month=usd_per_month,
        because=because,
    )


def _field(step: Step) -> str:
    load = step.change.load
    if load.constant_per_second is not None:
        return "load.constant_per_second"
    if load.hourly_per_second is not None:
        return "load.hourly_per_second"
    return "load.peak_per_second and load.trace" if step.change.reshaped else "load.peak_per_second"


def nothing(
    stack: str, on: date, steps: Steps, usd_per_month: float, requests: tuple[RequestWish, ...] = ()
) -> Suggestion:
    """Where the demand is near enough."""
    return Suggestion(
        stack=stack,
        on=on,
        loads=(),
        waiting=steps.waiting,
        requests=requests,
        usd_per_month=usd_per_month,
        then_usd_per_month=usd_per_month,
        changes=(),
    )
