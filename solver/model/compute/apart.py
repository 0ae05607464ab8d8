"""Apart: services on machines of their own, all at once for every hour, level of a savings plan and run of the jobs.

Services that share no machine meet only in the level, the quotas and the limit of node groups. Each one is known by its
cost vectors (`lowest`), which add up (`week`). With shared machines split into parts the sum is a lower bound on every
plan. With machines of their own it is the cost of a plan, for the groups of an `assortment`; the machines themselves
come from the frontiers of these groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.apart_bound import ApartBound
from solver.model.compute.assortment import Assortment, Judge, Slot, hours_at, used_in
from solver.model.compute.commitments import Good
from solver.model.compute.group_limit import GroupLimit
from solver.model.compute.hourly import Hourly, HourPlan
from solver.model.compute.jobs import JobRun, is_free
from solver.model.compute.joint_bound import Relaxation
from solver.model.compute.lowest import Lowest, joint_ways
from solver.model.compute.problem import Settled
from solver.model.compute.promises import holds
from solver.model.compute.quota import free_vcpus
from solver.model.compute.services import Besides, priced
from solver.model.compute.splitting import split_by_jobs
from solver.model.compute.starts import ClassWays, calmest
from solver.model.compute.valuation import Valuation
from solver.model.compute.week import Beside, Way, Week

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_ROUNDS = 3
_NO_BETTER = 1 - 1e-6
_WORK = 60
"""Weeks that are bounded for the limit of node groups."""
_LITTLE = 0.002
"""What machines that services share may save, as a part of the cost, without plans with them being looked for."""
_MORE = 2
"""Options of a service that are tried beside the best ones where commitments are held."""


@dataclass(frozen=True)
class ApartAnswer:
    """What planning apart found."""

    bound_usd_per_week: float
    """No plan costs less."""
    own_bound_usd_per_week: float
    """No plan in which services share no machine costs less; infinite where there is none."""
    settled: Settled | None
    """None where services can't be planned apart, or the quotas stand against it."""
    relaxation: Relaxation
    """What the bound comes from."""
    is_limited: bool = False
    """The limit of node groups is a part of the bound."""

    @property
    def is_enough(self) -> bool:
        """Machines that services share would save little."""
        return self.own_bound_usd_per_week - self.bound_usd_per_week <= _LITTLE * self.bound_usd_per_week


