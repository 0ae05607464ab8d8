"""A load trace: a CSV file of `hour,load`, 168 rows from Monday 00:00, in any unit, since only its shape counts.

Lines that begin with # are comments; they say where the trace comes from.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from solver.demand.located import shown_path
from solver.demand.yaml_reader import read_text
from solver.errors import Problem

HEADER = "hour,load"
TRACE_ROWS = 168
"""The hours of a week."""
_ROW = re.compile(r"(?P<hour>[0-9]{1,3})\s*,\s*(?P<load>[0-9]{1,30}(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?)")


def read_trace(path: Path, problems: list[Problem]) -> tuple[float, ...] | None:
    """The 168 loads; None after adding a problem for each mistake."""
    text = read_text(path, problems)
    if text is None:
        return None
    name = shown_path(path)
    rows = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    rows = [(number, line) for number, line in rows if line and not line.startswith("#")]
    if not rows or rows[0][1].replace(" ", "") != HEADER:
        line, found = (rows[0][0], f'"{rows[0][1][:60]}"') if rows else (None, "nothing")
        problems.append(Problem(file=name, line=line, found=found, allowed=f"the header {HEADER} is allowed"))
        return None
    loads: list[float] = []
    mistakes: list[Problem] = []
    for expected, (number, line) in enumerate(rows[1 : TRACE_ROWS + 1]):
        match = _ROW.fullmatch(line)
        load = float(match["load"]) if match is not None else math.nan
        if match is None or int(match["hour"]) != expected or not math.isfinite(load):
            allowed = f"hour {expected} and a load of 0 or more, like {expected},12.5, is allowed"
            mistakes.append(Problem(file=name, line=number, found=f'"{line[:60]}"', allowed=allowed))
        loads.append(load)
    if len(rows) - 1 != TRACE_ROWS:
        found = f"{len(rows) - 1} rows"
        mistakes.append(
            Problem(file=name, line=rows[-1][0], found=found, allowed=f"{TRACE_ROWS} rows, hour 0 to 167, are allowed")
        )
    if not mistakes and max(loads) <= 0:
        mistakes.append(Problem(file=name, found="0 in every hour", allowed="at least one load above 0 is allowed"))
    problems.extend(mistakes)
    return None if mistakes else tuple(loads)
