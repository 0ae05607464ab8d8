"""Arguments of prices: the tables that plans are made from."""

from __future__ import annotations

from typing import Annotated

import typer

from poolwright.cli.options import CatalogFolder, Json

prices_app = typer.Typer(help="Show the price tables.", no_args_is_help=True, rich_markup_mode=None)
app = typer.Typer()
app.add_typer(prices_app, name="prices")


@prices_app.command("show")
def prices_show(
    region: Annotated[str | None, typer.Option(help="us-east-1, eu-west-1, …; all by default.")] = None,
    machine_type: Annotated[str | None, typer.Option("--type", help="c7g.large, or a pattern: c7g.*")] = None,
    purchase_option: Annotated[str | None, typer.Option("--option", help="on-demand, spot, …")] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Prices by machine type, region, zone and purchase option, with source and date."""
    from poolwright.cli import prices as command

    command.show(
        region=region, machine_type=machine_type, purchase_option=purchase_option, as_json=as_json, catalog=catalog
    )


@prices_app.command("verify")
def prices_verify(
    region: Annotated[str | None, typer.Option(help="us-east-1, eu-west-1, …; all by default.")] = None,
    max_age_days: Annotated[
        int | None, typer.Option("--max-age-days", help="End with code 4 when a table's newest price is older.")
    ] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """What the tables lack, what was left out of them, and how old they are."""
    from poolwright.cli import prices as command

    command.verify(region=region, max_age_days=max_age_days, as_json=as_json, catalog=catalog)
