"""Regret: what commitments cost over many scenarios, and how much to commit to for the lowest cost in the mean.

All that is bought is tried at several parts of its amount. In each scenario the part that would have been best there is
what someone with foresight had bought; what the plan's amounts cost more than that, in the mean, is their regret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from solver.fleet.plan import FleetAnswer
from solver.fleet.scenarios import StackRun
from solver.model.compute.purchase import Bought
from solver.model.fleet.usage import total_usage
from solver.plan.fleet import FleetScenarios
from solver.quantity import WEEKS_PER_MONTH, cents

_PARTS = (0.0, 0.25, 0.5, 0.75, 0.85, 0.95, 1.0, 1.05, 1.15, 1.25, 1.5)


def scenarios_of(answer: FleetAnswer, seed: int) -> FleetScenarios:
    """What the settled fleet's scenarios come to."""
    runs: Mapping[str, Sequence[StackRun]] = {name: each.runs for name, each in answer.settled.answers.items()}
    count = min(len(each) for each in runs.values())
    fixed = fsum(each.fixed_usd_per_month for each in answer.settled.answers.values())
    bought = answer.settled.bought
    parts = _PARTS if bought else (1.0,)
    table = np.zeros((count, len(parts)))
    for scenario in range(count):
        usage = total_usage(each[scenario].usage for each in runs.values())
        more = fsum(each[scenario].more_usd_per_week for each in runs.values())
        for number, part in enumerate(parts):
            usd = answer.market.usd(usage, scaled(bought, part))
            table[scenario, number] = fixed + (more + usd) * WEEKS_PER_MONTH
    planned = table[:, parts.index(1.0)]
    means = table.mean(axis=0)
    best = min(range(len(parts)), key=lambda number: round(float(means[number]), 6))
    low, middle, high = (float(each) for each in np.quantile(planned, (0.05, 0.5, 0.95)))
    return FleetScenarios(
        scenarios=count,
        seed=seed,
        mean_usd_per_month=cents(float(planned.mean())),
        low_usd_per_month=cents(low),
        median_usd_per_month=cents(middle),
        high_usd_per_month=cents(high),
        regret_usd_per_month=cents(float((planned - table.min(axis=1)).mean())),
        best_part=parts[best],
        best_mean_usd_per_month=cents(float(means[best])),
        unserved=_mean(run.unserved for each in runs.values() for run in each),
        unserved_grown=_mean(run.unserved_grown for each in runs.values() for run in each),
    )


def scaled(bought: Sequence[Bought], part: float) -> tuple[Bought, ...]:
    """So much of each commitment; reservations in whole machines."""
    found: list[Bought] = []
    for each in bought:
        if each.good.by_machine:
            machines = round(each.machines * part)
            found.append(replace(each, machines=machines, usd_per_hour=machines * each.good.rates[each.good.scope]))
        else:
            found.append(replace(each, usd_per_hour=each.usd_per_hour * part))
    return tuple(each for each in found if each.usd_per_hour > 0)


def _mean(values: Iterable[float]) -> float:
    every = list(values)
    return round(fsum(every) / len(every), 6) if every else 0.0
