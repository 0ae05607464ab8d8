"""Splitting: hour classes cut in two where jobs run in some of their hours, whose machines may then differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from solver.model.compute.hourly import Hourly, HourlyTask
from solver.model.compute.hours import Hours
from solver.model.compute.jobs import JobRun


def split_by_jobs(hourly: Hourly, runs: Mapping[str, JobRun]) -> tuple[Hourly, list[int]]:
    """The same problem with classes in whose hours the same on-demand jobs run, and the class each was cut from."""
    busy = {key: set(run.busy) for key, run in runs.items() if run.size.machine.on_demand}
    merged: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for hour, number in enumerate(hourly.needs.hour_of_week):
        at_work = tuple(sorted(key for key, hours in busy.items() if hour in hours))
        merged.setdefault((number, at_work), []).append(hour)
    parts = sorted(((tuple(hours), number) for (number, _), hours in merged.items()), key=lambda part: part[0])
    origin = [number for _, number in parts]
    needs = replace(
        hourly.needs,
        hours=tuple(Hours(hours, hourly.needs.hours[number].load) for hours, number in parts),
        services=tuple(
            replace(service, load=_picked(service.load, origin), needed=_picked(service.needed, origin))
            for service in hourly.needs.services
        ),
    )
    task = HourlyTask(
        hourly.task.columns,
        hourly.task.blocks,
        hourly.task.required[np.array(origin, dtype=np.int64)],
        np.array([len(hours) for hours, _ in parts], dtype=np.int64),
    )
    rows = tuple(replace(row, required=_picked(row.required, origin)) for row in hourly.rows)
    return replace(hourly, needs=needs, rows=rows, task=task), origin


def _picked(values: Sequence[int], numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(values[number] for number in numbers)
