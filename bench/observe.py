"""How long `poolwright observe` takes for twenty workloads, ninety days, a row every five minutes.

    python -m bench.observe [--workloads 20] [--days 90] [--folder DIR]

It makes a project with so many services and a file of seeded measurements, and runs the command as a process.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
_FIRST = datetime(2026, 6, 1, tzinfo=UTC)
_STEP_MINUTES = 5
_DEMAND = """\
owner: bench@example.com
cost_centre: bench
sites: {main: {region: us-east-1, zones: 2, network: {cidr: 10.0.0.0/16}}}
compliance: {profile: none}
workloads:
"""
_SERVICE = """\
  service-{number:02d}:
    kind: service
    image: {{framework: python, size_mib: 200}}
    load: {{peak_per_second: {peak}, shape: [{shape}]}}
    variants: {{cpu: {{cpu: 1, memory: 2Gi, throughput_per_second: 20, source: bench}}}}
"""


def main() -> None:
    """Makes the project, plans it, and times the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", type=int, default=20)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--folder", type=Path, help="kept; a temporary one by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        rows = _project(folder, arguments.workloads, arguments.days)
        _command(folder, "plan", "bench", "--write")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = perf_counter()
        text = _command(folder, "observe", "bench", "--from", "loads.csv")
        seconds = perf_counter() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(text.splitlines()[0])
    print(
        f"{rows:,} rows, {(folder / 'loads.csv').name}: {seconds:.1f} s, "
        f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s of processor time, "
        f"{after.ru_maxrss // 1024} MiB at most (the plan's included)"
    )


def _project(folder: Path, workloads: int, days: int) -> int:
    stacks = folder / "stacks"
    stacks.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    shape = ", ".join(f"{value:.2f}" for value in 2 + np.sin(np.arange(24) * np.pi / 12))
    services = [_SERVICE.format(number=number, peak=40 + 7 * number, shape=shape) for number in range(workloads)]
    (stacks / "bench.yaml").write_text(_DEMAND + "".join(services))
    rows = 0
    with (folder / "loads.csv").open("w") as file:
        for line in _lines(workloads, days):
            file.write(line)
            rows += 1
    return rows - 1


def _lines(workloads: int, days: int) -> Iterator[str]:
    rng = np.random.default_rng(1)
    yield "time,workload,load_per_second,replicas,cpu_used_share,memory_used_share\n"
    for step in range(days * 24 * 60 // _STEP_MINUTES):
        moment = (_FIRST + timedelta(minutes=_STEP_MINUTES * step)).isoformat()
        height = (2 + np.sin(step * _STEP_MINUTES / 60 * np.pi / 12)) / 3
        noise = rng.normal(1, 0.03, workloads)
        for number in range(workloads):
            load = (40 + 7 * number) * height * noise[number]
            yield f"{moment},service-{number:02d},{load:.4g},{2 + number // 3},{0.6 * height:.3f},0.71\n"


def _command(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "POOLWRIGHT_CATALOG": str(ROOT / "catalog")}
    done = subprocess.run(
        [sys.executable, "-m", "poolwright", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
