"""The `poolwright` command: its groups of commands, and how a command ends.

Nothing but the argument parser is imported here, so that `poolwright --help` and shell completion answer at once; a
command imports its own module when it runs. How a command ends is decided in one place, `run`: a PoolwrightError
becomes text on standard error (with `--json`, also an object on standard output) and its exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import typer

from poolwright.cli import all_stacks, console
from poolwright.cli.arguments import (
    building,
    fleets,
    forecasting,
    hosts,
    images,
    judging,
    observing,
    pipelines,
    planning,
    releasing,
    returning,
    setting_up,
    tables,
)

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
for _group in (
    planning,
    observing,
    fleets,
    forecasting,
    building,
    judging,
    releasing,
    returning,
    pipelines,
    images,
    hosts,
    tables,
    setting_up,
):
    app.add_typer(_group.app)


@cache
def _parser() -> Any:
    """Made once, however many command lines a process runs: it takes longer than many of them."""
    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    from solver.errors import ConfigError, ExitCode, PoolwrightError, Problem

    as_json = "--json" in arguments
    try:
        if all_stacks.FLAG in arguments and not all_stacks.has_it_itself(arguments):
            return all_stacks.run(arguments)
        # Outside standalone mode the parser returns the code of a typer.Exit, and raises what it would have printed.
        ended: Any = _parser()(args=list(arguments), prog_name="poolwright", standalone_mode=False)
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
    except BrokenPipeError:
        # The reader of standard output has gone, as with `| head`.
        console.drop_stdout()
        return 141
    except OSError as error:
        # A BrokenPipeError is one as well, but has a clause of its own above. Without a file's name it is none that a
        # user could act on.
        if error.filename is None:
            raise
        place = " → ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
        console.print_error(PoolwrightError(f"{place}: {error.strerror or error}"), as_json=as_json)
        return int(ExitCode.FAILED)
    except (KeyboardInterrupt, typer.Abort):
        console.say("interrupted")
        return 130
    return ended if isinstance(ended, int) else int(ExitCode.DONE)


def main() -> None:
    """The entry point of the `poolwright` script."""
    raise SystemExit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
