"""Arguments of forecast, suggest, autopilot: what measured loads say of the weeks to come."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import Json, Stack

app = typer.Typer()

From = Annotated[
    str,
    typer.Option("--from", metavar="SOURCE", help="A CSV file, a folder of them, prometheus:ADDRESS, or cloudwatch."),
]


@app.command()
def forecast(
    stack: Stack,
    source: From,
    levels: Annotated[
        list[float] | None,
        typer.Option("--level", help="Part of all such hours that stay below; 0.5 to 0.999 by default. Repeatable."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write stacks/<stack>.forecast.csv, which loads of the demand may name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what each service will be asked for in the week after its measured hours, and how sure that is."""
    from poolwright.cli import forecast as command

    command.run(stack, source, levels=levels or (), write=write, as_json=as_json)


@app.command()
def suggest(
    stack: Stack,
    source: From,
    write: Annotated[bool, typer.Option("--write", help="Change the stack's file and its traces.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write the pull request's text there, Markdown.")
    ] = None,
    most_up: Annotated[float, typer.Option("--most-up", help="A load becomes at most so many times what it is.")] = 2.0,
    most_down: Annotated[
        float, typer.Option("--most-down", help="A load becomes no less than this part of what it is.")
    ] = 0.8,
    least_change: Annotated[
        float, typer.Option("--least-change", help="Loads that would move by less than this part stay.")
    ] = 0.05,
    cool_down_days: Annotated[
        int, typer.Option("--cool-down-days", help="A load becomes less so many days after it became more.")
    ] = 7,
    quick: Annotated[bool, typer.Option("--quick", help="Solve no plan for each change alone.")] = False,
    as_json: Json = False,
) -> None:
    """Suggest the loads that were measured and are expected, in bounded steps, with what they cost and risk."""
    from poolwright.cli import suggest as command
    from poolwright.observe.suggest.bounds import Bounds

    bounds = Bounds(most_up=most_up, most_down=most_down, least_change=least_change, cool_down_days=cool_down_days)
    code = command.run(stack, source, bounds=bounds, write=write, output=output, quick=quick, as_json=as_json)
    raise typer.Exit(code)


@app.command()
def autopilot(
    stack: Stack,
    source: From,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it runs, for autopilot.window; now.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write the pull request's text there, Markdown.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change loads and the lock within the stack's limits, and print the pull request's text; or say why not."""
    from poolwright.cli import autopilot as command

    raise typer.Exit(command.run(stack, source, at=at, dry_run=dry_run, output=output, as_json=as_json))
