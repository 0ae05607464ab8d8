"""`preview` of a stack against a program of as many plain resources: `python bench/preview.py --stack prod`.

Both run on the sandbox as whole processes from an empty state, in turn, so that a drift of the machine's speed touches
both. The quotient is the program's share: what reading the lock, building the pools and checking them adds to what the
engine needs for that many resources.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]


def plain_program(count: int) -> Callable[[], None]:
    """A program of `count` topics that know nothing of each other."""

    def build() -> None:
        import pulumi_aws as aws

        for number in range(count):
            aws.sns.Topic(f"topic-{number}")

    return build


def preview_plain(stack: str, count: int) -> None:
    """Previews the plain program through the same engine and plugins as the stack."""
    from poolwright.cli.engine_commands import parse_cloud
    from poolwright.engine import cli_binary, environment
    from poolwright.engine.automation import Engine
    from poolwright.engine.project import find_project

    cli = cli_binary.ensure(cli_binary.say_on_stderr)
    prepared = environment.prepare(find_project(), stack, parse_cloud("sandbox"), cli)
    Engine(prepared, plain_program(count), lambda _: None).preview()


def seconds(command: list[str], home: str) -> tuple[float, str]:
    """Wall time of a process, and its standard output."""
    begin = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "POOLWRIGHT_HOME": home, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - begin, done.stdout


def main() -> None:
    """Prints the medians and the quotient."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="prod")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--plain", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain is not None:
        preview_plain(options.stack, options.plain)
        return
    with tempfile.TemporaryDirectory() as home:
        stack_command = [sys.executable, "-m", "poolwright", "preview", options.stack, "--json"]
        _, output = seconds(stack_command, home)
        count = len(json.loads(output)["changes"])
        plain_command = [sys.executable, __file__, "--stack", options.stack, "--plain", str(count)]
        seconds(plain_command, home)
        pairs = [(seconds(stack_command, home)[0], seconds(plain_command, home)[0]) for _ in range(options.runs)]
    mine, plain = (median(side) for side in zip(*pairs, strict=True))
    quotients = [first / second for first, second in pairs]
    print(f"{count} resources, {options.runs} pairs, {os.cpu_count()} cores")
    print(f"preview {options.stack}: {mine:.2f} s; as many plain resources: {plain:.2f} s")
    print(f"quotient: median {median(quotients):.2f}, least {min(quotients):.2f}, most {max(quotients):.2f}")


if __name__ == "__main__":
    main()
