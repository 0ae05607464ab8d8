"""What of an example is watched, and when its alarms ring, as a table of its page."""

from __future__ import annotations

from typing import assert_never

from solver.plan.monitoring import AlarmPlan
from solver.plan.plan import Plan
from solver.vocabulary import AlarmKind
from tests.examples.tables import number, table


def watched(plan: Plan) -> str:
    """Alarms of all sites of AWS: of what, and when each rings."""
    rows = [
        (alarm.workload or "the machines", alarm.kind.value, _words(alarm))
        for _, site in sorted(plan.aws_sites.items())
        if site.monitoring is not None
        for alarm in site.monitoring.alarms
    ]
    return table(("of", "alarm", "rings at more than"), rows)


def _words(alarm: AlarmPlan) -> str:
    match alarm.kind:
        case AlarmKind.LOAD:
            return f"{number(alarm.above)} a second"
        case AlarmKind.LATENCY:
            return f"{number(alarm.above)} ms, by {alarm.percentile:g} % of answers"
        case AlarmKind.ERRORS:
            return f"{alarm.above * 100:g} % of answers with 5xx"
        case AlarmKind.REPLICAS:
            return f"{number(alarm.above)} unhealthy replicas"
        case AlarmKind.LOG:
            return f"{number(alarm.above)} lines in five minutes"
        case AlarmKind.CPU | AlarmKind.MEMORY:
            return f"{alarm.above * 100:g} % in use"
        case AlarmKind.SYNTHETIC:
            return "no checkers at all: its public path is found unhealthy"
        case _:
            assert_never(alarm.kind)
