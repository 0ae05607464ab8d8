"""`up` from nothing, and `preview` without changes, against the engine's own time: `python bench/engine.py`.

Each runs as a whole process, on the sandbox and, in turn, with a plugin that answers at once from what the sandbox made
(`replay_plugin.py`): the same program, the same resources, the same state, so that the quotient is what the sandbox's
own work costs. `preview.py` says what the program adds to plain resources.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = ("sandbox", "replay")


@dataclass(frozen=True)
class Took:
    """What one process took, with those that it started."""

    seconds: float
    cpu_seconds: float
    resources: int


def run_here(stack: str, operation: str, plugin: str) -> None:
    """One operation of the engine on the stack; prints how many resources it looked at."""
    from poolwright.engine import cli_binary, environment
    from poolwright.engine.automation import Engine
    from poolwright.engine.project import find_project
    from stacks.program import build

    project = find_project()
    cli = cli_binary.ensure(cli_binary.say_on_stderr)
    prepared = environment.prepare(project, stack, environment.Cloud.SANDBOX, cli)
    if plugin == "replay":
        command = f"exec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'bench' / 'replay_plugin.py'))}"
        (project.launchers / "pulumi-resource-aws").write_text(f'#!/bin/sh\n{command} "$@"\n', encoding="utf-8")
    engine = Engine(prepared, lambda: build(project.root), cli_binary.say_on_stderr)
    result = engine.up() if operation == "up" else engine.preview()
    print(json.dumps(len(result.changes)))


def took(stack: str, operation: str, plugin: str, home: Path, source: Path) -> Took:
    """What the operation takes as a process of its own."""
    environment = {
        **os.environ,
        "POOLWRIGHT_HOME": str(home),
        "POOLWRIGHT_REPLAY_FROM": str(source),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, __file__, "--stack", stack, "--run", operation, plugin]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, cpu, int(done.stdout))


def main() -> None:
    """Prints times and quotients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="prod")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--run", nargs=2, metavar=("OPERATION", "PLUGIN"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run is not None:
        run_here(options.stack, *options.run)
        return
    found: dict[tuple[str, str], list[Took]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        took(options.stack, "up", "sandbox", Path(folder) / "warm", source)
        shutil.copytree(Path(folder) / "warm" / "sandbox", source)
        for number in range(options.runs):
            homes = {plugin: Path(folder) / f"{plugin}-{number}" for plugin in PLUGINS}
            for operation in ("up", "preview"):
                for plugin in PLUGINS:
                    one = took(options.stack, operation, plugin, homes[plugin], source)
                    found.setdefault((operation, plugin), []).append(one)
    count = found["up", "sandbox"][0].resources
    print(f"{count} resources, {options.runs} runs after a warm-up, {os.cpu_count()} cores; median")
    print(f"{'':24} {'s':>7} {'cpu s':>7} {'engine s':>9} {'cpu s':>7} {'quotient':>9} {'of cpu':>7}")
    for operation, name in (("up", f"up {options.stack}"), ("preview", "preview, no changes")):
        mine, floor = (found[operation, plugin] for plugin in PLUGINS)
        row = [median(one.seconds for one in mine), median(one.cpu_seconds for one in mine)]
        row += [median(one.seconds for one in floor), median(one.cpu_seconds for one in floor)]
        pairs = list(zip(mine, floor, strict=True))
        wall = median(first.seconds / second.seconds for first, second in pairs)
        cpu = median(first.cpu_seconds / second.cpu_seconds for first, second in pairs)
        print(f"{name:24} {row[0]:7.2f} {row[1]:7.2f} {row[2]:9.2f} {row[3]:7.2f} {wall:9.2f} {cpu:7.2f}")


if __name__ == "__main__":
    main()
