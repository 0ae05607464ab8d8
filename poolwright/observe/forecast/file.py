"""Writes forecasts as the file that a load of the demand may name (`solver/demand/forecast_file.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolwright.observe.forecast.service import ServiceForecast
from poolwright.observe.forecast.view import source_words
from solver.demand.forecast_file import level_text
from solver.plan.whole_file import write_whole

SUFFIX = ".forecast.csv"


def forecast_path(root: Path, stack: str) -> Path:
    """The file of a stack of the project."""
    return root / "stacks" / f"{stack}{SUFFIX}"


def write_forecasts(path: Path, stack: str, found: Sequence[ServiceForecast], levels: Sequence[float]) -> None:
    """The usual week of each service, without events: the demand has these, and multiplies by them. A service that is
    asked for nothing has no rows."""
    lines = [f"# Forecast of stack {stack}: load a second of a usual week, by the part of such hours that stay below."]
    lines += [f"# {each.workload}, measured to {each.first:%Y-%m-%d %H:%M} UTC: {source_words(each)}" for each in found]
    lines.append(",".join(("workload", "hour", *(level_text(level) for level in sorted(levels)))))
    for each in found:
        if max(each.week(max(levels))) <= 0:
            continue
        weeks = [each.week(level) for level in sorted(levels)]
        lines += [
            ",".join((each.workload, str(hour), *(f"{load:.5g}" for load in loads)))
            for hour, loads in enumerate(zip(*weeks, strict=True))
        ]
    write_whole(path, "\n".join(lines) + "\n")
