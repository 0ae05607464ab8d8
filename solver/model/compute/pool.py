"""Pool: known choices of machines for each hour class, the best level for them, and the jobs beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from solver.model.compute.hour_bounds import Known
from solver.model.compute.job_task import JobTask, flat_price
from solver.model.compute.jobs import JobRun, is_free, run_rank, runs_of
from solver.model.compute.level_cost import LevelCosts, Slot
from solver.model.compute.quota import free_vcpus
from solver.quantity import HOURS_PER_WEEK

_FIRST = (1.0, 0.8)
"""Levels at which choices are made first, as parts of the level that is expected."""
_ROUNDS = 3
_NO_BETTER = 1 - 1e-6


@dataclass
class Pool:
    """Choices for given node groups."""

    costs: LevelCosts
    jobs: JobTask
    runs: dict[str, JobRun]
    """By job, as chosen last."""
    quotas: Mapping[str, int]
    known: dict[int, list[Known]] = field(default_factory=dict[int, list[Known]])
    _cheapest: dict[tuple[Slot, float, int], tuple[float, int]] = field(
        default_factory=dict[tuple[Slot, float, int], tuple[float, int]]
    )

    def improve(self, expected: float, plan: Callable[[float], Sequence[Known] | None]) -> float | None:
        """Fill the pool by `plan`, beginning around the level that is expected; the best level, or None."""
        for part in _FIRST:
            self._add(plan(expected * part))
        if not self.known and self.costs.bounds.hourly.task.required.any():
            return None
        usd, level = self._best_level()
        for _ in range(_ROUNDS):
            self._add(plan(level))
            self._choose_runs(level)
            better, at = self._best_level()
            if better >= usd * _NO_BETTER:
                break
            usd, level = better, at
        return level

    def best(self, hour: int, level: float) -> Known:
        """The choice of a class that is cheapest at a level, over all of its hours, with the jobs beside some."""
        slots = {slot: count for slot, count in self._slots().items() if slot.hour == hour}
        known = self.known.get(hour, [Known({})])
        return min(
            known,
            key=lambda each: sum(count * self.costs.cost_of(slot, level, each) for slot, count in slots.items()),
        )

    def _add(self, choices: Sequence[Known] | None) -> None:
        for hour, choice in enumerate(choices or ()):
            mine = self.known.setdefault(hour, [])
            if choice not in mine:
                mine.append(choice)

    def _slots(self) -> dict[Slot, int]:
        """Hours of the week in each slot."""
        usage = self.jobs.usage(self.runs)
        found: dict[Slot, int] = {}
        for hour, number in enumerate(self.jobs.hour_of_week):
            slot = Slot(number, tuple(sorted(usage[hour].items())))
            found[slot] = found.get(slot, 0) + 1
        return found

    def _usd(self, slot: Slot, level: float) -> float:
        known = self.known.get(slot.hour, [Known({})])
        key = (slot, level, len(known))
        found = self._cheapest.get(key)
        if found is None:
            costs = [self.costs.cost_of(slot, level, each) for each in known]
            found = self._cheapest[key] = (min(costs), int(np.argmin(costs)))
        return found[0]

    def _usd_per_week(self, level: float, slots: Mapping[Slot, int]) -> float:
        return HOURS_PER_WEEK * level + sum(count * self._usd(slot, level) for slot, count in slots.items())

    def _best_level(self) -> tuple[float, float]:
        """The lowest cost of a week, and its level: one at which some choice is just covered, or none."""
        slots = self._slots()
        levels = {0.0}
        for slot in slots:
            levels |= {round(self.costs.usage_of(slot, each), 3) for each in self.known.get(slot.hour, ())}
        return min((self._usd_per_week(level, slots), level) for level in sorted(levels))

    def _choose_runs(self, level: float) -> None:
        """The cheapest run of each job at a level, one after the other, beside the known choices of the hours."""
        for key in sorted(self.runs):
            others = {other: run for other, run in self.runs.items() if other != key}
            usage = self.jobs.usage(others)
            free = {
                family: left.astype(np.float64) for family, left in free_vcpus(self.quotas, others.values()).items()
            }
            if free and not is_free(self.runs[key], free):
                continue
            job = self.jobs.jobs[key]
            best = self._marginal(self.runs[key], usage, level)
            for run in runs_of(self.jobs.sizes[key], job, flat_price(None)):
                if free and run.size.machine.machine.quota != self.runs[key].size.machine.machine.quota:
                    continue
                if run.usd_per_week - self.costs.best_ratio * level * len(run.busy) >= best or not is_free(run, free):
                    continue
                usd = self._marginal(run, usage, level)
                if (round(usd, 9), run_rank(run, job)) < (round(best, 9), run_rank(self.runs[key], job)):
                    best = usd
                    self.runs[key] = run

    def _marginal(self, run: JobRun, usage: Sequence[Mapping[str, int]], level: float) -> float:
        """What a run adds to a week with these other jobs."""
        total = self.jobs.besides_on_demand(run)
        machine = run.size.machine
        if not machine.on_demand:
            return total
        for hour in run.busy:
            number = self.jobs.hour_of_week[hour]
            without = Slot(number, tuple(sorted(usage[hour].items())))
            both = dict(usage[hour])
            both[machine.machine.name] = both.get(machine.machine.name, 0) + run.size.machines
            total += self._usd(Slot(number, tuple(sorted(both.items()))), level) - self._usd(without, level)
        return total
