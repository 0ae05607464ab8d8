"""Arguments of rollback, history: going back to what ran before."""

from __future__ import annotations

from typing import Annotated

import typer

from poolwright.cli.options import CloudName, Json, Stack, Yes

app = typer.Typer()

Day = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day for the history; today.")]
By = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who, for the history; git's user.name.")]


@app.command()
def rollback(
    stack: Stack,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="RELEASE|LOCK|REV", help="Where to; the last good lock but the one that runs."),
    ] = None,
    cloud: CloudName = "sandbox",
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the history.")] = None,
    on: Day = None,
    by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Build what the stack ran before, exactly as its lock was then, and ask the smoke tests.

    A stack with a release file gets the release and the lock of then back in the files too.
    """
    from poolwright.cli import rollback as command

    code = command.run(
        stack, to=to, cloud=cloud, reason=reason, on=on, by=by, dry_run=dry_run, yes=yes, as_json=as_json
    )
    raise typer.Exit(code)


@app.command()
def history(
    stack: Stack,
    record: Annotated[bool, typer.Option("--record", help="Add that the stack's lock ran, and how that went.")] = False,
    healthy: Annotated[
        bool | None, typer.Option("--healthy/--unhealthy", help="What the smoke tests said, with --record.")
    ] = None,
    on: Day = None,
    by: By = None,
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="REV", help="The git revision, with --record.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what the stack was made to run, newest last: promotions, rollbacks, runs that were recorded."""
    from poolwright.cli import history as command

    command.run(stack, record=record, healthy=healthy, on=on, by=by, revision=revision, as_json=as_json)
