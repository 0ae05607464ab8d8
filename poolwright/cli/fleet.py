"""`poolwright fleet plan`: many stacks planned together, with what one organisation buys for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from poolwright.cli.console import say
from poolwright.engine.project import find_project
from solver.errors import ConfigError, ExitCode, GateError, Problem
from solver.inputs import shown

if TYPE_CHECKING:
    from solver.fleet.stack import Ask


def plan(
    targets: Sequence[str],
    *,
    all_stacks: bool = False,
    as_json: bool = False,
    catalog: Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    scenarios: int = 0,
    seed: int = 0,
    once: bool = False,
    thorough: bool = False,
    write: bool = False,
    solver_name: str = "highs",
) -> None:
    """Prints the plan of a fleet; with `write` also `fleet.plan.json` beside its file, or in the project's folder.

    GateError (exit code 5) when it costs more than the file's budget; the data are printed first.
    """
    from poolwright.fleet.sources import fleet_of
    from solver.fleet.plan import plan_fleet
    from solver.fleet.scenarios import Draws

    draws = Draws(scenarios, seed) if scenarios else None
    root, named = _named(targets, all_stacks=all_stacks)
    source = fleet_of(root, named, catalog=catalog, thorough=thorough, solver_name=solver_name, draws=draws)
    with _asking(scheduler, min(workers, len(source.fleet.stacks))) as ask:
        found = plan_fleet(source.fleet, ask=ask, again=not once)
    text = found.model_dump_json(indent=2)
    if write:
        path = root / "fleet.plan.json" if source.path is None else source.path.with_suffix(".plan.json")
        same = path.is_file() and path.read_text(encoding="utf-8") == text + "\n"
        path.write_text(text + "\n", encoding="utf-8")
        say(f"{shown(path.resolve())}: {'unchanged' if same else 'written'}")
    if as_json:
        print(text)
    else:
        from poolwright.render.fleet_view import fleet_view
        from poolwright.render.screen import screen

        screen().print(fleet_view(found))
    budget = None if source.file is None else source.file.budget_usd_per_month
    cost = found.proof.cost_usd_per_month
    if budget is not None and cost > budget:
        problem = source.problem(("budget_usd_per_month",), f"{cost:.2f} or more would do")
        error = GateError(f"the stacks cost more than the fleet's budget: {problem}")
        if not as_json:
            raise error
        say(f"error: {error}")
        raise typer.Exit(int(ExitCode.REFUSED))


def _asking(scheduler: str | None, workers: int) -> AbstractContextManager[Ask]:
    """In this process, in several of this machine, or on the workers of a scheduler."""
    if scheduler is None:
        from poolwright.fleet.processes import processes

        return processes(workers)
    from poolwright.fleet.machines import machines

    return machines(scheduler, workers)


def _named(targets: Sequence[str], *, all_stacks: bool) -> tuple[Path, list[str]]:
    """The project's folder and what is planned: what was named, all stacks, or the project's fleet file."""
    from solver.demand.fleet import FILE
    from solver.demand.loader import stack_names

    if targets and all_stacks:
        allowed = "either stacks, a fleet file or --all-stacks is allowed"
        raise ConfigError([Problem(file="", path="--all-stacks", found=" ".join(targets), allowed=allowed)])
    if len(targets) == 1 and targets[0].endswith((".yaml", ".yml")):
        return Path(targets[0]).resolve().parent, list(targets)
    root = find_project().root
    if all_stacks:
        return root, stack_names(root)
    if targets:
        return root, list(targets)
    if (root / FILE).is_file():
        return root, [str(root / FILE)]
    allowed = f"a fleet file, stacks by name or --all-stacks is allowed; {shown(root)} has no {FILE}"
    raise ConfigError([Problem(file="", path="TARGET", allowed=allowed)])
