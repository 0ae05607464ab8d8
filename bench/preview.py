"""`preview` of a stack against a program of as many plain resources: `python bench/preview.py --stack prod`.

Both run on the sandbox as whole processes from an empty state, in turn, so that a drift of the machine's speed touches
both. The plain program has the stack's number of components and of resources of the cloud, all of one type with no
properties, and one provider: what the engine, the SDK and the sandbox need for that many. The quotient is the program's
share: what reading the command line, checking the lock, and building and checking the pools, whose resources have
properties and need each other, add to that.
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
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def plain_program(components: int, resources: int) -> Callable[[], None]:
    """A program of components and topics that know nothing of each other."""

    def build() -> None:
        import pulumi
        import pulumi_aws as aws

        from components.aws.lean_sdk import lean
        from components.source_positions import short_traces

        lean()
        short_traces()
        provider = aws.Provider("main", region="us-east-1")
        for number in range(components):
            pulumi.ComponentResource("bench:plain:Component", f"component-{number}")
        for number in range(resources):
            aws.sns.Topic(f"topic-{number}", opts=pulumi.ResourceOptions(provider=provider))

    return build


def preview_plain(stack: str, components: int, resources: int) -> None:
    """Previews the plain program through the same engine and plugins as the stack, and prints its counts as JSON."""
    from poolwright.engine import cli_binary, environment
    from poolwright.engine.automation import Engine
    from poolwright.engine.environment import Cloud
    from poolwright.engine.project import find_project

    cli = cli_binary.ensure(cli_binary.say_on_stderr)
    prepared = environment.prepare(find_project(), stack, Cloud.SANDBOX, cli)
    result = Engine(prepared, plain_program(components, resources), lambda _: None).preview()
    print(json.dumps({"changes": [{"type": change.type} for change in result.changed]}))


def seconds(command: list[str], home: str) -> tuple[float, list[str]]:
    """Wall time of a process, and the types of the resources that it previewed."""
    environment = {**os.environ, "POOLWRIGHT_HOME": home, "PYTHONPATH": str(ROOT)}
    # Where it is set, every run compiles the SDK anew, which is no part of a preview.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - begin
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return taken, [change["type"] for change in answer["changes"]]


def main() -> None:
    """Prints times and quotients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="prod")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--plain", nargs=2, type=int, metavar=("COMPONENTS", "RESOURCES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain is not None:
        preview_plain(options.stack, *options.plain)
        return
    stack_command = [sys.executable, "-m", "poolwright", "preview", options.stack, "--cloud", "sandbox", "--json"]
    plain_command = [sys.executable, __file__, "--stack", options.stack, "--plain"]
    with tempfile.TemporaryDirectory() as home:
        _, types = seconds(stack_command, home)
        components = sum(not name.startswith(("aws:", "pulumi:")) for name in types)
        resources = sum(name.startswith("aws:") for name in types)
        plain_command += [str(components), str(resources)]
        _, plain_types = seconds(plain_command, home)
        if len(plain_types) != len(types):
            raise SystemExit(f"{len(types)} resources can't be compared with {len(plain_types)}")
        pairs = [(seconds(stack_command, home)[0], seconds(plain_command, home)[0]) for _ in range(options.runs)]
    print(
        f"{len(types)} resources ({resources} of the cloud, {components} components, provider and stack), "
        f"{options.runs} pairs after a warm-up, {os.cpu_count()} cores"
    )
    mine, plain = zip(*pairs, strict=True)
    rows = (
        (f"preview {options.stack}, s", mine),
        ("as many plain resources, s", plain),
        ("quotient of a pair", [first / second for first, second in pairs]),
    )
    print(f"{'':28} {'least':>7} {'median':>7} {'most':>7}")
    for name, values in rows:
        print(f"{name:28} {min(values):7.2f} {median(values):7.2f} {max(values):7.2f}")


if __name__ == "__main__":
    main()
