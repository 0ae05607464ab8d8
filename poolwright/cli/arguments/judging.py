"""Arguments of check, controls: what is asked before something is built."""

from __future__ import annotations

import typer

from poolwright.cli.options import CloudName, Json, On, Stack

app = typer.Typer()


@app.command()
def check(
    stack: Stack,
    cloud: CloudName = "sandbox",
    on: On = None,
    as_json: Json = False,
) -> None:
    """Judge the approved plan and what `up` would do: security, cost, changes. Ends with code 5 on a refusal."""
    from poolwright.cli import check as command

    raise typer.Exit(command.run(stack, cloud=cloud, on=on, as_json=as_json))


@app.command()
def controls(stack: Stack, on: On = None, as_json: Json = False) -> None:
    """Say for each control of the compliance profile what covers it, what shows that, and what it costs."""
    from poolwright.cli import controls as command

    raise typer.Exit(command.run(stack, on=on, as_json=as_json))
