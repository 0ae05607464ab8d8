"""The `poolwright` command: its arguments, and one line to the module that does the work.

Nothing but the argument parser is imported here, so that `poolwright --help` and shell completion answer at once; a
command imports its own module when it runs. How a command ends is decided in one place, `run`: a PoolwrightError
becomes text on standard error (with `--json`, also an object on standard output) and its exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from poolwright.cli import console
from poolwright.cli.options import CatalogFolder, CloudName, Json, On, Packs, Replan, Stack, Yes, demand_keys

# typer carries its own copy of its parser, whose errors have no public name but this class's base.
_UsageError: Any = cast("Any", typer.BadParameter).__mro__[1]

app = typer.Typer(
    name="poolwright",
    help="Plans the cheapest pools that provably hold what a stack needs, and builds them with Pulumi.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
prices_app = typer.Typer(help="Show the price tables.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(prices_app, name="prices")


@app.command()
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


@app.command()
def preview(
    stack: Stack,
    cloud: CloudName = "sandbox",
    as_json: Json = False,
    replan: Replan = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Look first at what was changed outside of Pulumi; `up` would undo it.")
    ] = False,
    policy_pack: Packs = None,
) -> None:
    """Show what `up` would create, change, replace and delete."""
    from poolwright.cli import engine_commands as command

    command.preview(stack, cloud=cloud, as_json=as_json, replan=replan, refresh=refresh, packs=policy_pack or ())


@app.command()
def up(
    stack: Stack,
    cloud: CloudName = "sandbox",
    as_json: Json = False,
    replan: Replan = False,
    yes: Yes = False,
    policy_pack: Packs = None,
) -> None:
    """Build the stack as its lock says. On AWS it previews and asks first."""
    from poolwright.cli import engine_commands as command

    command.up(stack, cloud=cloud, as_json=as_json, replan=replan, yes=yes, packs=policy_pack or ())


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


@app.command()
def check(
    stack: Stack,
    cloud: CloudName = "sandbox",
    on: On = None,
    as_json: Json = False,
) -> None:
    """Judge the approved plan and what `up` would do: security, cost, changes. Ends with code 5 on a refusal."""
    from poolwright.cli import check as command

    raise typer.Exit(command.run(stack, cloud=cloud, on=on, as_json=as_json))


@app.command()
def controls(stack: Stack, on: On = None, as_json: Json = False) -> None:
    """Say for each control of the compliance profile what covers it, what shows that, and what it costs."""
    from poolwright.cli import controls as command

    raise typer.Exit(command.run(stack, on=on, as_json=as_json))


@app.command()
def ansible(
    stack: Stack,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files go.")] = Path("ansible"),
    as_json: Json = False,
) -> None:
    """Write an Ansible inventory and play that prepare the hosts of a stack's Docker sites."""
    from poolwright.cli import ansible as command

    command.run(stack, out=out, as_json=as_json)


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


@app.command()
def doctor(
    as_json: Json = False,
    get: Annotated[bool, typer.Option("--get", help="Fetch or build the Pulumi CLI where it is missing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what is done or missing.")] = False,
    clear_cache: Annotated[
        bool, typer.Option("--clear-cache", help="Remove the downloaded or built Pulumi CLI first.")
    ] = False,
) -> None:
    """Say what is installed, what is missing, and how to get it."""
    from poolwright.cli import doctor as command

    command.run(as_json=as_json, get=get, quiet=quiet, clear_cache=clear_cache)


@app.command()
def env(stack: Stack, cloud: CloudName = "sandbox", as_json: Json = False) -> None:
    """Print the environment for plain `pulumi` commands: eval "$(poolwright env dev)"."""
    from poolwright.cli import env as command

    command.run(stack, cloud=cloud, as_json=as_json)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="demand, plan, lock, explanation, check or controls.")] = "demand",
) -> None:
    """Print the JSON Schema of a file format."""
    from poolwright.cli import schema as command

    command.run(kind)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    from solver.errors import ConfigError, ExitCode, PoolwrightError, Problem

    as_json = "--json" in arguments
    try:
        # Outside standalone mode the parser returns the code of a typer.Exit, and raises what it would have printed.
        ended: Any = cast("Any", app)(args=list(arguments), prog_name="poolwright", standalone_mode=False)
    except PoolwrightError as error:
        console.print_error(error, as_json=as_json)
        return int(error.exit_code)
    except _UsageError as error:
        mistake: Any = error
        message = str(mistake.format_message())
        if message.startswith("Usage:"):
            # A bare command group: its help is the answer.
            console.say(message)
        else:
            usage = None if mistake.ctx is None else str(mistake.ctx.get_usage())
            console.print_error(ConfigError([Problem(file="", allowed=message, hint=usage)]), as_json=as_json)
        return int(ExitCode.BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        console.say("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of standard output has gone, as with `| head`.
        console.drop_stdout()
        return 141
    return ended if isinstance(ended, int) else int(ExitCode.DONE)


def main() -> None:
    """The entry point of the `poolwright` script."""
    raise SystemExit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
