"""Hours at scale: `python -m bench.timeline [--only NAME]` prints a row a case, each from a process of its own.

Cost, bound and gap of `plan_hours`, its processor time and greatest memory, and what first-fit decreasing makes of the
same hours on demand: on the one machine type that costs least, and with each replica on the type of which it takes the
cheapest part. Over zones first fit packs each zone's share of what survives the loss of one.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.weeks import one_type, week
from bench.zoned import zoned_week
from solver.timeline import HourlyInstance, plan_hours
from solver.vocabulary import Survive

Floats = NDArray[np.float64]
CASES: dict[str, Callable[[], tuple[HourlyInstance, float | None]]] = {
    "500 x 168": lambda: (week(500, 168, 300), None),
    "500 x 168, measured requests": lambda: (week(500, 168, 300, measured=True), None),
    "500 x 168, spot and reserved": lambda: (week(500, 168, 300, purchases=True), None),
    "1,000 x 24": lambda: (week(1_000, 24, 100), None),
    "1,000 x 24, measured requests": lambda: (week(1_000, 24, 100, measured=True), None),
    "10,000 x 24": lambda: (week(10_000, 24, 3), None),
    "10,000 x 24, measured requests": lambda: (week(10_000, 24, 3, measured=True), None),
    "20 x 168 x 3 zones": lambda: (zoned_week(), None),
    "20 x 168 x 3 zones, second seed": lambda: (zoned_week(seed=2), None),
    "20 x 168 x 3 zones, smaller loads": lambda: (zoned_week(least=8, most=150), None),
    "20 x 168 x 3 zones, three years": lambda: (zoned_week(years=3), None),
    "reserved, 168": lambda: one_type(168),
    "reserved, 8,760": lambda: one_type(8_760),
}
HEAD = ("case", "usd", "bound", "gap %", "known usd", "FFD one type", "FFD by part", "cpu s", "s", "MiB", "faults")
_TYPES_TRIED = 3


def run(name: str) -> dict[str, Any]:
    """One case's figures, in this process."""
    instance, known = CASES[name]()
    before, began = time.process_time(), time.perf_counter()
    timetable = plan_hours(instance)
    seconds, wall = time.process_time() - before, time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    one, by_part = first_fit(instance)
    return {
        "case": name,
        "usd": round(timetable.usd, 2),
        "bound": round(timetable.bound_usd, 2),
        "gap %": round(100 * timetable.gap, 3),
        "known usd": "" if known is None else round(known, 2),
        "FFD one type": "none holds all" if one is None else round(one, 2),
        "FFD by part": round(by_part, 2),
        "cpu s": round(seconds, 1),
        "s": round(wall, 1),
        "MiB": round(peak),
        "faults": len(timetable.check(instance)),
    }


def first_fit(instance: HourlyInstance) -> tuple[float | None, float]:
    """USD of all hours by first-fit decreasing: on the best single type, and on the type of the cheapest part."""
    names = sorted({name for workload in instance.workloads for name in workload.request})
    room = np.array([[float(m.capacity.get(name, 0)) for name in names] for m in instance.machines])
    price = np.array([float(m.usd_per_hour) for m in instance.machines])
    request = np.array([[float(w.request.get(name, 0)) for name in names] for w in instance.workloads])
    replicas = _packed_alone(instance)
    part = np.full((len(request), len(room)), np.inf)
    for place, has in enumerate(room):
        fits = (request <= has).all(axis=1)
        part[fits, place] = (request[fits] / np.maximum(has, 1e-9)).max(axis=1)
    holds_all = np.flatnonzero(np.isfinite(part).all(axis=0))
    total = replicas.sum(axis=0)
    pooled = [(float(((total @ request) / np.maximum(room[t], 1e-9)).max() * price[t]), int(t)) for t in holds_all]
    best: float | None = None
    for _, place in sorted(pooled)[:_TYPES_TRIED]:
        usd = sum(_bins(request, part[:, place], room[place], counts) for counts in replicas) * float(price[place])
        best = usd if best is None else min(best, usd)
    home = (part * price).argmin(axis=1)
    by_part = 0.0
    for place in np.unique(home):
        mine = home == place
        for counts in replicas[:, mine]:
            by_part += _bins(request[mine], part[mine, place], room[place], counts) * float(price[place])
    return best, by_part


def _packed_alone(instance: HourlyInstance) -> NDArray[np.int64]:
    """Replicas by workload of each set that is packed alone: an hour, or a zone of it with a share that survives."""
    replicas = np.array([w.replicas for w in instance.workloads]).T
    if not instance.zones:
        return replicas
    spare = np.array([len(instance.zones) - (w.survive is Survive.ZONE) for w in instance.workloads])
    return np.repeat(-(-replicas // spare), len(instance.zones), axis=0)


def _bins(request: Floats, part: Floats, room: Floats, counts: NDArray[np.int64]) -> int:
    """Machines that first-fit decreasing opens for the replicas."""
    free = np.zeros((0, len(room)))
    for place in np.argsort(-part, kind="stable"):
        left, need = int(counts[place]), request[place]
        if left == 0:
            continue
        asked = need > 0
        each = int(np.floor(room[asked] / need[asked] + 1e-9).min())
        if len(free):
            fit = np.floor(free[:, asked] / need[asked] + 1e-9).min(axis=1)
            taken = np.diff(np.minimum(np.cumsum(fit), left), prepend=0)
            free -= taken[:, None] * need
            left -= int(taken.sum())
        if left:
            more = np.full(-(-left // each), each)
            more[-1] = left - each * (len(more) - 1)
            free = np.concatenate([free, room - more[:, None] * need])
    return len(free)


def main() -> None:
    """Prints one row for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=tuple(CASES))
    parser.add_argument("--json", action="store_true", help="one case in this process, as JSON")
    options = parser.parse_args()
    if options.json and options.only:
        print(json.dumps(run(options.only)))
        return
    print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD))
    for name in [options.only] if options.only else CASES:
        command = [sys.executable, "-m", "bench.timeline", "--json", "--only", name]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(answer.stdout.splitlines()[-1])
        print("| " + " | ".join(str(row[column]) for column in HEAD) + " |", flush=True)


if __name__ == "__main__":
    main()
