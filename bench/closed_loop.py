"""Each week planned from the forecast of the weeks before it, against the plan of one who knew it.

    python -m bench.closed_loop [--traces FOLDER] [--only NAME] [--weeks N]

A trace becomes the load of one service (1 vCPU, 2 GiB and 30 requests a second a replica, 1,000 a second at its
third-highest hour of the first three weeks), whose first demand is the median of these weeks. Then, week by week: a
forecast of the hours so far, the next load by bounded steps as `poolwright suggest` takes them, a plan from the last
week's lock, and that plan under the week's measured load, and 1.2 and 1.5 times it. The clairvoyant plan is made from
nothing for the measured week, without headroom, in the same way: the hours of workdays folded, a gap of 0.5 %.

`cost` is that of the machines, against the clairvoyant's; `with growth` adds what autoscaling starts for what is above
plan, at the plan's own price of a unit of load. `late` is the part of hours in which what is planned holds less than
the load, so that some of it is answered late until machines have started; `unserved` is the part in which even what
autoscaling may grow to holds less.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.forecast import Remembered
from bench.traces import SHIPPED, Trace, read_traces
from poolwright.observe.forecast.choice import Outlook, outlook
from poolwright.observe.forecast.combined import Combined
from poolwright.observe.forecast.forecaster import WEEK, Hours, filled
from poolwright.observe.suggest.bounds import Bounds
from poolwright.observe.suggest.load_change import next_load
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.load import LoadProfile
from solver.plan.cost import Pool
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.replay import FACTORS, Loss, replay
from solver.solve import solve

PEAK = 1000.0
FIRST_WEEKS = 3
LEVELS = (0.5, 0.8, 0.95, 0.99)


@dataclass(frozen=True)
class Policy:
    """What the load is set to, and what is added to it."""

    level: float
    headroom: float

    @property
    def name(self) -> str:
        if self.level == 0.5:
            return f"median, headroom {self.headroom:g}"
        return f"service level {self.level:g}"


POLICIES = (Policy(0.5, 0.0), Policy(0.5, 0.1), Policy(0.5, 0.2), *(Policy(level, 0.0) for level in LEVELS[1:]))


@dataclass(frozen=True)
class Outcome:
    """One week of one policy."""

    usd: float
    growth_usd: float
    clairvoyant_usd: float
    late: tuple[int, ...]
    """Hours, by factor."""
    unserved: tuple[int, ...]
    """Hours, by factor."""


def demand_of(load: LoadProfile, headroom: float) -> Demand:
    """A stack of one service."""
    service: dict[str, Any] = {
        "kind": "service",
        "image": {},
        "replicas": {"max": 1000},
        "exposure": "internal",
        "headroom": headroom,
        "load": load,
        "variants": {"cpu": {"cpu": 1, "memory": "2Gi", "throughput_per_second": 30, "source": "measured"}},
    }
    network = {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}}
    return Demand.model_validate(
        {
            "stack": "loop",
            "owner": "bench",
            "sites": {"main": {"kind": "aws", "region": "us-east-1", "zones": 3, "network": network}},
            "workloads": {"service": service},
        }
    )


class Clairvoyant:
    """Plans of weeks that are known, each made once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._usd: dict[bytes, float] = {}

    def usd(self, week: Hours) -> float:
        """USD a month of the machines for this week."""
        key = week.tobytes()
        if key not in self._usd:
            self._usd[key] = machines_usd(solve(demand_of(_hourly(week), 0.0), self._catalog))
        return self._usd[key]


def machines_usd(plan: Plan) -> float:
    """USD a month of the compute pool."""
    return fsum(line.usd_per_month for line in plan.cost_lines if line.pool is Pool.COMPUTE)


