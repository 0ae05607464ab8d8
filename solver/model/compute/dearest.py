"""The dearest hours of a service's load: where its load is highest of those in which no commitment is left over.

In an hour in which the commitments are used up, every further machine hour is bought on demand or as spot, at full
price; in the others it uses what is paid for anyway, as far as that goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.load import LoadProfile
from solver.model.compute.needs import Needs, ServiceNeed
from solver.plan.compute import Commitment, ComputePlan
from solver.plan.schedule import format_days
from solver.quantity import HOURS_PER_WEEK, format_clock
from solver.vocabulary import PurchaseOption, Weekday

_DAYS = tuple(Weekday)
_NEARLY = 1 - 1e-9


def dearest_hours(needs: Needs, need: ServiceNeed, left_over: Sequence[bool]) -> tuple[int, ...]:
    """The hour class with the highest load of those with an hour without left-over commitments; of all when none has.

    `left_over` says of each of the 168 hours whether a commitment is not used up.
    """
    numbers = range(len(needs.hours))
    full = [
        number for number in numbers if need.load[number] and not all(left_over[h] for h in needs.hours[number].hours)
    ]
    best = max(full or numbers, key=lambda number: (need.load[number], -number))
    return needs.hours[best].hours


def left_over_hours(plan: ComputePlan, catalog: Catalog, region: str) -> tuple[bool, ...]:
    """For each hour of the week, whether some commitment of the plan is not used up by its on-demand machines."""
    weeks = [
        (group.machine_types[0], group.machines.hourly())
        for group in plan.node_groups
        if group.purchase is PurchaseOption.ON_DEMAND
    ]
    hours: list[bool] = []
    for hour in range(HOURS_PER_WEEK):
        running: dict[str, int] = {}
        for name, week in weeks:
            running[name] = running.get(name, 0) + week[hour]
        hours.append(any(not _is_used_up(each, running, catalog, region) for each in plan.commitments))
    return tuple(hours)


def _is_used_up(commitment: Commitment, running: dict[str, int], catalog: Catalog, region: str) -> bool:
    if commitment.machines and commitment.machine_type is not None:
        return running.get(commitment.machine_type, 0) >= commitment.machines
    years = 1 if commitment.years == 1 else 3
    term = CommitmentTerm(commitment.kind, years, commitment.payment)
    covered = 0.0
    for name, count in running.items():
        offering = catalog.offering(region, name)
        rate = offering.commitments.get(term)
        if rate is not None and commitment.machine_type in (None, offering.machine.family):
            covered += count * rate
    return covered >= commitment.usd_per_hour * _NEARLY


def load_on_top(load: LoadProfile, hours: Sequence[int], more_per_second: float) -> dict[str, object]:
    """A service's load, as its file would have it, with so much more in these hours; null drops its other forms."""
    week = load.week_per_second()
    chosen = frozenset(hours)
    hourly = [rate + more_per_second if hour in chosen else rate for hour, rate in enumerate(week)]
    return {**dict.fromkeys(LoadProfile.model_fields), "hourly_per_second": hourly}


def hours_words(hours: Sequence[int]) -> str:
    """`mon-fri 16:00-20:00, sat,sun 18:00-20:00`."""
    by_day: dict[int, tuple[tuple[int, int], ...]] = {}
    for day, of_day in groupby(sorted(hours), key=lambda hour: hour // 24):
        runs: list[tuple[int, int]] = []
        for hour in (each % 24 for each in of_day):
            if runs and runs[-1][1] == hour:
                runs[-1] = (runs[-1][0], hour + 1)
            else:
                runs.append((hour, hour + 1))
        by_day[day] = tuple(runs)
    words: list[str] = []
    for runs_of_day in dict.fromkeys(by_day.values()):
        days = [_DAYS[day] for day, own in by_day.items() if own == runs_of_day]
        clock = ", ".join(f"{format_clock(first)}-{format_clock(last)}" for first, last in runs_of_day)
        words.append(f"{format_days(days)} {clock}")
    return "; ".join(words)
