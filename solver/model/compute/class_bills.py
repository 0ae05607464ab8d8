"""Class bills: what machines cost in an hour class beside given commitments, which cover what they can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.purchase import Bought, excess
from solver.model.compute.services import Besides, beside_on_demand, on_demand_usage

Counts = tuple[tuple[int, int], ...]
"""Columns that run, each with its machines."""


@dataclass(frozen=True)
class ClassBills:
    """For one site; each bill is made once."""

    hourly: Hourly
    bought: Sequence[Bought]
    besides: Besides
    _known: dict[tuple[int, Counts], float] = field(default_factory=dict[tuple[int, Counts], float])

    def usd_per_week(self, number: int, machines: Counts) -> float:
        """What these machines, and the jobs' beside them, cost in all hours of a class."""
        key = (number, machines)
        if key not in self._known:
            plan = HourPlan(dict(machines), 0.0, {})
            usage = on_demand_usage(self.hourly.columns, [plan])[0]
            for name, count in self.besides.usage[self.hourly.needs.hours[number].hours[0]].items():
                usage[name] = usage.get(name, 0) + count
            left = excess(usage, (*self.hourly.held, *self.bought), self.besides.prices)
            usd = sum(count * self.besides.prices[name] for name, count in left.items())
            weight = int(self.hourly.task.weight[number])
            self._known[key] = (usd + beside_on_demand(self.hourly.columns, plan)) * weight
        return self._known[key]
