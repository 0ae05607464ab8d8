"""`up` from nothing, and `preview` without changes, against the engine's own time: `python bench/engine.py`.

Each runs as a whole process, on the sandbox and, in turn, with a plugin that answers at once from what the sandbox made
(`replay_plugin.py`): the same program, the same resources, the same state, so that the quotient is what the sandbox's
own work costs. `preview.py` says what the program adds to plain resources.
"""

from __future__ import annotations

import argparse
import json
import os
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
WHO = ("program", "engine", "plugin")
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True)
class Took:
    """What one process took, with those that it started."""

    seconds: float
    cpu_seconds: dict[str, float]
    """Processor time by who used it: the program, the engine, the plugin."""
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
    # Where it is set, every run compiles the SDK anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, __file__, "--stack", stack, "--run", operation, plugin]
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    used: dict[str, tuple[str, float]] = {}
    while process.poll() is None:
        used.update(_used(str(home)))
        time.sleep(_SAMPLE_SECONDS)
    seconds = time.perf_counter() - begin
    out, err = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{err}")
    cpu = {who: sum(spent for name, spent in used.values() if name == who) for who in WHO}
    return Took(seconds, cpu, int(out))


def _used(home: str) -> dict[str, tuple[str, float]]:
    """Process → who it is and its processor time so far, which nobody adds up: the engine leaves its plugins."""
    found: dict[str, tuple[str, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if home not in (folder / "environ").read_text(errors="replace"):
                continue
            command = (folder / "cmdline").read_text(errors="replace")
            ticks = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        plugin = "engine.sandbox" in command or "replay_plugin" in command
        who = "plugin" if plugin else "program" if "bench/engine.py" in command else "engine"
        found[folder.name] = (who, (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK"))
    return found


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
    print(f"{count} resources, {options.runs} runs after a warm-up, {os.cpu_count()} cores; medians, seconds")
    print(f"{'':36} {'wall':>8} {'cpu':>8}" + "".join(f" {who:>8}" for who in WHO))
    for operation in ("up", "preview"):
        for plugin in PLUGINS:
            runs = found[operation, plugin]
            row = [median(one.seconds for one in runs), median(sum(one.cpu_seconds.values()) for one in runs)]
            row += [median(one.cpu_seconds[who] for one in runs) for who in WHO]
            name = f"{operation}, {'plugin that answers at once' if plugin == 'replay' else 'sandbox'}"
            print(f"{name:36}" + "".join(f" {value:8.2f}" for value in row))
        pairs = list(zip(*(found[operation, plugin] for plugin in PLUGINS), strict=True))
        wall = median(first.seconds / second.seconds for first, second in pairs)
        cpu = median(sum(first.cpu_seconds.values()) / sum(second.cpu_seconds.values()) for first, second in pairs)
        print(f"{f'{operation}, quotient':36} {wall:8.2f} {cpu:8.2f}")


if __name__ == "__main__":
    main()
