"""Arguments of doctor, env, schema: what a machine, a shell, an editor need."""

from __future__ import annotations

from typing import Annotated

import typer

from poolwright.cli.options import CloudName, Json, Stack

app = typer.Typer()


@app.command()
def doctor(
    as_json: Json = False,
    get: Annotated[bool, typer.Option("--get", help="Fetch or build the Pulumi CLI where it is missing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what is done or missing.")] = False,
    clear_cache: Annotated[
        bool, typer.Option("--clear-cache", help="Remove the downloaded or built Pulumi CLI first.")
    ] = False,
    docker: Annotated[
        bool, typer.Option("--docker", help="Only see that a Docker Engine answers: code 2 where none does.")
    ] = False,
) -> None:
    """Say what is installed, what is missing, and how to get it."""
    from poolwright.cli import doctor as command

    command.run(as_json=as_json, get=get, quiet=quiet, clear_cache=clear_cache, docker=docker)


@app.command()
def env(stack: Stack, cloud: CloudName = "sandbox", as_json: Json = False) -> None:
    """Print the environment for plain `pulumi` commands: eval "$(poolwright env dev)"."""
    from poolwright.cli import env as command

    command.run(stack, cloud=cloud, as_json=as_json)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="demand, plan, lock, explanation, check, controls or review.")] = "demand",
) -> None:
    """Print the JSON Schema of a file format."""
    from poolwright.cli import schema as command

    command.run(kind)
