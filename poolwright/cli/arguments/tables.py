"""Arguments of prices: the tables that plans are made from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from poolwright.cli.options import CatalogFolder, DiscountsFile, Json, stack_names

prices_app = typer.Typer(
    help="Show, refresh, compare and verify the price tables.", no_args_is_help=True, rich_markup_mode=None
)
app = typer.Typer()
app.add_typer(prices_app, name="prices")


@prices_app.command("show")
def prices_show(
    region: Annotated[str | None, typer.Option(help="us-east-1, eu-west-1, …; all by default.")] = None,
    machine_type: Annotated[str | None, typer.Option("--type", help="c7g.large, or a pattern: c7g.*")] = None,
    purchase_option: Annotated[str | None, typer.Option("--option", help="on-demand, spot, …")] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
    discounts: DiscountsFile = None,
) -> None:
    """Prices by machine type, region, zone and purchase option, with source and date."""
    from poolwright.cli import prices as command

    command.show(
        region=region,
        machine_type=machine_type,
        purchase_option=purchase_option,
        as_json=as_json,
        catalog=catalog,
        discounts=discounts,
    )


@prices_app.command("verify")
def prices_verify(
    region: Annotated[str | None, typer.Option(help="us-east-1, eu-west-1, …; all by default.")] = None,
    max_age_days: Annotated[
        int | None,
        typer.Option("--max-age-days", min=0, help="End with code 4 when a table's newest price is older."),
    ] = None,
    jump: Annotated[float, typer.Option("--jump", metavar="PERCENT", min=0, help="A price further off is odd.")] = 10,
    against: Annotated[
        str | None, typer.Option("--against", metavar="OLD", help="The tables before: a folder or a git revision.")
    ] = None,
    gate: Annotated[bool, typer.Option("--gate", help="End with code 5 when a price is odd.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="Day that ages count from; today, UTC."),
    ] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """How old the tables are, what they lack, what was left out of them, and which prices are odd."""
    from poolwright.cli import prices_verify as command

    command.run(
        region=region,
        max_age_days=max_age_days,
        jump_percent=jump,
        against=against,
        gate=gate,
        as_json=as_json,
        catalog=catalog,
        today=None if on is None else on.date(),
    )


@prices_app.command("refresh")
def prices_refresh(
    region: Annotated[
        list[str] | None, typer.Option(help="us-east-1, eu-west-1, …; all of the catalog by default. Repeatable.")
    ] = None,
    spot: Annotated[bool, typer.Option("--spot/--no-spot", help="Also spot prices by zone.")] = True,
    spot_days: Annotated[
        int, typer.Option("--spot-days", min=1, max=90, help="Days of spot history that a mean is of.")
    ] = 14,
    spot_step: Annotated[
        float, typer.Option("--spot-step", metavar="PERCENT", min=0, help="Spot prices that moved by less stay.")
    ] = 3,
    savings_plans: Annotated[
        bool, typer.Option("--savings-plans/--no-savings-plans", help="Also the rates of savings plans.")
    ] = True,
    write: Annotated[bool, typer.Option("--write", help="Change the tables; without it, only say what would.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="Day of the answers; today, UTC."),
    ] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Bring AWS's prices, spot history and new machine types into the tables; needs the extra `aws`."""
    from poolwright.cli import prices_refresh as command

    command.run(
        regions=region or (),
        spot=spot,
        spot_days=spot_days,
        spot_step_percent=spot_step,
        savings_plans=savings_plans,
        write=write,
        as_json=as_json,
        catalog=catalog,
        on=None if on is None else on.date(),
    )


@prices_app.command("diff")
def prices_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A catalog folder, or a git revision: HEAD, v0.3.0, …")],
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="Likewise; the catalog in use by default.")] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            "--stack", help="Also say what becomes of this stack's plan. Repeatable.", autocompletion=stack_names
        ),
    ] = None,
    all_stacks: Annotated[bool, typer.Option("--all-stacks", help="The same for each stack of the project.")] = False,
    as_json: Json = False,
) -> None:
    """What moved between two catalogs, what is new, what is gone, and whose plan that turns. Nothing is written."""
    from poolwright.cli import prices_diff as command

    command.run(old, new, stacks=stack or (), all_stacks=all_stacks, as_json=as_json)
