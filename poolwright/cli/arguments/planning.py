"""Arguments of plan, explain, whatif, compare, replay: what is asked of the solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolwright.cli.all_stacks import HELP
from poolwright.cli.options import CatalogFolder, DiscountsFile, Json, On, Stack, demand_keys

app = typer.Typer()


@app.command(epilog=HELP)
def plan(
    stack: Stack,
    as_json: Json = False,
    demand: Annotated[Path | None, typer.Option(help="Another demand file for the stack.")] = None,
    catalog: CatalogFolder = None,
    write: Annotated[bool, typer.Option("--write", help="Write the stack's lock.")] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only say whether the lock is fresh (code 4: no) and its waivers count (code 5: no)."
        ),
    ] = False,
    on: On = None,
    separate: Annotated[
        bool, typer.Option("--separate", help="Also say what pool by pool would cost; takes twice as long.")
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            min=0,
            help="Print the best plan found by then; it may be another one on another machine.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write also what a time limit cut short.")] = False,
    discounts: DiscountsFile = None,
) -> None:
    """Solve, and print, write or verify the lock."""
    from poolwright.cli import plan as command

    command.run(
        stack,
        as_json=as_json,
        demand=demand,
        catalog=catalog,
        write=write,
        check=check,
        on=on,
        separate=separate,
        time_limit=time_limit,
        force=force,
        discounts=discounts,
    )


@app.command()
def explain(
    stack: Stack,
    workload: Annotated[str | None, typer.Argument(help="One workload; all of them by default.")] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only what needs no other plan: a few seconds.")] = False,
) -> None:
    """Say what binds, why this machine, the next best, what each guarantee costs: solves some twenty other plans."""
    from poolwright.cli import explain as command

    command.run(stack, workload, as_json=as_json, catalog=catalog, quick=quick)


@app.command()
def whatif(
    stack: Stack,
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE...",
            help="workloads.search.headroom=0.3, limits.node_groups=4, prices.g6.xlarge=+10%, …",
            autocompletion=demand_keys,
        ),
    ],
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Say what other values of a stack's keys, or other prices, would change. Nothing is written."""
    from poolwright.cli import whatif as command

    raise typer.Exit(command.run(stack, changes, as_json=as_json, catalog=catalog))


@app.command()
def compare(
    stack: Stack,
    cloud: Annotated[
        list[str] | None, typer.Option("--cloud", help="aws, azure, gcp, oci; all by default. Repeatable.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Regions of any cloud; all by default. Repeatable.")
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option("--country", help="Only places there: DE, IE, … Repeatable.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="The site that is moved, of a stack with several.")] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Say what the same demand costs in other regions, and on other clouds for comparison. Nothing is written."""
    from poolwright.cli import compare as command

    command.run(
        stack,
        clouds=cloud or (),
        regions=region or (),
        countries=country or (),
        site=site,
        as_json=as_json,
        catalog=catalog,
    )


@app.command()
def replay(
    stack: Stack,
    factor: Annotated[
        list[float] | None, typer.Option("--factor", help="Times the demand; 1, 1.2 and 1.5 by default. Repeatable.")
    ] = None,
    pools: Annotated[
        int | None,
        typer.Option("--pools", min=0, help="Spot pools lost; each service's spot_pools by default."),
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="End with code 5 when something that the demand promises is not served.")
    ] = False,
    demand: Annotated[Path | None, typer.Option(help="Another demand file, which the lock is to hold.")] = None,
    as_json: Json = False,
    catalog: CatalogFolder = None,
) -> None:
    """Say what the lock serves of the demand, of more than that, and when a zone or spot pools are lost."""
    from poolwright.cli import replay as command

    command.run(stack, factors=factor or (), pools=pools, demand=demand, catalog=catalog, gate=gate, as_json=as_json)
