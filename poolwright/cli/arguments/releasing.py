"""Arguments of promote, approvals: what moves a release from stack to stack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.approval_places import ApprovalPlace
from poolwright.cli.options import ApiUrl, CloudName, Json, On, Repository, Stack, stack_names

app = typer.Typer()

From = Annotated[
    str, typer.Argument(metavar="FROM", help="The stack that has the release.", autocompletion=stack_names)
]
To = Annotated[str, typer.Argument(metavar="TO", help="The stack that gets it.", autocompletion=stack_names)]


@app.command()
def promote(
    source: From,
    target: To,
    cloud: CloudName = "sandbox",
    no_preview: Annotated[
        bool, typer.Option("--no-preview", help="Ask no engine: gates that need a preview are not asked.")
    ] = False,
    ask_account: Annotated[
        bool, typer.Option("--ask-account", help="Ask the cloud's account for quotas, and what it knows of the images.")
    ] = False,
    override: Annotated[
        list[str] | None,
        typer.Option("--override", metavar="GATE", help="Go on though this gate says no. Repeatable."),
    ] = None,
    acknowledge: Annotated[
        list[str] | None,
        typer.Option(
            "--acknowledge", metavar="RESOURCE", help="Its replacement or deletion is known; old-* too. Repeatable."
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why a gate is overruled.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for that.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who promotes.")] = None,
    approved_by: Annotated[
        list[str] | None, typer.Option("--approved-by", metavar="NAME", help="Who approved. Repeatable.")
    ] = None,
    approvals_later: Annotated[
        bool,
        typer.Option("--approvals-later", help="Approvals are given to the pull request; `approvals` asks before up."),
    ] = False,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="MOMENT", help="2027-06-30T14:05: for ages, soak and window; now."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Where branch, title and body.md of the pull request go."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say all of it, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Move a release to the next stack: what changes of code and sizes, what the gates say; code 5 on a no."""
    from poolwright.cli import promote as command
    from poolwright.release.options import Words

    code = command.run(
        source,
        target,
        words=Words(
            at=at,
            by=by,
            approved_by=tuple(approved_by or ()),
            approvals_later=approvals_later,
            overrides=tuple(override or ()),
            acknowledged=tuple(acknowledge or ()),
            reason=reason,
            owner=owner,
        ),
        asked=command.Asked(cloud=None if no_preview else cloud, account=cloud if ask_account else None),
        dry_run=dry_run,
        out=out,
        as_json=as_json,
    )
    raise typer.Exit(code)


@app.command()
def approvals(
    stack: Stack,
    place: Annotated[
        ApprovalPlace | None, typer.Option("--from", help="Where they were given, and are read with the job's token.")
    ] = None,
    approved_by: Annotated[
        list[str] | None,
        typer.Option(
            "--approved-by",
            metavar="NAME",
            envvar="POOLWRIGHT_APPROVED_BY",
            help="Who approved besides. Repeatable; the variable takes several, with spaces between.",
        ),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who promotes, and can't approve.")] = None,
    repository: Repository = None,
    api_url: ApiUrl = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say whether as many have approved the stack's lock as stacks/promotion.yaml asks for; code 5 on a no."""
    from poolwright.cli import approvals as command

    code = command.run(
        stack,
        place=place,
        approved_by=tuple(approved_by or ()),
        by=by,
        repository=repository,
        address=api_url,
        on=on,
        as_json=as_json,
    )
    raise typer.Exit(code)
