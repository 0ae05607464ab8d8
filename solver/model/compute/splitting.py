"""Splitting: hour classes cut where something differs between their hours, whose machines may then differ too."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from solver.model.compute.hourly import Hourly, HourlyTask
from solver.model.compute.hours import Hours
from solver.model.compute.jobs import JobRun
from solver.quantity import HOURS_PER_WEEK


def split_by_jobs(hourly: Hourly, runs: Mapping[str, JobRun]) -> tuple[Hourly, list[int]]:
    """The same problem with classes in whose hours the same on-demand jobs run, and the class each was cut from."""
    busy = {key: set(run.busy) for key, run in runs.items() if run.size.machine.on_demand}
    at_work = [tuple(sorted(key for key, hours in busy.items() if hour in hours)) for hour in range(HOURS_PER_WEEK)]
    return split_by(hourly, at_work)


def split_by(hourly: Hourly, label: Sequence[Hashable]) -> tuple[Hourly, list[int]]:
    """The same problem with classes in whose hours the labels (one for each hour of the week) are equal."""
    merged: dict[tuple[int, Hashable], list[int]] = {}
    for hour, number in enumerate(hourly.needs.hour_of_week):
        merged.setdefault((number, label[hour]), []).append(hour)
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
