"""Arguments of fleet: many stacks at once."""

from __future__ import annotations

from typing import Annotated

import typer

from poolwright.cli.options import CatalogFolder, Json, stack_names

fleet_app = typer.Typer(
    help="Plan many stacks together, with what one organisation buys for them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app = typer.Typer()
app.add_typer(fleet_app, name="fleet")


@fleet_app.callback()
def fleet() -> None:
    """Plan many stacks together, with what one organisation buys for them."""


@fleet_app.command("plan")
def fleet_plan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FLEET.yaml | STACK...]",
            help="A fleet file, or stacks of this project; its fleet.yaml by default.",
            autocompletion=stack_names,
        ),
    ] = None,
    all_stacks: Annotated[bool, typer.Option("--all-stacks", help="Every stack of this project.")] = False,
    as_json: Json = False,
    catalog: CatalogFolder = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that stacks are planned in.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler, tcp://10.0.0.5:8786; local: one for --workers."),
    ] = None,
    scenarios: Annotated[
        int, typer.Option(min=0, max=10000, help="Weeks of other loads and losses that are asked too.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="What scenarios are drawn from.")] = 0,
    once: Annotated[
        bool, typer.Option("--once", help="Ask no stack again at the organisation's prices: half the work.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Search each stack as `poolwright plan` does; takes much longer.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the plan beside the fleet file.")] = False,
) -> None:
    """Plan stacks together: what each costs, what to buy for all of them, and what nothing costs less than."""
    from poolwright.cli import fleet as command

    command.plan(
        targets or (),
        all_stacks=all_stacks,
        as_json=as_json,
        catalog=catalog,
        workers=workers,
        scheduler=scheduler,
        scenarios=scenarios,
        seed=seed,
        once=once,
        thorough=thorough,
        write=write,
    )