def weeks(
    hours: Hours, forecasts: Sequence[Outlook], policy: Policy, catalog: Catalog, clairvoyant: Clairvoyant
) -> Iterator[Outcome]:
    """The loop from the fourth week on; `forecasts` has one for each."""
    first = len(hours) // WEEK - len(forecasts)
    usual = np.median(hours[(first - FIRST_WEEKS) * WEEK : first * WEEK].reshape(-1, WEEK), axis=0)
    load = _hourly(usual)
    previous: Plan | None = None
    for place, forecast in enumerate(forecasts):
        begins = (first + place) * WEEK
        change = next_load(
            load,
            forecast.quantiles[policy.level].tolist(),
            hours[begins - WEEK : begins].tolist(),
            headroom=policy.headroom,
            bounds=Bounds(),
        )
        load = load if change is None else change.load
        plan = solve(demand_of(load, policy.headroom), catalog, previous=previous)
        previous = lock_of(plan).as_plan()
        yield _outcome(plan, policy, hours[begins : begins + WEEK], catalog, clairvoyant)


def _outcome(plan: Plan, policy: Policy, then: Hours, catalog: Catalog, clairvoyant: Clairvoyant) -> Outcome:
    demand = demand_of(_hourly(then), policy.headroom)
    cases = replay(plan, demand, catalog, factors=FACTORS, losses=(Loss.NOTHING,))
    now, usd = cases[0].planned, machines_usd(plan)
    missing = (1 - now.share) * float(then.sum())
    held = _held(plan)
    return Outcome(
        usd=usd,
        growth_usd=usd * missing / held,
        clairvoyant_usd=clairvoyant.usd(then),
        late=tuple(0 if case.planned.short is None else case.planned.short.hours for case in cases),
        unserved=tuple(0 if case.grown.short is None else case.grown.short.hours for case in cases),
    )


def _held(plan: Plan) -> float:
    """Units of load a second that the planned replicas hold, summed over the hours."""
    (site,) = plan.aws_sites.values()
    (service,) = site.compute.services
    return fsum(sum(each.replicas.hourly()) * each.load_per_replica_per_second for each in service.variants)


def _hourly(week: Hours) -> LoadProfile:
    return LoadProfile(hourly_per_second=tuple(float(f"{max(each, 0):.6g}") for each in week))


def scaled(trace: Trace, most_weeks: int) -> Hours:
    """The last weeks of a trace, whole ones, at 1,000 a second near the peak of the first three."""
    hours = np.maximum(filled(trace.hours), 0)
    count = min(len(hours) // WEEK, FIRST_WEEKS + most_weeks)
    hours = hours[len(hours) - count * WEEK :]
    return hours * PEAK / np.sort(hours[: FIRST_WEEKS * WEEK])[-3]


def main() -> None:
    """Prints a row a trace and policy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=Path, default=SHIPPED, help="a folder of CSV files")
    parser.add_argument("--only", help="traces with this in their names")
    parser.add_argument("--weeks", type=int, default=12, help="most weeks of the loop")
    arguments = parser.parse_args()
    catalog = load_catalog(None, ["us-east-1"])
    factors = " | ".join(f"late at {factor:g} | unserved" for factor in FACTORS)
    print(f"| trace | weeks | policy | cost | with growth | {factors} | cpu s |")
    print("| --- " * (6 + 2 * len(FACTORS)) + "|")
    for trace in read_traces(arguments.traces):
        if len(trace.hours) < (FIRST_WEEKS + 1) * WEEK or (arguments.only or "") not in trace.name:
            continue
        hours, other = scaled(trace, arguments.weeks), Remembered(Combined())
        cuts = range(FIRST_WEEKS * WEEK, len(hours), WEEK)
        forecasts = [outlook(hours[:cut], WEEK, other=other, levels=LEVELS) for cut in cuts]
        clairvoyant = Clairvoyant(catalog)
        for policy in POLICIES:
            started = process_time()
            found = list(weeks(hours, forecasts, policy, catalog, clairvoyant))
            ideal = fsum(each.clairvoyant_usd for each in found)
            cost = fsum(each.usd for each in found) / ideal - 1
            grown = fsum(each.usd + each.growth_usd for each in found) / ideal - 1
            parts = " | ".join(
                f"{sum(each.late[place] for each in found) / (WEEK * len(found)):.2%} "
                f"| {sum(each.unserved[place] for each in found) / (WEEK * len(found)):.2%}"
                for place in range(len(FACTORS))
            )
            spent = process_time() - started
            print(
                f"| {trace.name} | {len(found)} | {policy.name} | {cost:+.1%} | {grown:+.1%} | {parts} | {spent:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
