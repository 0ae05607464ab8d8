"""Arguments of forecast, suggest, autopilot: what measured loads say of the weeks to come."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import Json, Stack

app = typer.Typer()

From = Annotated[
    Path, typer.Option("--from", metavar="FILE", help="Measured loads: a CSV file of time,workload,load_per_second.")
]


@app.command()
def forecast(
    stack: Stack,
    source: From,
    levels: Annotated[
        list[float] | None,
        typer.Option("--level", help="Part of all such hours that stay below; 0.5 to 0.999 by default. Repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what each service will be asked for in the week after its measured hours, and how sure that is."""
    from poolwright.cli import forecast as command

    command.run(stack, source, levels=levels or (), as_json=as_json)
