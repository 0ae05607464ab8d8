"""Plain node selection: `python -m bench.packing [--only NAME] [--effort N] [--cp-sat SECONDS]` prints a row a case.

Cost, bound and gap of `pack`, its processor time, and what simple ways and other tools make of the same instance.
Karpenter's figures are recorded: v1.14.1, its own scheduler and consolidation on these instances, the best of five
settings (no cap on sizes, and types up to 16, 32, 64, 96 vCPUs).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

from bench import baselines, instances
from bench.instances import Case
from solver.pack import pack

KARPENTER = {"k2-cpu-50": 5.80, "k5-spread-1000": 92.90}
"""USD an hour."""
HEAD = ("case", "replicas", "types", "cost", "bound", "gap %", "over optimum %", "proof", "cpu s")
OTHERS = ("FFD one type", "FFD all types", "own machines", "CP-SAT", "Karpenter")


def cases() -> Iterator[tuple[str, Callable[[], Case]]]:
    """Every case by name; made only when it is asked for."""
    for name in KARPENTER:
        yield name, lambda name=name: Case(name, instances.recorded(name))
    cloud = instances.cloud
    yield "cloud-10", lambda: cloud("cloud-10", 11, replicas=10, types=20)
    yield "cloud-200", lambda: cloud("cloud-200", 12, replicas=200, types=150, limited=0.4, excluded=3, slots=30)
    yield "cloud-500-gpu", lambda: cloud("cloud-500-gpu", 23, replicas=500, types=250, gpus=12)
    yield (
        "cloud-1000",
        lambda: cloud("cloud-1000", 14, replicas=1000, types=400, spread=0.3, limited=0.2, anywhere=False),
    )
    yield "cloud-5000", lambda: cloud("cloud-5000", 15, replicas=5000, types=500, spread=0.4)
    yield "cloud-20000", lambda: cloud("cloud-20000", 16, replicas=20_000, types=600, spread=0.5, gpus=4)
    yield "wide-100000", instances.wide
    yield "designed-2000", instances.designed
    for items, dimensions in ((100, 3), (100, 5), (500, 4)):
        name = f"cut-{items}-{dimensions}d"
        yield name, lambda items=items, dimensions=dimensions: instances.cut(items=items, dimensions=dimensions)
    for items in (60, 201):
        for kind in range(1, 11):
            yield f"vector-{kind}-{items}", lambda kind=kind, items=items: instances.vector(kind, items, 1)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name has this text")
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--cp-sat", type=float, default=10.0, help="seconds that CP-SAT gets; 0 leaves it out")
    parser.add_argument("--no-others", action="store_true", help="only this solver")
    options = parser.parse_args()
    head = HEAD if options.no_others else (*HEAD, *OTHERS)
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for name, make in cases():
        if options.only in name:
            row = _row(name, make(), options.effort, options.cp_sat, others=not options.no_others)
            print("| " + " | ".join(row) + " |", flush=True)


def _row(name: str, case: Case, effort: float, seconds: float, *, others: bool) -> list[str]:
    instance = case.instance
    begin = time.process_time()
    packing = pack(instance, effort=effort)
    spent = time.process_time() - begin
    over = "–"
    if case.optimum_usd_per_hour is not None:
        over = f"{100 * (packing.usd_per_hour / case.optimum_usd_per_hour - 1):.2f}"
    row = [
        name,
        str(sum(item.count for item in instance.items)),
        str(len(instance.machines)),
        f"{packing.usd_per_hour:.3f}",
        f"{packing.bound_usd_per_hour:.3f}",
        f"{100 * packing.gap:.2f}",
        over,
        str(packing.termination),
        f"{spent:.1f}",
    ]
    if others:
        row += [f"{way(instance):.3f}" for way in (baselines.one_type, baselines.all_types, baselines.own_machines)]
        row.append(baselines.cp_sat(instance, packing.usd_per_hour * 1.2, seconds) if seconds > 0 else "–")
        row.append(f"{KARPENTER[name]:.2f}" if name in KARPENTER else "–")
    return row


if __name__ == "__main__":
    main()
