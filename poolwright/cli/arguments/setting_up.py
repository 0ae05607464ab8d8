"""Arguments of doctor, env, schema: what a machine, a shell, an editor need."""

from __future__ import annotations

from typing import Annotated

import typer

from poolwright.cli.options import CloudName, Json, Stack, stack_names

app = typer.Typer()
state = typer.Typer(help="Where Pulumi keeps the state of stacks on AWS.", no_args_is_help=True)
app.add_typer(state, name="state")


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


@state.command()
def bootstrap(
    region: Annotated[str, typer.Option("--region", help="The bucket's region.")],
    stacks: Annotated[
        list[str] | None,
        typer.Option("--stack", help="A stack whose state goes there. Repeatable.", autocompletion=stack_names),
    ] = None,
    bucket: Annotated[str | None, typer.Option("--bucket", help="Its name; made of account and region.")] = None,
    grant: Annotated[
        list[str] | None,
        typer.Option("--grant", metavar="STACK", help="A stack whose roles for CI exist: they may use it. Repeatable."),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Stop where the credentials are of another account.")
    ] = None,
    object_lock_days: Annotated[
        int, typer.Option("--object-lock-days", min=0, help="Days for which nobody deletes a version; 0: no lock.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Make a bucket for Pulumi's state, and a key for the secrets of each stack; again, what of them has changed."""
    from poolwright.cli import state as command

    command.run(
        bucket=bucket,
        region=region,
        stacks=stacks or (),
        grant=grant or (),
        account=account,
        object_lock_days=object_lock_days,
        as_json=as_json,
    )
