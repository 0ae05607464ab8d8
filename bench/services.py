"""Services that share machines: `python -m bench.services [--only N] [--stacks]` prints a row a case.

Seeded demands of 3, 8 and 20 small services in three zones of us-east-1, each of 2 to 12 replicas of a fraction of a
machine at its peak, with a load of its own over the day: cost, bound and gap of the plan by `solve`, wall and processor
time. `--stacks` adds the shipped stacks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from math import cos, pi
from pathlib import Path
from random import Random
from typing import Any

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.solve import solve

CASES = {"3": (3, 1), "3b": (3, 2), "8": (8, 3), "8b": (8, 4), "20": (20, 5), "20b": (20, 6)}
"""Number of services, and seed."""
STACKS = ("dev", "staging", "prod")
HEAD = ("case", "groups", "USD a month", "bound", "gap %", "wall s", "cpu s")
_ROOT = Path(__file__).resolve().parent.parent


def services(count: int, seed: int, **limits: Any) -> Demand:
    """A stack of small services: web servers, workers and caches, half of them for either architecture."""
    random = Random(seed)
    workloads = {f"service-{number:02d}": _service(random) for number in range(count)}
    return Demand.model_validate(
        {
            "stack": "bench",
            "owner": "bench",
            "sites": {
                "main": {
                    "kind": "aws",
                    "region": "us-east-1",
                    "zones": 3,
                    "network": {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}},
                }
            },
            "workloads": workloads,
            "storage": {},
            "compliance": {"profile": "none"},
            "purchase": {"spot": True, "commitments": [{"kind": "compute-savings-plan", "years": 1}]},
            "limits": limits,
        }
    )


def _service(random: Random) -> dict[str, Any]:
    cpu = random.choice((100, 150, 250, 350, 500, 750, 1000, 1500, 2000))
    mib = int(cpu * random.uniform(1.0, 6.0) * 1.024)
    rate = random.uniform(5, 60)
    replicas = random.randint(2, 12)
    night, top = random.uniform(0.2, 0.8), random.uniform(8, 20)
    hours = [night + (1 - night) * (1 + cos(2 * pi * (hour - top) / 24)) / 2 for hour in range(24)]
    variants: dict[str, dict[str, Any]] = {"x86": {}, "arm64": {"architecture": "arm64"}}
    if random.random() >= 0.5:
        del variants["arm64"]
    return {
        "kind": "service",
        "image": {},
        "load": {"hourly_per_second": [round(0.7 * rate * replicas / 1.2 * part, 3) for part in hours]},
        "headroom": 0.2,
        "max_utilisation": 0.7,
        "survive": "zone",
        "interruptible_share": random.choice((0.0, 0.0, 0.3, 0.5)),
        "variants": {
            key: more
            | {"cpu": f"{cpu}m", "memory": f"{mib}Mi", "throughput_per_second": round(rate, 2), "source": "seeded"}
            for key, more in variants.items()
        },
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=(*CASES, *STACKS))
    parser.add_argument("--stacks", action="store_true")
    chosen = parser.parse_args()
    catalog = load_catalog(None, ["us-east-1"])
    print("  ".join(f"{name:>12}" for name in HEAD))
    for name, demand in _demands(chosen.only, stacks=chosen.stacks):
        print("  ".join(f"{each:>12}" for each in row(name, demand, catalog)), flush=True)


def _demands(only: str | None, *, stacks: bool) -> Iterator[tuple[str, Demand]]:
    for name, (count, seed) in CASES.items():
        if only in (None, name):
            yield name, services(count, seed)
    for name in STACKS:
        if only == name or (stacks and only is None):
            yield name, load_demand(_ROOT / "stacks" / f"{name}.yaml").demand


def row(name: str, demand: Demand, catalog: Catalog) -> tuple[str, ...]:
    """Figures of one case."""
    wall, cpu = time.perf_counter(), time.process_time()
    plan = solve(demand, catalog)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    groups = sum(len(site.compute.node_groups) for site in plan.aws_sites.values())
    cost, bound = plan.proof.cost_usd_per_month, plan.proof.bound_usd_per_month
    gap = 100 * (cost - bound) / cost
    return (name, str(groups), f"{cost:.2f}", f"{bound:.2f}", f"{gap:.2f}", f"{wall:.1f}", f"{cpu:.1f}")


if __name__ == "__main__":
    main()
