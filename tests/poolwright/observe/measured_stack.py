"""A stack as it would be measured where all is as planned, hour by hour; tests plant what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolwright.observe.findings.observation import Found, Observation
from poolwright.observe.findings.registry import RULES
from poolwright.observe.forecast.week import hours_of_week
from poolwright.observe.measurements import Measurements, Samples
from poolwright.observe.metrics import KINDS, Metric
from poolwright.observe.planned import planned_services
from poolwright.observe.utilisation import utilisation
from solver.inputs import read_inputs
from solver.plan.lock import read_lock

ROOT = Path(__file__).parents[3]
FIRST = datetime(2026, 9, 7, 4, tzinfo=UTC)
"""Monday 00:00 in New York."""

Values = NDArray[np.float64]


@dataclass
class MeasuredStack:
    """A stack of the project over some weeks; `values` are hours by metric and subject."""

    stack: str = "prod"
    weeks: int = 3
    root: Path = ROOT
    values: dict[tuple[Metric, str], Values] = field(default_factory=dict[tuple[Metric, str], Values])

    def __post_init__(self) -> None:
        self._inputs = read_inputs(self.root, self.stack)
        self.demand = self._inputs.loaded.demand
        self.plan = read_lock(self._inputs.lock_path, shown_as="lock").as_plan()
        for key, planned in planned_services(self.plan, self.demand).items():
            load = self.week(0.95 * planned.load_per_second)
            replicas = self.week(planned.replicas)
            full = replicas * self.week(planned.throughput_per_replica)
            self.values[Metric.LOAD, key] = load
            self.values[Metric.REPLICAS, key] = replicas
            used = load / full
            entry = self.demand.workloads[key]
            if all(entry.variants[name].accelerator is not None for name in planned.variants):
                self.values[Metric.ACCELERATOR, key] = used
                used = np.full(self.hours, 0.6)
            self.values[Metric.CPU, key] = used
            self.values[Metric.MEMORY, key] = np.full(self.hours, 0.7)
            self.values[Metric.ERRORS, key] = np.zeros(self.hours)
            if planned.latency_ms is not None:
                self.values[Metric.LATENCY, key] = np.full(self.hours, 0.6 * planned.latency_ms)
        for site in self.plan.aws_sites.values():
            for group in site.compute.node_groups:
                self.values[Metric.MACHINES, group.key] = self.week(np.array(group.machines.hourly(), dtype=float))
                if group.purchase == "spot":
                    self.values[Metric.INTERRUPTIONS, group.key] = np.zeros(self.hours)
        hourly = self.plan.proof.cost_usd_per_month / 730
        self.values[Metric.COST, self.stack] = np.full(self.hours, hourly)

    @property
    def hours(self) -> int:
        """Of the window."""
        return 168 * self.weeks

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Hour of the week of each hour."""
        return np.array(hours_of_week(FIRST, self.hours, self.demand.time_zone))

    def week(self, values: Values) -> Values:
        """A week's values in the window."""
        return values[self.places]

    def measurements(self) -> Measurements:
        """All that was measured."""
        samples = Samples()
        for (metric, subject), values in self.values.items():
            for hour, value in enumerate(values):
                if not np.isnan(value):
                    samples.add(metric, subject, FIRST.timestamp() + 3600 * hour, float(value))
        return samples.measurements()

    def observation(self) -> Observation:
        """What the rules look at."""
        use = utilisation(self.measurements(), self.plan, self.demand, FIRST, FIRST + timedelta(hours=self.hours))
        return Observation(
            stack=self.stack, use=use, plan=self.plan, demand=self.demand, catalog=self._inputs.catalog()
        )

    def findings(self) -> Mapping[str, list[Found]]:
        """What all rules find, by rule."""
        seen = self.observation()
        found = {rule.id: list(rule.find(seen)) for rule in RULES}
        return {rule: each for rule, each in found.items() if each}

    def write(self, folder: Path) -> None:
        """Writes the files that `observe --from` reads."""
        kinds = dict.fromkeys(KINDS[metric].subject for metric, _ in self.values)
        for kind in kinds:
            chosen = [metric for metric in Metric if KINDS[metric].subject is kind]
            subjects = dict.fromkeys(subject for metric, subject in self.values if metric in chosen)
            lines = [",".join(["time", kind, *chosen])]
            for hour in range(self.hours):
                moment = (FIRST + timedelta(hours=hour)).isoformat()
                for subject in subjects:
                    cells = [self._cell(metric, subject, hour) for metric in chosen]
                    lines.append(",".join([moment, subject, *cells]))
            (folder / f"{kind}.csv").write_text("\n".join(lines) + "\n")

    def _cell(self, metric: Metric, subject: str, hour: int) -> str:
        values = self.values.get((metric, subject))
        return "" if values is None or np.isnan(values[hour]) else f"{values[hour]:.6g}"
