"""`poolwright observe STACK`: what was measured, against what is approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli.measured import Source, read_measured
from poolwright.cli.moments import moment_of
from poolwright.engine.project import find_project
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import read_inputs, shown
from solver.plan.lock import read_lock

if TYPE_CHECKING:
    from poolwright.observe.measurements import Measurements

_LEAST_HOURS = 24
_SEVERITIES = ("refuse", "warn")


def run(
    stack: str,
    source: str,
    *,
    days: int | None = None,
    until: str | None = None,
    queries: Path | None = None,
    state: Path | None = None,
    fail_on: str | None = None,
    forecast: bool = False,
    as_json: bool = False,
    catalog: Path | None = None,
) -> int:
    """Prints the report; 5 where `fail_on` names the severity of a finding, or a milder one. InputError (2)."""
    if fail_on is not None and fail_on not in _SEVERITIES:
        raise _mistake("--fail-on", f'"{fail_on}"', f"{' or '.join(_SEVERITIES)} is allowed")
    end = _moment(until)
    inputs = read_inputs(find_project().root, stack, catalog_path=catalog)
    plan = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path)).as_plan()
    from poolwright.observe.findings.observation import Observation
    from poolwright.observe.report import observe_report
    from poolwright.observe.utilisation import utilisation

    demand = inputs.loaded.demand
    named = Source(named=source, until=end, days=days, queries=queries, state=state)
    measured = read_measured(named, stack, demand, plan)
    window = _window(measured, source, end, days)
    use = utilisation(measured, plan, demand, *window)
    report = observe_report(Observation(stack=stack, use=use, plan=plan, demand=demand, catalog=inputs.catalog()))
    if forecast:
        from poolwright.cli.forecast import forecasts_of
        from poolwright.observe.forecast.view import forecast_of_report

        found = forecasts_of(demand, measured, source, (0.5, 0.95))
        report = report.model_copy(update={"forecasts": tuple(forecast_of_report(each, demand) for each in found)})
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        from poolwright.observe.view import observe_view
        from poolwright.render.screen import NARROW_WIDTH, screen

        screen(plain_width=NARROW_WIDTH).print(observe_view(report))
    worst = report.worst
    failed = fail_on is not None and worst is not None and _SEVERITIES.index(worst) <= _SEVERITIES.index(fail_on)
    return int(ExitCode.REFUSED if failed else ExitCode.DONE)


def _window(measured: Measurements, source: str, end: datetime | None, days: int | None) -> tuple[datetime, datetime]:
    """First hour and end of what is looked at."""
    first, last = measured.first, measured.end
    assert first is not None
    assert last is not None
    last = last if end is None else min(last, end)
    if days is not None:
        first = max(first, last - timedelta(days=days))
    hours = int((last - first).total_seconds() // 3600)
    if hours < _LEAST_HOURS:
        raise _mistake("--from", f"{max(hours, 0)} measured hours in {source}", f"{_LEAST_HOURS} or more are allowed")
    return first, last


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = moment_of("--until", text, UTC, "a date or time like 2026-11-02 is allowed")
    return moment.replace(minute=0, second=0, microsecond=0)


def _mistake(path: str, found: str, allowed: str) -> ConfigError:
    return ConfigError([Problem(file="", path=path, found=found, allowed=allowed)])
