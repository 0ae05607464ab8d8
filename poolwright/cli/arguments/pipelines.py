"""Arguments of pipeline: what a CI system is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import Json, stack_names
from poolwright.render.ci_systems import CISystem

app = typer.Typer()


@app.command()
def pipeline(
    system: Annotated[CISystem, typer.Argument(help="Where it runs.")],
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FOLDER", help="Write the files below the repository's folder.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FOLDER", help="Only say whether the files below it are these; code 4: no."),
    ] = None,
    stacks: Annotated[
        list[str] | None,
        typer.Option(
            "--stack",
            help="A stack, in the order of promotion; those of stacks/promotion.yaml where none is named. Repeatable.",
            autocompletion=stack_names,
        ),
    ] = None,
    approve: Annotated[
        list[str] | None,
        typer.Option("--approve", metavar="STACK", help="Somebody approves before its `up`. Repeatable."),
    ] = None,
    branch: Annotated[str, typer.Option("--branch", help="What is merged here is applied.")] = "main",
    as_json: Json = False,
) -> None:
    """Write a CI system's pipelines: review, delivery from stack to stack, promotion, nightly drift."""
    from poolwright.cli import pipeline as command

    command.run(
        system, write=write, check=check, stacks=stacks or (), approve=approve or (), branch=branch, as_json=as_json
    )
