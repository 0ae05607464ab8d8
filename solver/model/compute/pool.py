"""Pool: known choices of machines for each hour class, the best level for them, and the jobs beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from solver.model.compute.hour_bounds import Known
from solver.model.compute.hourly import Hourly
from solver.model.compute.job_task import JobTask, flat_price
from solver.model.compute.jobs import JobRun, is_free, run_rank, runs_of
from solver.model.compute.level_cost import LevelCosts, Slot
from solver.model.compute.purchase import Bought
from solver.model.compute.quota import free_vcpus
from solver.model.compute.services import plan_hours
from solver.quantity import HOURS_PER_WEEK

_GAP = 1e-4
"""Of the integer program of an hour class."""
_ROUNDS = 3
_NO_BETTER = 1 - 1e-6


@dataclass
class Pool:
    """Choices for given node groups."""

    costs: LevelCosts
    jobs: JobTask
    columns: Sequence[int]
    """Of the groups."""
    runs: dict[str, JobRun]
    """By job, as chosen last."""
    quotas: Mapping[str, int]
    hourly: Hourly
    """With the quotas that the first runs of the jobs leave."""
    known: dict[int, list[Known]] = field(default_factory=dict[int, list[Known]])
    _cheapest: dict[tuple[Slot, float, int], float] = field(default_factory=dict[tuple[Slot, float, int], float])

    def improve(self, levels: Sequence[float]) -> tuple[float, float] | None:
        """Fill the pool, beginning at these levels; the lowest cost of a week and its level, or None."""
        for level in levels:
            self._add(level)
        if not self.known and self.costs.bounds.hourly.task.required.any():
            return None
        best = self._best_level()
        for _ in range(_ROUNDS):
            self._add(best[1])
            self._choose_runs(best[1])
            better = self._best_level()
            if better[0] >= best[0] * _NO_BETTER:
                break
            best = better
        return best

    def best(self, slot: Slot, level: float) -> Known:
        """The cheapest choice of a slot at a level."""
        known = self.known.get(slot.hour)
        return Known({}) if known is None else self.costs.cheapest(slot, level, known)[1]

    def _add(self, level: float) -> None:
        bought = (Bought(self.costs.good, 0, level),) if level > 0 else ()
        classes = len(self.hourly.task.weight)
        starts = [self.best(Slot(hour), level).blocks for hour in range(classes)]
        plans = plan_hours(self.hourly, self.columns, gap=_GAP, bought=bought, starts=starts)
        for hour, plan in enumerate(plans or ()):
            choice = Known(plan.blocks)
            for mine in (self.known.setdefault(hour, []), self.costs.choices.setdefault(hour, [])):
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
            found = self._cheapest[key] = self.costs.cheapest(slot, level, known)[0]
        return found

    def _usd_per_week(self, level: float, slots: Mapping[Slot, int]) -> float:
        fixed = sum(self.jobs.besides_on_demand(run) for run in self.runs.values())
        return HOURS_PER_WEEK * level + fixed + sum(count * self._usd(slot, level) for slot, count in slots.items())

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
            free = free_vcpus(self.quotas, others.values())
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
