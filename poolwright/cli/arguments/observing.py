"""Arguments of observe: what was measured, against what is approved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.options import CatalogFolder, Json, Stack

app = typer.Typer()


@app.command()
def observe(
    stack: Stack,
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="SOURCE", help="A CSV file, a folder of them, prometheus:ADDRESS, or cloudwatch."
        ),
    ],
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=1098, help="The last days only; by default all of files, else 28."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="What was measured later is left out.")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", metavar="FILE", help="Queries for Prometheus instead of its defaults.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", help="For cloudwatch: what pulumi stack export writes, instead of asking."
        ),
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", metavar="SEVERITY", help="End with code 5 on findings: refuse, or warn.")
    ] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Also what each service will be asked for next week; some seconds more.")
    ] = False,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Compare what was measured with what is approved: load, replicas, machines, use, latency, money; what to do."""
    from poolwright.cli import observe as command

    code = command.run(
        stack,
        source,
        days=days,
        until=until,
        queries=queries,
        state=state,
        fail_on=fail_on,
        forecast=forecast,
        as_json=as_json,
        catalog=catalog,
    )
    raise typer.Exit(code)
