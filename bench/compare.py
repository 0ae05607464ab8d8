"""Eight instances, one table: `python -m bench.compare [--only NAME] [--cp-sat SECONDS]` prints a row a case.

Poolwright's cost, lower bound, gap and processor time beside what other ways and tools make of the same instance, in
USD an hour. Exit code 1 where Poolwright costs more than any of them, or a cost is below its bound.

CP-SAT needs OR-Tools (`pip install ortools`); where it is missing a line says so. It gets one thread, and instances of
up to 250 replicas without zone spread. Recorded answers are not run here:

Karpenter   v1.14.1, its own scheduler and consolidation on these machine types, prices and workloads; `default` has no
            cap on sizes, `best` is the best of five settings (no cap, and types up to 16, 32, 64, 96 vCPUs)
Ray         2.60, its autoscaler's bin packing of the same requests on these machine types
"""

from __future__ import annotations

import argparse
import sys
import time
from math import inf

from bench import baselines, instances, schedulers
from bench.instances import Case
from solver.pack import Instance, pack

_RECORDED = {
    "k2-cpu-50": {"Karpenter default": 5.80, "Karpenter best": 5.80, "Ray": 7.61},
    "k5-spread-1000": {"Karpenter default": 156.57, "Karpenter best": 92.90, "Ray": 158.08},
}
"""USD an hour, to the cent."""
_CENT = 0.005
"""Recorded figures may be off by it."""
_CP_SAT_SECONDS = 30.0
_CP_SAT_MOST = 250
_WAYS = {
    "FFD best single type": baselines.one_type,
    "FFD all types": baselines.all_types,
    "SkyPilot's way": schedulers.skypilot,
    "like Karpenter": schedulers.like_karpenter,
}
_TOOLS = ("Karpenter default", "Karpenter best", "Ray")
_HEAD = ("case", "replicas", "types", "bound", "Poolwright", "gap %", "cpu s", *_WAYS, "CP-SAT", *_TOOLS)


def cases() -> list[Case]:
    """The two recorded instances and six like them: 10 to 20,000 replicas, with limits, exclusions, spread and GPUs."""
    cloud = instances.cloud
    return [
        *(Case(name, instances.recorded(name)) for name in _RECORDED),
        cloud("cloud-10", 11, replicas=10, types=20),
        cloud("cloud-200", 12, replicas=200, types=150, limited=0.4, excluded=3, slots=30),
        cloud("cloud-500-gpu", 23, replicas=500, types=250, gpus=12),
        cloud("cloud-1000", 14, replicas=1000, types=400, spread=0.3, limited=0.2, anywhere=False),
        cloud("cloud-5000", 15, replicas=5000, types=500, spread=0.4),
        cloud("cloud-20000", 16, replicas=20_000, types=600, spread=0.5, gpus=4),
    ]


def main() -> int:
    """Prints the table; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name has this text")
    parser.add_argument(
        "--cp-sat", type=float, default=_CP_SAT_SECONDS, help="seconds that CP-SAT gets; 0 leaves it out"
    )
    options = parser.parse_args()
    if options.cp_sat and not baselines.has_cp_sat():
        print("CP-SAT is left out: OR-Tools is not installed (pip install ortools)\n")
        options.cp_sat = 0.0
    print("| " + " | ".join(_HEAD) + " |\n|" + " --- |" * len(_HEAD), flush=True)
    wrong: list[str] = []
    for case in cases():
        if options.only in case.name:
            wrong += _row(case, options.cp_sat)
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


def _row(case: Case, seconds: float) -> list[str]:
    """Prints a row; what must not be."""
    instance = case.instance
    begin = time.process_time()
    packing = pack(instance)
    spent = time.process_time() - begin
    costs = {name: way(instance) for name, way in _WAYS.items()}
    said = _cp_sat(instance, packing.usd_per_hour, seconds)
    if not isinstance(said, str):
        costs["CP-SAT"] = said
    costs |= _RECORDED.get(case.name, {})
    row = [
        case.name,
        str(sum(item.count for item in instance.items)),
        str(len(instance.machines)),
        f"{packing.bound_usd_per_hour:.3f}",
        f"{packing.usd_per_hour:.3f}",
        f"{100 * packing.gap:.2f}",
        f"{spent:.1f}",
        *(_shown(costs[name]) for name in _WAYS),
        said if isinstance(said, str) else _shown(said),
        *(f"{costs[name]:.2f}" if name in costs else "–" for name in _TOOLS),
    ]
    print("| " + " | ".join(row) + " |", flush=True)
    wrong: list[str] = []
    for name, usd in costs.items():
        hair = _CENT if name in _TOOLS else 1e-9 * usd
        if packing.usd_per_hour > usd + hair:
            wrong.append(f"{case.name}: Poolwright costs {packing.usd_per_hour:.6f}, more than {name} with {usd:.6f}")
        if usd + hair < packing.bound_usd_per_hour:
            wrong.append(f"{case.name}: {name} costs {usd:.6f}, less than the bound {packing.bound_usd_per_hour:.6f}")
    return wrong


def _cp_sat(instance: Instance, usd: float, seconds: float) -> float | str:
    """What it found, or why there is nothing."""
    if not seconds:
        return "–"
    said = baselines.cp_sat(instance, usd * 1.2, seconds, most_replicas=_CP_SAT_MOST)
    return float(said) if said.replace(".", "", 1).isdigit() else said


def _shown(usd: float) -> str:
    return "none" if usd == inf else f"{usd:.3f}"


if __name__ == "__main__":
    sys.exit(main())
