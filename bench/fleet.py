"""Fleets: `python -m bench.fleet [--stacks 2 4 8] [--workloads 20] [--workers 1] [--again]` prints a row for each size.

Seeded stacks of services of 4 to 40 replicas, each with a day of its own, which share one kind of savings plan: cost,
what buying stack by stack would cost, gap, processor time of this process and of all that it started, also for each
stack, wall time, and the most memory that one process took. On a machine that is busy with other things processor time
is what counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from math import cos, pi
from random import Random
from typing import Any

from bench.services import services
from poolwright.fleet.processes import processes
from solver.catalog.loader import load_catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.fleet.plan import Fleet, plan_fleet
from solver.vocabulary import CommitmentKind, Payment

HEAD = ("stacks", "USD a month", "separate", "gap %", "cpu s", "cpu s each", "wall s", "MiB")
TERM = CommitmentTerm(CommitmentKind.COMPUTE_SAVINGS_PLAN, 1, Payment.NO_UPFRONT)


def fleet_of(stacks: int, workloads: int) -> dict[str, Demand]:
    """Stacks with seeds of their own, so that a larger fleet begins with the smaller one."""
    return {f"stack-{number:04d}": _stack(Random(number), workloads) for number in range(stacks)}


def _stack(random: Random, workloads: int) -> Demand:
    plain = services(1, 0, node_groups=8, gap=0.02).model_dump(mode="json", exclude_unset=True)
    plain["workloads"] = {f"service-{number:02d}": _service(random) for number in range(workloads)}
    return Demand.model_validate_json(json.dumps(plain))


def _service(random: Random) -> dict[str, Any]:
    cpu, rate = random.choice((900, 1800)), random.uniform(5, 60)
    mib, replicas = int(cpu * random.choice((2, 4)) * 0.85), random.randint(4, 40)
    night, top = random.uniform(0.2, 0.8), random.uniform(8, 20)
    day = [night + (1 - night) * (1 + cos(2 * pi * (hour - top) / 24)) / 2 for hour in range(24)]
    return {
        "kind": "service",
        "image": {},
        "load": {"hourly_per_second": [round(rate * replicas * part, 3) for part in day]},
        "headroom": 0.1,
        "survive": "zone",
        "interruptible_share": random.choice((0.0, 0.0, 0.3)),
        "variants": {
            "x86": {
                "cpu": f"{cpu}m",
                "memory": f"{mib}Mi",
                "throughput_per_second": round(rate, 2),
                "source": "seeded",
            }
        },
    }


def row(stacks: int, workloads: int, workers: int, *, again: bool) -> tuple[str, ...]:
    """Figures of one size."""
    catalog = load_catalog(None, ["us-east-1"])
    fleet = Fleet(stacks=fleet_of(stacks, workloads), catalog=catalog, terms=(TERM,))
    begun, cpu = time.perf_counter(), _cpu_seconds()
    with processes(workers) as ask:
        plan = plan_fleet(fleet, ask=ask, again=again)
    wall, cpu = time.perf_counter() - begun, _cpu_seconds() - cpu
    proof = plan.proof
    return (
        str(stacks),
        f"{proof.cost_usd_per_month:.2f}",
        f"{plan.separate_usd_per_month:.2f}",
        f"{100 * proof.gap:.2f}",
        f"{cpu:.1f}",
        f"{cpu / stacks:.2f}",
        f"{wall:.1f}",
        f"{_most_mib():.0f}",
    )


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _most_mib() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stacks", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--workloads", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="ask each stack again at the organisation's prices")
    chosen = parser.parse_args()
    print("  ".join(f"{name:>12}" for name in HEAD))
    for stacks in chosen.stacks:
        figures = row(stacks, chosen.workloads, chosen.workers, again=chosen.again)
        print("  ".join(f"{each:>12}" for each in figures), flush=True)


if __name__ == "__main__":
    main()
