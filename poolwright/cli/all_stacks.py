"""`--all-stacks` in the place of a stack: the command for each stack of the project, one table, one exit code.

Each stack has a process of its own, since Pulumi's SDK runs one program at a time. What is printed does not depend on
which ended first: a stack comes after those whose outputs it reads, and after those before it in the promotion order.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poolwright.cli import console

if TYPE_CHECKING:
    from poolwright.cli.stack_runs import Run

FLAG = "--all-stacks"
CHANGING = ("up",)
"""Commands in which a stack waits for those before it, and is not begun when one of them failed."""
COMMANDS = ("plan", "preview", "up", "check", "drift")
HELP = f"With {FLAG} instead of STACK: for each stack of the project (--jobs N at once, --but STACK leaves one out)."
OWN = (("prices", "diff"), ("report",), ("fleet", "plan"))
"""Commands that have an option of that name: they print one answer for all stacks."""
WORST_FIRST = (130, 6, 1, 2, 3, 4, 5)
"""Exit codes in the order in which someone has to act: interrupted, half built, failed, then what touched nothing."""


def worst(codes: Sequence[int]) -> int:
    """The code of them all: the first of WORST_FIRST that a stack ended with; 0 when all did."""
    others = sorted(code for code in codes if code and code not in WORST_FIRST)
    return next((code for code in (*WORST_FIRST, *others) if code in codes), 0)


def has_it_itself(arguments: Sequence[str]) -> bool:
    """Whether the command line is one of OWN."""
    return any(tuple(arguments[: len(own)]) == own for own in OWN)


def run(arguments: Sequence[str]) -> int:
    """Runs a command line with the flag in it and gives its exit code; ConfigError for what is none of COMMANDS."""
    answered: list[int] = []

    def each(
        context: typer.Context,
        command: str,
        all_stacks: Annotated[bool, typer.Option(FLAG)] = False,
        jobs: Annotated[int, typer.Option("--jobs", min=1)] = os.cpu_count() or 1,
        but: Annotated[list[str] | None, typer.Option("--but", metavar="STACK")] = None,
        as_json: Annotated[bool, typer.Option("--json")] = False,
    ) -> None:
        del all_stacks
        answered.append(_run(command, context.args, jobs=jobs, but=but or [], as_json=as_json))

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(each)
    called: Any = app
    called(args=list(arguments), prog_name="poolwright", standalone_mode=False)
    return answered[0]


def _run(command: str, options: Sequence[str], *, jobs: int, but: Sequence[str], as_json: bool) -> int:
    from poolwright.cli.stack_order import stacks_in_order
    from poolwright.cli.stack_runs import run_all
    from poolwright.engine.project import find_project
    from solver.errors import ConfigError, Problem

    project = find_project()
    problems: list[Problem] = []
    if command not in COMMANDS:
        allowed = f"one of {', '.join(COMMANDS)} is allowed with {FLAG}"
        problems.append(Problem(file="", path="command", found=command, allowed=allowed))
    known = project.stack_names()
    problems += [
        Problem(file="", path="--but", found=name, allowed=f"one of {', '.join(known)} is allowed")
        for name in but
        if name not in known
    ]
    if named := [option for option in options if option in known]:
        problems.append(Problem(file="", path=FLAG, found=named[0], allowed="either a stack or all of them is allowed"))
    if problems:
        raise ConfigError(problems)
    order = stacks_in_order(project, tuple(name for name in known if name not in but))
    after: Mapping[str, tuple[str, ...]] = order if command in CHANGING else dict.fromkeys(order, ())
    runs = run_all(command, options, after, jobs=jobs)
    code = worst([each.exit_code for each in runs if each.exit_code is not None])
    if as_json:
        console.print_json({"command": command, "exit_code": code, "stacks": [_record(each, order) for each in runs]})
        return code
    width = max([len("stack"), *(len(each.stack) for each in runs)])
    print(f"{'stack':<{width}}  code  result")
    for each in runs:
        shown = "-" if each.exit_code is None else str(each.exit_code)
        print(f"{each.stack:<{width}}  {shown:>4}  {each.summary}")
    done = sum(each.exit_code == 0 for each in runs)
    print(f"{done} of {len(runs)} stacks: {command} done" + (f"; the exit code is {code}" if code else ""))
    return code


def _record(run: Run, order: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "stack": run.stack,
        "after": list(order[run.stack]),
        "exit_code": run.exit_code,
        "summary": run.summary,
        "answer": run.answer,
    }
