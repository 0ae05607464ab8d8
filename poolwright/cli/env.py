"""`poolwright env`: the environment in which plain `pulumi` commands work on a stack."""

from __future__ import annotations

from poolwright.cli import console
from poolwright.cli.engine_commands import parse_cloud
from poolwright.engine import cli_binary, environment
from poolwright.engine.project import find_project


def run(stack: str, *, cloud: str, as_json: bool) -> None:
    """Prints lines for a POSIX shell's `eval`, or JSON; makes what they point to."""
    project = find_project()
    chosen = parse_cloud(cloud)
    project.require_stack(stack)
    with console.data_alone():
        prepared = environment.prepare(project, stack, chosen, cli_binary.ensure(console.say))
    if as_json:
        console.print_json(
            {
                "stack": stack,
                "cloud": chosen.value,
                "path": [str(folder) for folder in prepared.path],
                "set": dict(prepared.variables),
                "unset": list(prepared.removed),
            }
        )
        return
    for line in prepared.shell_lines():
        print(line)
