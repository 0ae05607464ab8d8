"""Re-planning from a lock: one workload changes; cost, changed lines and time against planning from nothing.

    python -m bench.replan [--only NAME] [--seeds N]
    python -m bench.replan --part 0.1 [--only NAME]

The shipped stacks, and seeded demands of 6 to 12 services. Each is planned, and again from that lock, for each of ten
changes of one workload. `changes` are entries of the plan's own difference, `lines` are lines of what is built that
came or went in the lock's text; times are processor seconds of `solve`, the plan from
nothing and the one from the lock in turn.

With `--part` each workload of the shipped stacks and the examples of one site does so much more, and so much less, and
is planned again from the stack's own lock: how many lines of the lock change, and how well the plan is proved.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from time import process_time
from typing import Any

from bench.load_change import edit, planned
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.load import LoadProfile
from solver.demand.loader import load_demand
from solver.demand.workloads import Service, Variant, Workload
from solver.errors import InfeasibleError
from solver.inputs import read_inputs
from solver.plan.difference import difference
from solver.plan.lock import lock_of, lock_text, read_lock
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import Survive

ROOT = Path(__file__).resolve().parents[1]
STACKS = ("dev", "staging", "prod")
SHIPPED = (
    *((ROOT, stack) for stack in STACKS),
    *((folder, "prod") for folder in sorted((ROOT / "examples").iterdir()) if (folder / "stacks").is_dir()),
)
FEW_LINES = 3
_DAY = (3, 2, 2, 2, 2, 3, 4, 5, 7, 8, 9, 9, 9, 9, 9, 8, 8, 7, 6, 6, 5, 4, 4, 3)


@dataclass(frozen=True)
class Replanned:
    """One change, planned both ways."""

    name: str
    change: str
    nothing_usd: float
    again_usd: float
    nothing_gap: float
    again_gap: float
    changes: int
    lines: int
    changes_from_nothing: int
    nothing_seconds: float
    again_seconds: float


def seeded(seed: int) -> Demand:
    """6 to 12 services with daily loads, of which some survive a zone and some may be interrupted."""
    random = Random(seed)
    services = {f"service{number:02d}": _service(random) for number in range(random.randint(6, 12))}
    network = {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}}
    commitments = [{"kind": "compute-savings-plan", "years": 1}] if seed % 2 else []
    return Demand.model_validate(
        {
            "stack": f"seed-{seed}",
            "owner": "bench",
            "sites": {"main": {"kind": "aws", "region": "us-east-1", "zones": 3, "network": network}},
            "workloads": services,
            "purchase": {"commitments": commitments},
            "limits": {"node_groups": len(services) + 4, "changes_per_day": 4},
        }
    )


def _service(random: Random) -> dict[str, Any]:
    cpu = random.choice([0.5, 1, 2, 4])
    turn = random.randrange(24)
    return {
        "kind": "service",
        "image": {},
        "replicas": {"max": 1000},
        "load": {"peak_per_second": random.randint(50, 1500), "shape": [*_DAY[turn:], *_DAY[:turn]]},
        "variants": {
            "cpu": {
                "cpu": cpu,
                "memory": f"{random.choice([1, 2, 4, 8]) * max(1, int(cpu))}Gi",
                "throughput_per_second": random.randint(10, 60) * cpu,
                "source": "measured",
            }
        },
        "interruptible_share": random.choice([0, 0, 0.5, 1]),
        **({"survive": "zone"} if random.random() < 0.5 else {}),
    }


def changed(demand: Demand, key: str) -> Iterator[tuple[str, Demand]]:
    """The demand with one change of a service."""
    wish = demand.workloads[key]
    assert isinstance(wish, Service)
    others = {name: entry for name, entry in demand.workloads.items() if name != key}

    def having(entries: dict[str, Workload]) -> Demand:
        return demand.model_copy(update={"workloads": entries})

    for part in (-0.20, -0.05, 0.05, 0.30):
        week = tuple(load * (1 + part) for load in wish.load.week_per_second())
        load = LoadProfile(hourly_per_second=week)
        yield f"{part:+.0%} load", having({**others, key: wish.model_copy(update={"load": load})})
    variants = {
        name: variant.model_copy(update={"memory": variant.memory * 5 // 4}) for name, variant in wish.variants.items()
    }
    yield "+25% memory", having({**others, key: wish.model_copy(update={"variants": variants})})
    other = Survive.NONE if wish.survive is Survive.ZONE else Survive.ZONE
    yield f"survive {other}", having({**others, key: wish.model_copy(update={"survive": other})})
    yield "no spot", having({**others, key: wish.model_copy(update={"interruptible_share": 0.0})})
    yield "half its size", having({**others, key: wish.model_copy(update={"variants": halved(wish)})})
    yield "one more", having({**demand.workloads, "extra": wish.model_copy(update={"calls": ()})})
    if not any(key in entry.calls for entry in others.values()):
        yield "one less", having(others)


def halved(wish: Service) -> dict[str, Variant]:
    """Replicas of half the memory, which do half the work."""
    return {
        name: variant.model_copy(
            update={"memory": variant.memory // 2, "throughput_per_second": variant.throughput_per_second / 2}
        )
        for name, variant in wish.variants.items()
    }


def cases(seeds: int, only: str | None) -> Iterator[tuple[str, Demand, Catalog]]:
    """By name: what is planned, and the prices."""
    for stack in STACKS:
        demand = load_demand(ROOT / "stacks" / f"{stack}.yaml").demand
        if only in (None, stack):
            yield stack, demand, load_catalog(None, sorted({site.region for site in demand.aws_sites.values()}))
    for seed in range(seeds):
        demand = seeded(seed)
        if only in (None, demand.stack):
            yield demand.stack, demand, load_catalog(None, ["us-east-1"])


def replanned(name: str, change: str, approved: Plan, demand: Demand, catalog: Catalog) -> Replanned:
    """The demand planned from nothing, and from the lock."""
    before = lock_of(approved)
    started = process_time()
    nothing = solve(demand, catalog)
    between = process_time()
    again = solve(demand, catalog, previous=before.as_plan())
    ended = process_time()
    return Replanned(
        name=name,
        change=change,
        nothing_usd=nothing.proof.cost_usd_per_month,
        again_usd=again.proof.cost_usd_per_month,
        nothing_gap=nothing.proof.gap,
        again_gap=again.proof.gap,
        changes=len(difference(before, lock_of(again)).changes),
        lines=_lines(approved, again),
        changes_from_nothing=len(difference(before, lock_of(nothing)).changes),
        nothing_seconds=between - started,
        again_seconds=ended - between,
    )


def _lines(old: Plan, new: Plan) -> int:
    """Lines of what is built that came or went."""
    before, after = (lock_text(lock_of(plan)).partition("\nsites:")[2].splitlines() for plan in (old, new))
    marks = [line[:1] for line in difflib.unified_diff(before, after, n=0, lineterm="")]
    return max(marks.count("+"), marks.count("-")) - 1 if marks else 0


def print_parts(part: float, only: str | None) -> None:
    """Prints a line for each workload and direction, and what all have in common."""
    lines: list[int] = []
    print(f"{'stack':17} {'workload':17} {'change':>6} {'lines':>5} {'gap':>6} {'s':>5}")
    for root, stack in SHIPPED:
        name = stack if root == ROOT else root.name
        inputs = read_inputs(root, stack)
        if only not in (None, name) or len(inputs.loaded.demand.sites) > 1:
            continue
        catalog, lock = inputs.catalog(), read_lock(inputs.lock_path).as_plan()
        for key, workload in inputs.loaded.demand.workloads.items():
            for factor in (1 + part, 1 - part):
                started = process_time()
                new = planned(inputs, catalog, lock, edit(key, workload, factor))
                seconds = process_time() - started
                lines.append(_lines(lock, new))
                print(
                    f"{name:17} {key:17} {factor - 1:+6.0%} {lines[-1]:5} {new.proof.gap:6.2%} {seconds:5.2f}",
                    flush=True,
                )
    few = sum(1 for each in lines if each <= FEW_LINES)
    print(f"{len(lines)} changes: {sum(lines)} lines, median {median(lines):g}, at most {FEW_LINES} in {few} of them")


def main() -> None:
    """Prints a line a change, and what they have in common."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="one stack or seed, as seed-3")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--part", type=float, help="of a workload's load, more and less; for the shipped locks")
    arguments = parser.parse_args()
    if arguments.part is not None:
        print_parts(arguments.part, arguments.only)
        return
    rows: list[Replanned] = []
    print(
        f"{'case':9} {'change':13} {'nothing $':>11} {'again $':>11} {'more':>7} "
        f"{'gaps':>15} changes lines  nothing'  s     s ratio"
    )
    for name, demand, catalog in cases(arguments.seeds, arguments.only):
        approved = solve(demand, catalog)
        key = next(key for key, entry in sorted(demand.workloads.items()) if isinstance(entry, Service))
        for change, other in changed(demand, key):
            try:
                row = replanned(name, change, approved, other, catalog)
            except InfeasibleError as error:
                print(f"{name:9} {change:13} {error.summary}")
                continue
            rows.append(row)
            more = row.again_usd / row.nothing_usd - 1
            print(
                f"{row.name:9} {row.change:13} {row.nothing_usd:11,.2f} {row.again_usd:11,.2f} "
                f"{more:+7.2%} {row.nothing_gap:7.2%} {row.again_gap:7.2%} "
                f"{row.changes:7} {row.lines:5} {row.changes_from_nothing:9} "
                f"{row.nothing_seconds:5.2f} {row.again_seconds:5.2f} "
                f"{row.again_seconds / row.nothing_seconds:5.2f}",
                flush=True,
            )
    print(
        f"median: {median(row.changes for row in rows):g} changes ({median(row.lines for row in rows):g} lines), from "
        f"nothing {median(row.changes_from_nothing for row in rows):g}; time "
        f"{median(row.again_seconds / row.nothing_seconds for row in rows):.2f} of planning from nothing; at most "
        f"{max(row.again_usd / row.nothing_usd - 1 for row in rows):+.2%} dearer"
    )


if __name__ == "__main__":
    main()
