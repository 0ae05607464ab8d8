"""Wall time and peak memory of commands as whole processes: `python bench/commands.py [--runs N] [--stack STACK]`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    peak_mib: float
    exit_code: int


def measure(command: list[str]) -> Run:
    """Runs a command with its output thrown away; the kernel's own accounting gives the peak memory."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(time.perf_counter() - begin, usage.ru_maxrss / 1024, process.returncode)


def main() -> None:
    """Prints one row for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stack", default="prod")
    options = parser.parse_args()
    poolwright = [sys.executable, "-m", "poolwright"]
    rows = {
        "--help": [*poolwright, "--help"],
        f"plan {options.stack} --check": [*poolwright, "plan", options.stack, "--check"],
        f"plan {options.stack} --json": [*poolwright, "plan", options.stack, "--json"],
    }
    print(f"{options.runs} runs after a warm-up, {os.cpu_count()} cores")
    print(f"{'command':28} {'least s':>9} {'median s':>9} {'most s':>9} {'peak MiB':>9}  exit")
    for name, command in rows.items():
        measure(command)
        runs = [measure(command) for _ in range(options.runs)]
        seconds = [run.seconds for run in runs]
        codes = ",".join(str(code) for code in sorted({run.exit_code for run in runs}))
        peak = max(run.peak_mib for run in runs)
        print(f"{name:28} {min(seconds):9.3f} {median(seconds):9.3f} {max(seconds):9.3f} {peak:9.0f}  {codes}")


if __name__ == "__main__":
    main()
