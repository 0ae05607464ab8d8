"""`poolwright forecast STACK`: the week after the measured hours, by service, with quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli.console import print_json, say
from poolwright.engine.project import find_project
from solver.errors import ConfigError, Problem
from solver.inputs import StackInputs, read_inputs, shown

if TYPE_CHECKING:
    from poolwright.observe.forecast.service import ServiceForecast
    from poolwright.observe.measurements import Measurements
    from solver.demand.demand import Demand

_DAYS = 56


def run(stack: str, source: str, *, levels: Sequence[float] = (), write: bool = False, as_json: bool = False) -> None:
    """Prints a forecast for each service that the file has measured loads of; with `write` also writes the file that
    loads of the demand may name. InputError (2) for mistakes."""
    from poolwright.observe.forecast.errors import LEVELS

    # What is written of a level has six digits.
    wrong = [level for level in levels if not 0.0001 <= level <= 0.999999]
    if wrong:
        allowed = "a part of all hours from 0.0001 to 0.999999, like 0.99, is allowed"
        raise ConfigError([Problem(file="", path="--level", found=f"{wrong[0]:g}", allowed=allowed)])
    root = find_project().root
    # What is written may be what the stack can't be read without.
    to_come = _forecast_path(root, stack) if write else None
    inputs = read_inputs(root, stack, to_come=to_come)
    demand = inputs.loaded.demand
    asked = tuple(sorted({0.5, *(levels or LEVELS)}))
    found = forecasts_from(stack, inputs, source, asked)
    from poolwright.observe.forecast.view import forecast_record, forecast_view

    if to_come is not None:
        from poolwright.observe.forecast.file import write_forecasts

        _refuse_loss(inputs, to_come, found, asked)
        write_forecasts(to_come, stack, found, asked)
        say(f"{shown(to_come)}: written")
        # What it is compared with below are the loads that the demand has now.
        demand = read_inputs(root, stack).loaded.demand
    if as_json:
        print_json({"stack": stack, "services": [forecast_record(each, demand) for each in found]})
    else:
        from poolwright.render.screen import screen

        screen().print(forecast_view(stack, found, demand))


def _forecast_path(root: Path, stack: str) -> Path:
    from poolwright.observe.forecast.file import forecast_path

    return forecast_path(root, stack)


def _refuse_loss(inputs: StackInputs, path: Path, found: Sequence[ServiceForecast], levels: Sequence[float]) -> None:
    """ConfigError where loads of the demand name the file, and it would have no rows or no level for them: the stack
    could not be read any more, by this command either."""
    from solver.demand.forecast_file import level_text
    from solver.demand.workloads import Service

    measured = {each.workload for each in found if max(each.week(levels[-1])) > 0}
    written = [level_text(level) for level in levels]
    problems: list[Problem] = []
    for key, entry in inputs.loaded.demand.workloads.items():
        if not isinstance(entry, Service) or Path(entry.load.forecast or "").name != path.name:
            continue
        where, level = ("workloads", key, "load"), level_text(entry.load.service_level or 0.5)
        if key not in measured:
            allowed = f"measurements with a load of {key} are needed, since this load is of {shown(path)}"
            problems.append(inputs.loaded.problem((*where, "forecast"), allowed))
        elif level not in written:
            hint = f"Add --level {level}"
            allowed = f"a level that is written is allowed: {', '.join(written)}"
            problems.append(inputs.loaded.problem((*where, "service_level"), allowed, hint=hint))
    if problems:
        raise ConfigError(problems)


def forecasts_from(
    stack: str, inputs: StackInputs, source: str, levels: Sequence[float]
) -> tuple[ServiceForecast, ...]:
    """The forecasts of all measured services of a source."""
    return forecasts_of(inputs.loaded.demand, measured_from(stack, inputs, source), source, levels)


def forecasts_of(
    demand: Demand, measured: Measurements, source: str, levels: Sequence[float]
) -> tuple[ServiceForecast, ...]:
    """The forecasts of all measured services; says on standard error which service has none."""
    from poolwright.observe.forecast.choice import NOT_INSTALLED
    from poolwright.observe.forecast.service import best_forecaster, forecasts
    from poolwright.observe.loads import measured_loads
    from poolwright.observe.metrics import Metric
    from solver.demand.workloads import Service

    services = [key for key, entry in demand.workloads.items() if isinstance(entry, Service)]
    loads = measured_loads(measured, services)
    if not loads:
        if not services:
            allowed = "a stack with at least one service is allowed: jobs have no load"
            raise ConfigError([Problem(file="", path="workloads", allowed=allowed)])
        allowed = f"a column {Metric.LOAD} with rows of at least one of {', '.join(services)} is allowed"
        raise ConfigError([Problem(file="", path="--from", found=f"no load of a service in {source}", allowed=allowed)])
    if missing := [key for key in services if key not in loads]:
        say(f"note: {', '.join(missing)}: no measured load")
    last = max(load.end for load in loads.values())
    for key, load in loads.items():
        if last - load.end >= timedelta(days=1):
            say(f"note: {key}: measured until {load.end:%Y-%m-%d %H:%M} UTC alone, others until {last:%Y-%m-%d %H:%M}")
    other = best_forecaster()
    if other is None:
        say(f"note: forecasts are seasonal-naive; {NOT_INSTALLED}")
    return tuple(forecasts(demand, loads, levels=levels, other=other))


def measured_from(stack: str, inputs: StackInputs, source: str) -> Measurements:
    """All of files, whatever node groups they tell of; of what answers queries the last eight weeks."""
    from poolwright.cli.measured import FILES, Source, read_measured

    demand, named = inputs.loaded.demand, Source(named=source, days=_DAYS)
    if named.kind == FILES:
        from poolwright.observe.metrics import SubjectKind
        from poolwright.observe.sources.files import read_files

        return read_files(Path(named.rest), {SubjectKind.WORKLOAD: list(demand.workloads)})
    from solver.plan.lock import read_lock

    plan = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path)).as_plan()
    return read_measured(named, stack, demand, plan)
