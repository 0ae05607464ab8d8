"""What the loads of a stack's content are filled with from the forecast files that they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from solver.demand.forecast_file import Levels, level_text, read_forecast
from solver.demand.located import Located, problem_at
from solver.demand.trace import TRACE_ROWS
from solver.errors import Problem

MEDIAN = "0.5"
_FLAT = (1.0,) * TRACE_ROWS


def fill_forecasts(
    tree: Located, plain: dict[str, Any], problems: list[Problem], *, to_come: Path | None = None
) -> tuple[Path, ...]:
    """Puts the loads at the service level and in the median into each load that names a forecast, and a headroom of 0
    beside it where none is given; one that can't be read gets flat ones. Gives the files that were read.

    The file `to_come` is about to be made: it may be missing, or lack rows and levels.
    """
    read: dict[Path, dict[str, Levels] | None] = {}
    workloads = tree.child("workloads")
    for name in (workloads.mapping or {}) if workloads is not None else {}:
        path = ("workloads", name, "load", "forecast")
        given, level = tree.at(path), tree.at(("workloads", name, "load", "service_level"))
        if given is None or not isinstance(given.value, str) or level is None or not isinstance(level.value, float):
            continue
        entry = cast("dict[str, Any]", plain["workloads"][name])
        file = given.file.parent / given.value
        made = to_come is not None and file.resolve() == to_come.resolve()
        if not file.is_file() and made:
            pass
        elif not file.is_file():
            hint = "poolwright forecast --write makes one; the path counts from the folder of the file that names it"
            problems.append(problem_at(tree, path, "an existing CSV file is allowed", hint=hint))
        elif file not in read:
            read[file] = read_forecast(file, problems)
        asked = level_text(level.value)
        levels = (read.get(file) or {}).get(name)
        if read.get(file) is not None and not made:
            problems += _missing(tree, name, asked, levels)
        filled = {each: (levels or {}).get(each, _FLAT) for each in sorted({MEDIAN, asked})}
        if "quantiles" in entry["load"]:
            allowed = "nothing is allowed: it is filled from the forecast"
            problems.append(problem_at(tree, ("workloads", name, "load", "quantiles"), allowed))
        entry["load"]["quantiles"] = filled
        entry.setdefault("headroom", 0.0)
    return tuple(read)


def _missing(tree: Located, name: str, asked: str, levels: Levels | None) -> list[Problem]:
    path = ("workloads", name, "load")
    if levels is None:
        hint = "Take the file back, or give the load in another form until poolwright forecast --write has made it anew"
        return [problem_at(tree, (*path, "forecast"), f"a forecast with rows of {name} is allowed", hint=hint)]
    wanted = {MEDIAN, asked} - levels.keys()
    if not wanted:
        return []
    hint = "poolwright forecast --write --level adds one, while the load asks for a level that is there"
    if asked in wanted:
        return [problem_at(tree, (*path, "service_level"), f"one of {', '.join(levels)} is allowed", hint=hint)]
    return [problem_at(tree, (*path, "forecast"), f"a forecast with the level {MEDIAN} is allowed", hint=hint)]
