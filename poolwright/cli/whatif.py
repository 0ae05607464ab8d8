"""`poolwright whatif STACK KEY=VALUE …`: the difference of two plans; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from poolwright.cli.console import print_json, say
from poolwright.cli.plan import standing_lock, with_lines
from poolwright.engine.project import find_project
from solver.errors import ExitCode, InfeasibleError
from solver.inputs import StackInputs, read_inputs

if TYPE_CHECKING:
    from solver.catalog.catalog import Catalog
    from solver.demand.located import Located
    from solver.plan.plan import Plan


def run(
    stack: str,
    arguments: Sequence[str],
    *,
    as_json: bool = False,
    demand: Path | None = None,
    catalog: Path | None = None,
) -> int:
    """Prints what the plan with these keys changes; the exit code is REFUSED (5) when it is over the budget.

    Both plans take the approved one into account, as `poolwright plan` does. InputError (2) names what is wrong with an
    argument; InfeasibleError (3) says that nothing holds the changed demand.
    """
    inputs = read_inputs(find_project().root, stack, demand_file=demand, catalog_path=catalog)
    from poolwright.checks.waivers import more_waivable
    from solver.alternatives import alternative, solve_without_budget
    from solver.model.requirements import check_against_catalog
    from solver.plan.whatif import what_if

    tables = inputs.catalog()
    check_against_catalog(inputs.loaded, tables, more_waivable(inputs.loaded.demand))
    other = alternative(inputs, tables, arguments)
    previous = approved(inputs)
    say(f"solving {stack} as it is")
    now = solved_as_it_is(inputs, tables, previous)
    say(f"solving {stack} with {' '.join(arguments)}")
    try:
        then = solve_without_budget(other.demand, other.catalog, previous=previous, inputs=other.inputs)
    except InfeasibleError as error:
        raise with_lines(error, inputs.loaded, [argument.partition("=")[0] for argument in arguments]) from error
    budget = other.demand.limits.budget_usd_per_month
    found = what_if(now, then, tuple(arguments), budget_usd_per_month=budget)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        from poolwright.render.screen import NARROW_WIDTH, screen
        from poolwright.render.whatif_view import whatif_view

        screen(plain_width=NARROW_WIDTH).print(whatif_view(found, now, then))
    return int(ExitCode.DONE if found.over_budget_usd_per_month is None else ExitCode.REFUSED)


def approved(inputs: StackInputs) -> Plan | None:
    """The plan that the stack's lock holds; None when there is none that can be read."""
    lock = standing_lock(inputs)
    return None if lock is None else lock.as_plan()


def solved_as_it_is(inputs: StackInputs, catalog: Catalog, previous: Plan | None) -> Plan:
    """The stack's plan, also where it is over the budget; InfeasibleError has the lines of the files."""
    from solver.alternatives import solve_without_budget

    try:
        return solve_without_budget(
            inputs.loaded.demand, catalog, previous=previous, inputs=inputs.plan_inputs(catalog)
        )
    except InfeasibleError as error:
        raise with_lines(error, inputs.loaded) from error


def keys_of(stack: str) -> list[str]:
    """`key=` for each value that the stack's files give, for completion; none where they can't be read."""
    from solver.demand.loader import find_stack, load_demand
    from solver.errors import PoolwrightError

    try:
        tree = load_demand(find_stack(find_project().root, stack)).tree
    except PoolwrightError:
        return []
    return [f"{key}=" for key in _keys(tree, "")]


def _keys(node: Located, path: str) -> Iterator[str]:
    entries = node.mapping
    if entries is None:
        yield path
        return
    for key, entry in entries.items():
        yield from _keys(entry, f"{path}.{key}" if path else key)
