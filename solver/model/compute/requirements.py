"""Requirements: a few that stand for the hours of a week, where node groups are searched that share machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.backend import Backend
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.hourly import Hourly
from solver.model.compute.joint_bound import gathered
from solver.model.compute.joint_master import Filled
from solver.model.compute.joint_program import JointProgram
from solver.model.compute.rows import Counted, counted
from solver.model.compute.valuation import valuation

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_MACHINES = 60
"""Of a group in one hour."""
_QUANTILE = 0.6
"""Of what the hours of one of them ask for."""
_STEPS = 14
"""Numbers of machines that are told apart, about."""


@dataclass(frozen=True)
class Requirements:
    """What a few hours of one site ask for, and what machines cost and hold then."""

    backend: Backend
    columns: Columns
    hours: Floats
    """Of the week, by requirement."""
    required: Integers
    """Requirements × rows, in whole replicas where they are alike."""
    worth: Integers
    """Rows × variants."""
    steady: Flags
    """By row: spot machines are worth nothing."""
    counted: Integers
    """Number of machines × rows: those that count."""
    usd: Floats
    """USD an hour of each machine with its root volume."""
    apart: Flags
    """Variants × variants: those of which no machine may have both."""
    machines: tuple[Integers, Integers]
    """Numbers of the machines that are sold in all zones, on demand and spot."""

    @classmethod
    def of(cls, program: JointProgram, price: Floats, most: int) -> Requirements:
        """At most so many, for one site at these prices of machines, USD an hour."""
        hourly = program.hourly
        columns, weight = hourly.columns, hourly.task.weight
        rows = program.rows[: len(hourly.rows)]
        required = program.required[:, : len(rows)]
        groups = gathered(required, weight, most)
        typical = [np.rint(np.quantile(required[group], _QUANTILE, axis=0)) for group in groups]
        zones = int(columns.zones.max(initial=1))
        number: Integers = np.arange(MOST_MACHINES + zones + 1, dtype=np.int64)
        counts = [
            [
                each if row.counted is Counted.ON_DEMAND else counted(row.counted, each, zones, on_demand=True)
                for row in rows
            ]
            for each in number.tolist()
        ]
        wide = np.array([len(machine.zones) == zones for machine in columns.machines], dtype=np.bool_)
        spot = np.array([not machine.on_demand for machine in columns.machines], dtype=np.bool_)
        return cls(
            backend=hourly.backend,
            columns=columns,
            hours=np.array([float(weight[group].sum()) for group in groups]),
            required=np.array(typical, dtype=np.int64).reshape(len(groups), len(rows)),
            worth=program.worth[: len(rows)],
            steady=np.array([row.counted is Counted.ON_DEMAND for row in rows], dtype=np.bool_),
            counted=np.array(counts, dtype=np.int64).reshape(len(number), len(rows)),
            usd=price + columns.empty_usd_per_hour,
            apart=_apart(hourly),
            machines=(np.nonzero(wide & ~spot)[0], np.nonzero(wide & spot)[0]),
        )

    @property
    def enough(self) -> Integers:
        """By variant: replicas on a machine of which more are of no use."""
        most = self.required.max(axis=0, initial=0)[:, np.newaxis]
        found: Integers = np.where(self.worth > 0, -(-most // np.maximum(self.worth, 1)), 0).max(axis=0, initial=0)
        return found

    @property
    def steps(self) -> Integers:
        """Numbers of machines of a group that are told apart: those that count more than one less, then fewer."""
        enough = int(self.enough.max(initial=1))
        found = [0]
        for number in range(1, MOST_MACHINES + 1):
            more = bool((self.counted[number] > self.counted[number - 1]).any())
            if more and (len(found) < _STEPS // 2 or number >= found[-1] * 1.2):
                found.append(number)
            if len(self.counted[0]) and int(self.counted[found[-1]].min()) >= enough:
                break
        return np.array(found, dtype=np.int64)

    def share(self, filled: Filled, machines: Integers) -> Floats:
        """Requirements × rows: the part that so many machines meet."""
        number, slots = filled
        worth = self.worth @ np.array(slots, dtype=np.int64)
        if not self.columns.machines[number].on_demand:
            worth = np.where(self.steady, 0, worth)
        met = np.minimum(worth * self.counted[np.minimum(machines, MOST_MACHINES)], self.required)
        found: Floats = met / np.maximum(self.required, 1)
        return found


def usual_prices(hourly: Hourly, good: Good | None, prices: Mapping[str, float], others: Iterable[str]) -> Floats:
    """USD an hour of each machine where a USD of the savings plan's level is worth about one."""
    value = valuation(hourly.columns, good, prices, others, hourly.held)
    full = np.nonzero(value.worths == value.worths[int(np.argmin(np.abs(value.worths - 1.0)))])[0]
    found: Floats = value.machine[:, int(full[-1])]
    return found


def beside_held(hourly: Hourly, good: Good | None, prices: Mapping[str, float], others: Iterable[str]) -> Floats:
    """The same with as much held as is asked for: what it covers is free, but for a thousandth, so that less of it is
    taken where nothing else differs."""
    value = valuation(hourly.columns, good, prices, others, hourly.held)
    none = np.nonzero(value.worths == value.worths[int(np.argmin(np.abs(value.worths - 1.0)))])[0]
    found: Floats = value.machine[:, int(none[0])] + hourly.price / 1000
    return found


def _apart(hourly: Hourly) -> Flags:
    needs = hourly.needs
    services = [each.service for each in needs.runnables]
    found = [[other in needs.strangers[mine] for other in services] for mine in services]
    return np.array(found, dtype=np.bool_).reshape(len(services), len(services))
