"""A forecast file: CSV rows of `workload,hour` and a load for each level, 168 hours from Monday 00:00 for a workload.

    workload,hour,0.5,0.9,0.99
    fraud,0,812,903,1010

A level is the part of all such hours that stay below its loads. `poolwright forecast STACK --write` writes such a file;
it is committed beside the demand that names it. Lines that begin with # are comments.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

from solver.demand.located import shown_path
from solver.demand.trace import TRACE_ROWS
from solver.demand.yaml_reader import read_text
from solver.errors import Problem, first_of

Levels = dict[str, tuple[float, ...]]
"""168 loads by level; a level as it is printed, 0.99."""

_FIRST = ("workload", "hour")
_LEVEL = re.compile(r"0\.[0-9]{1,6}")
_LOAD = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_MOST_MISTAKES = 20


def read_forecast(path: Path, problems: list[Problem]) -> dict[str, Levels] | None:
    """The levels of each workload; None after adding a problem for each mistake."""
    text = read_text(path, problems)
    if text is None:
        return None
    name = shown_path(path)
    rows = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    rows = [(number, line.split(",")) for number, line in rows if line and not line.startswith("#")]
    levels = _levels(rows[0][1]) if rows else None
    if levels is None:
        line, found = (rows[0][0], f'"{",".join(rows[0][1])[:60]}"') if rows else (None, "nothing")
        allowed = "a header workload,hour and levels in rising order, like workload,hour,0.5,0.99, is allowed"
        problems.append(Problem(file=name, line=line, found=found, allowed=allowed))
        return None
    found_rows: dict[str, list[tuple[float, ...]]] = {}
    mistakes: list[Problem] = []
    for number, cells in rows[1:]:
        hours = found_rows.setdefault(cells[0].strip(), [])
        loads = _loads(cells, len(hours), len(levels))
        if loads is None:
            allowed = f"{cells[0].strip()[:24]}, hour {len(hours)} and {len(levels)} loads, none below the one before"
            found = f'"{",".join(cells)[:60]}"'
            mistakes.append(Problem(file=name, line=number, found=found, allowed=f"{allowed}, are allowed"))
            loads = (1.0,) * len(levels)
        hours.append(loads)
    for workload, hours in found_rows.items():
        if len(hours) != TRACE_ROWS:
            found = f"{len(hours)} rows of {workload}"
            mistakes.append(Problem(file=name, found=found, allowed=f"{TRACE_ROWS} rows, hour 0 to 167, are allowed"))
        elif max(hour[-1] for hour in hours) <= 0:
            allowed = "at least one load above 0 is allowed"
            mistakes.append(Problem(file=name, found=f"0 in every hour of {workload}", allowed=allowed))
    problems.extend(first_of(mistakes, _MOST_MISTAKES))
    if mistakes:
        return None
    return {
        workload: {level: tuple(hour[place] for hour in hours) for place, level in enumerate(levels)}
        for workload, hours in found_rows.items()
    }


def _levels(header: list[str]) -> list[str] | None:
    cells = [cell.strip() for cell in header]
    levels = cells[len(_FIRST) :]
    if tuple(cells[: len(_FIRST)]) != _FIRST or not levels or not all(_LEVEL.fullmatch(each) for each in levels):
        return None
    numbers = [float(each) for each in levels]
    if numbers[0] <= 0 or any(high <= low for low, high in pairwise(numbers)):
        return None
    return [level_text(each) for each in numbers]


def _loads(cells: list[str], hour: int, count: int) -> tuple[float, ...] | None:
    texts = [cell.strip() for cell in cells[1:]]
    if len(texts) != count + 1 or texts[0] != str(hour) or not all(_LOAD.fullmatch(each) for each in texts[1:]):
        return None
    loads = tuple(float(each) for each in texts[1:])
    rising = all(low <= high for low, high in pairwise(loads))
    return loads if rising and math.isfinite(loads[-1]) else None


def level_text(level: float) -> str:
    """As a level is printed and looked up: 0.99."""
    return f"{level:g}"
