"""Arguments of preview, up, refresh, destroy: what is asked of the Pulumi engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.all_stacks import HELP
from poolwright.cli.options import CloudName, Json, Packs, Replan, Stack, Yes

app = typer.Typer()


@app.command(epilog=HELP)
def preview(
    stack: Stack,
    cloud: CloudName = "sandbox",
    as_json: Json = False,
    replan: Replan = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Look first at what was changed outside of Pulumi; `up` would undo it.")
    ] = False,
    policy_pack: Packs = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Also write it to a file, for `report --preview`.")
    ] = None,
    save_plan: Annotated[
        Path | None,
        typer.Option(
            "--save-plan", metavar="FILE", help="Also write Pulumi's update plan, which `up --plan` is held to."
        ),
    ] = None,
) -> None:
    """Show what `up` would create, change, replace and delete."""
    from poolwright.cli import engine_commands as command

    command.preview(
        stack,
        cloud=cloud,
        as_json=as_json,
        replan=replan,
        refresh=refresh,
        packs=policy_pack or (),
        save=save,
        save_plan=save_plan,
    )


@app.command(epilog=HELP)
def up(
    stack: Stack,
    cloud: CloudName = "sandbox",
    as_json: Json = False,
    replan: Replan = False,
    yes: Yes = False,
    policy_pack: Packs = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Do nothing that this update plan does not have (code 4).",
        ),
    ] = None,
    expect_lock: Annotated[
        str | None,
        typer.Option(
            "--expect-lock",
            metavar="DIGEST",
            envvar="POOLWRIGHT_EXPECT_LOCK",
            help="Build nothing from another lock than the one reviewed (code 4).",
        ),
    ] = None,
    expect_revision: Annotated[
        str | None,
        typer.Option(
            "--expect-revision",
            metavar="REV",
            envvar="POOLWRIGHT_EXPECT_REVISION",
            help="Build nothing from another git revision, or from changed files (code 4).",
        ),
    ] = None,
    no_rollback: Annotated[
        bool, typer.Option("--no-rollback", help="When smoke tests fail, leave the stack as it is.")
    ] = False,
) -> None:
    """Build the stack as its lock says, then ask its smoke tests. On AWS it previews and asks first.

    When the smoke tests fail, the lock that ran before is built again, and the command ends with code 5.
    """
    from poolwright.cli import engine_commands as command
    from poolwright.release.expectation import Expected

    code = command.up(
        stack,
        cloud=cloud,
        as_json=as_json,
        replan=replan,
        yes=yes,
        packs=policy_pack or (),
        plan=plan,
        expected=Expected(lock=expect_lock, revision=expect_revision),
        roll_back=not no_rollback,
    )
    raise typer.Exit(code)


@app.command()
def refresh(stack: Stack, cloud: CloudName = "sandbox", as_json: Json = False, yes: Yes = False) -> None:
    """Read the state of the stack's resources from the cloud anew."""
    from poolwright.cli import engine_commands as command

    command.refresh(stack, cloud=cloud, as_json=as_json, yes=yes)


@app.command()
def destroy(
    stack: Stack,
    cloud: CloudName = "sandbox",
    as_json: Json = False,
    yes: Yes = False,
    with_data: Annotated[
        bool, typer.Option("--with-data", help="Delete protected data too. Asks for the stack's name, or takes --yes.")
    ] = False,
) -> None:
    """Delete the stack's resources, except its data.

    Buckets, volumes, file systems and keys are protected: they, and what they can't be without, are kept and listed.
    With --with-data the protection is taken off first and everything is deleted, for good.
    """
    from poolwright.cli import engine_commands as command

    command.destroy(stack, cloud=cloud, as_json=as_json, yes=yes, with_data=with_data)