@dataclass(frozen=True)
class Apart(ApartBound):
    """Planning apart for one site."""

    def settle(
        self,
        good: Good | None,
        *,
        begun: Sequence[int] = (),
        targets: Callable[[Settled], tuple[float, float]] | None = None,
    ) -> ApartAnswer:
        """The bound, and the best plan apart that was found; InfeasibleError for a service that no machines hold.

        The search begins with the columns of `begun`, if any. `targets` has for a plan what its bound is raised to, USD
        a week, and what is needed of that, which may take longer; without it the bound is raised to the gap.
        """
        known = self.known(good)
        value, cap, bound = known.value, known.cap, known.bound_usd_per_week
        relaxation = self.relaxation(known, good)
        if known.whole is None or len({row.service for row in self.problem.hourly.rows}) > self.problem.limit:
            return ApartAnswer(bound, np.inf, None, relaxation)
        week = self.week(value, known.whole)
        runs = self.ways(value, cap)
        ways = [list(each) for _, each in runs]
        own_bound, level = week.least(ways, cap)
        settled = self._found(value, known.own, known.whole, week, runs, level, cap, begun)
        if settled is None:
            return ApartAnswer(bound, own_bound, None, relaxation)
        enough, needed = self.problem.usd(settled) * (1 - self.problem.gap), 0.0
        if targets is not None:
            enough, needed = targets(settled)
        if bound < enough and ApartAnswer(bound, own_bound, settled, relaxation).is_enough:
            limited = GroupLimit(
                known.shared,
                known.parts,
                value,
                known.joint.weight,
                ways,
                known.joint.spans_below(ways, cap, enough),
                self.problem.limit,
                enough,
                self.problem.deadline,
            )
            bound = max(bound, limited.bound(known.best_level, work=_WORK, needed=needed))
        is_limited = bound > known.bound_usd_per_week
        settled = replace(settled, bound_usd_per_week=bound, limited=is_limited)
        return ApartAnswer(bound, own_bound, settled, relaxation, is_limited)

    def _found(
        self,
        value: Valuation,
        own: Sequence[Lowest],
        full: Sequence[Sequence[Floats]],
        week: Week,
        runs: Sequence[tuple[str, Mapping[Way, JobRun]]],
        level: float,
        cap: float,
        begun: Sequence[int],
    ) -> Settled | None:
        judge = Judge(own)
        chosen = [()] * len(own)
        best = np.inf
        taken = self._runs(week, runs, level)
        for number in range(_ROUNDS):
            if taken is None:
                return None
            hours = hours_at(self._slots(taken), value, level)
            if number == 0 and begun:
                search = self._again(judge, hours, full, used_in(own, week, level), begun)
            elif number == 0:
                search = self._first(judge, hours, full, used_in(own, week, level))
            else:
                search = Assortment(judge, hours, self.problem.limit, list(chosen))
                search.improve()
            if search is None:
                return None
            vectors = [judge.vectors(place, mine) for place, mine in enumerate(search.chosen)]
            week = self.week(value, [each for each in vectors if each is not None])
            usd, better = week.least([list(each) for _, each in runs], cap)
            if usd >= best * _NO_BETTER:
                break
            best, level, chosen = usd, better, search.chosen
            taken = self._runs(week, runs, level)
            if self.problem.deadline.has_passed():
                break
        if taken is None:
            return None
        found = self._settled(value, own, chosen, week, taken, level)
        if found is None or not value.held:
            return found
        # Worths price what is held as if it could be split at will; a few more options make up for what that misses.
        wider = self._settled(value, own, self._wider(own, chosen, len(value.worths)), week, taken, level)
        return found if wider is None else min(found, wider, key=self.problem.usd)

    def _wider(self, own: Sequence[Lowest], chosen: Sequence[tuple[int, ...]], worths: int) -> list[tuple[int, ...]]:
        """The options with those that are cheapest in most hours at other worths, within the limit of node groups."""
        counted: dict[tuple[int, int], int] = {}
        for service, each in enumerate(own):
            for number, weight in enumerate(self.problem.hourly.task.weight.tolist()):
                for option in {option for worth in range(worths) for option in each.used(number, worth)}:
                    counted[service, option] = counted.get((service, option), 0) + weight
        found = [set(mine) for mine in chosen]
        for service, option in sorted(counted, key=lambda key: (-counted[key], key)):
            room = len(found[service]) < len(chosen[service]) + _MORE and sum(map(len, found)) < self.problem.limit
            if room:
                found[service].add(option)
        return [tuple(sorted(mine)) for mine in found]

    def _first(
        self, judge: Judge, hours: Sequence[Slot], full: Sequence[Sequence[Floats]], used: Sequence[tuple[int, ...]]
    ) -> Assortment | None:
        """The better of two: options added to the best single ones, and those without a limit trimmed down."""
        filled = Assortment(judge, hours, self.problem.limit, [()] * len(used))
        trimmed = Assortment(judge, hours, self.problem.limit, list(used))
        found = [each for each, begun in ((filled, filled.fill(full)), (trimmed, trimmed.trim())) if begun]
        return min(found, key=lambda each: each.improve(), default=None)

    def _again(
        self,
        judge: Judge,
        hours: Sequence[Slot],
        full: Sequence[Sequence[Floats]],
        used: Sequence[tuple[int, ...]],
        begun: Sequence[int],
    ) -> Assortment | None:
        """The options on the machines of these columns, or those used where a service has none; more as they help."""
        columns, needs = self.problem.hourly.columns, self.problem.hourly.needs
        begun_with = {
            (int(columns.machine[column]), needs.runnables[variant].service)
            for column in begun
            for variant in np.nonzero(columns.slots[column])[0].tolist()
        }
        chosen: list[tuple[int, ...]] = []
        for each, others in zip(judge.services, used, strict=True):
            machines = columns.machine[each.options.column].tolist()
            service = each.options.service
            mine = tuple(place for place, machine in enumerate(machines) if (machine, service) in begun_with)
            chosen.append(mine if mine and judge.vectors(len(chosen), mine) is not None else others)
        found = Assortment(judge, hours, self.problem.limit, chosen)
        if not found.trim() or not found.fill(full):
            return None
        found.improve()
        return found

    def _slots(self, runs: Mapping[str, JobRun]) -> dict[tuple[int, Beside], int]:
        """Hours of the week by class and jobs' machines beside."""
        usage = self.problem.jobs.usage(runs)
        found: dict[tuple[int, Beside], int] = {}
        for hour, number in enumerate(self.problem.jobs.hour_of_week):
            slot = (number, tuple(sorted(usage[hour].items())))
            found[slot] = found.get(slot, 0) + 1
        return found

    def _runs(
        self, week: Week, ways: Sequence[tuple[str, Mapping[Way, JobRun]]], level: float
    ) -> dict[str, JobRun] | None:
        """The cheapest run of each job at a level, one after the other beside those before; None within no quota."""
        at = np.array([level])
        known: dict[tuple[int, Beside], float] = {}

        def usd(number: int, usage: Mapping[str, int]) -> float:
            slot = (number, tuple(sorted(usage.items())))
            if slot not in known:
                known[slot] = float(week.hour(*slot, at)[0])
            return known[slot]

        taken: dict[str, JobRun] = {}
        for key, by_way in ways:
            usage = self.problem.jobs.usage(taken)
            free = free_vcpus(self.problem.quotas, taken.values())
            best: tuple[float, JobRun] | None = None
            for way, run in by_way.items():
                if not is_free(run, free):
                    continue
                total = way.fixed_usd
                for hour in run.busy if way.beside else ():
                    number = self.problem.jobs.hour_of_week[hour]
                    both = dict(usage[hour])
                    for name, count in way.beside:
                        both[name] = both.get(name, 0) + count
                    total += usd(number, both) - usd(number, usage[hour])
                if best is None or round(total, 9) < round(best[0], 9):
                    best = (total, run)
            if best is None:
                return None
            taken[key] = best[1]
        return taken

    def _settled(
        self,
        value: Valuation,
        own: Sequence[Lowest],
        chosen: Sequence[tuple[int, ...]],
        week: Week,
        runs: Mapping[str, JobRun],
        level: float,
    ) -> Settled | None:
        """Machines of the chosen options for a level, with the commitments that are best for them."""
        hourly, origin = split_by_jobs(
            replace(self.problem.hourly, free=free_vcpus(self.problem.quotas, runs.values())), runs
        )
        usage = self.problem.jobs.usage(runs)
        picked = [each.options.column[list(mine)] for each, mine in zip(own, chosen, strict=True)]
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *picked])
        cost = value.columns(self.problem.hourly.columns)[columns]
        ways: list[ClassWays] = []
        first: list[int] = []
        known: dict[int, Integers] = {}
        for number, hours in enumerate(hourly.needs.hours):
            if origin[number] not in known:
                found = joint_ways(own, chosen, origin[number])
                if found is None:
                    return None
                known[origin[number]] = found
            beside = value.beside(sorted(usage[hours.hours[0]].items()))
            ways.append(
                ClassWays(
                    known[origin[number]],
                    partial(_usd_per_hour, cost, beside - value.worths * level),
                    partial(_holds, hourly, number, columns),
                )
            )
            usd = ways[-1].usd(ways[-1].machines)
            first.append(int(np.argmin(np.round(usd, 9))))
        # Replicas follow the load, on whichever machines they are: their starts are hardly a matter of choice.
        usd_per_start = np.full(len(columns), self.problem.surcharge.usd_per_machine_start)
        machines = calmest(ways, first, hourly.needs.hour_of_week, usd_per_start)
        if not all(way.holds(counts) for way, counts in zip(ways, machines, strict=True)):
            return None
        plans = [HourPlan(_by_column(columns, counts), 0.0, {}) for counts in machines]
        choice = priced(hourly, tuple(plans), Besides(usage, self.problem.prices))
        worth = tuple(week.worth(number, level) for number in origin)
        return Settled(hourly, choice, dict(runs), 0.0, value.good, worth)


def _by_column(columns: Integers, counts: Integers) -> dict[int, int]:
    pairs = zip(columns.tolist(), counts.tolist(), strict=True)
    return {column: count for column, count in sorted(pairs) if count}


def _usd_per_hour(cost: Floats, shift: Floats, machines: Integers) -> Floats:
    """USD an hour of ways (ways × columns); `cost` has columns × worths, `shift` what else there is by worth."""
    usd: Floats = np.max(machines @ cost + shift, axis=1)
    return usd


def _holds(hourly: Hourly, number: int, columns: Integers, counts: Integers) -> bool:
    return holds(hourly, number, _by_column(columns, counts))
