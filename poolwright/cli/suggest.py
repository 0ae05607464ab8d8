"""`poolwright suggest STACK`: the change of the demand that measured loads ask for, as a pull request's content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from poolwright.cli.console import print_json, say
from poolwright.cli.forecast import forecasts_of, measured_from
from poolwright.cli.output_files import refuse_no_file
from poolwright.engine.project import find_project
from solver.errors import ExitCode, InfeasibleError
from solver.inputs import StackInputs, read_inputs, shown

if TYPE_CHECKING:
    from poolwright.observe.forecast.service import ServiceForecast
    from poolwright.observe.measurements import Measurements
    from poolwright.observe.suggest.bounds import Bounds
    from poolwright.observe.suggest.steps import Step, Steps
    from poolwright.observe.suggest.suggestion import RequestWish, Suggestion
    from solver.catalog.catalog import Catalog
    from solver.plan.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A suggestion, the steps that it is made of, and the plan with all of them; None where there are none."""

    suggestion: Suggestion
    steps: Steps
    plan: Plan | None


def run(
    stack: str,
    source: str,
    *,
    bounds: Bounds,
    write: bool = False,
    output: Path | None = None,
    quick: bool = False,
    as_json: bool = False,
) -> int:
    """Prints the suggestion; with `write` the stack's file, new traces and the list of suggestions are written.

    InputError (2) for mistakes; InfeasibleError (3) where nothing holds the demand that would be.
    """
    from poolwright.observe.suggest.document import document_of, pull_request_text

    refuse_no_file("--output", output)
    root = find_project().root
    inputs = read_inputs(root, stack)
    found = suggested(stack, root, inputs, source, bounds, quick=quick)
    suggestion = found.suggestion
    if write and found.steps.taken:
        files = written(stack, root, found.steps.taken, suggestion.on)
        suggestion = suggestion.model_copy(update={"files": tuple(shown(path) for path in files)})
        for path in files:
            say(f"{shown(path)}: written")
        say(f"note: the lock is older than its demand now; run: poolwright plan {stack} --write")
    if output is not None:
        from solver.plan.whole_file import write_whole

        write_whole(output, pull_request_text(suggestion))
    if as_json:
        print_json({**suggestion.model_dump(mode="json"), "pull_request": pull_request_text(suggestion)})
        return int(ExitCode.DONE)
    from poolwright.render.report.terminal import terminal
    from poolwright.render.screen import screen

    screen().print(terminal(document_of(suggestion, with_plan=False), everything=True))
    return int(ExitCode.DONE)


def suggested(
    stack: str,
    root: Path,
    inputs: StackInputs,
    source: str,
    bounds: Bounds,
    *,
    quick: bool = False,
    only: Sequence[str] = (),
) -> Suggested:
    """The steps, each solved alone unless `quick`, and all of them together; from the approved plan. `only` of these
    services where any are named."""
    from poolwright.cli.whatif import approved, solved_as_it_is
    from poolwright.observe.forecast.view import source_words
    from poolwright.observe.suggest.past import read_past
    from poolwright.observe.suggest.steps import steps_of
    from poolwright.observe.suggest.suggestion import Suggestion, load_suggestion, nothing
    from solver.plan.difference import difference
    from solver.plan.lock import lock_of

    demand, tables = inputs.loaded.demand, inputs.catalog()
    measured = measured_from(stack, inputs, source)
    found = forecasts_of(demand, measured, source, (0.5, 0.95, 0.99))
    changeable = [each for each in found if not only or each.workload in only]
    on = measured_until(found, demand.time_zone)
    last = max(each.measured.end for each in found)
    steps = steps_of(demand, changeable, read_past(root, stack), bounds, on, last)
    previous = approved(inputs)
    wishes = () if previous is None else _requests(stack, inputs, tables, previous, measured)
    say(f"solving {stack} as it is")
    now = solved_as_it_is(inputs, tables, previous)
    cost = now.proof.cost_usd_per_month
    if not steps.taken:
        return Suggested(suggestion=nothing(stack, on, steps, cost, wishes), steps=steps, plan=None)
    then = _with(inputs, tables, now, steps.taken)
    alone = [
        None if quick else then if len(steps.taken) == 1 else _with(inputs, tables, now, [step]) for step in steps.taken
    ]
    suggestion = Suggestion(
        stack=stack,
        on=on,
        loads=tuple(
            load_suggestion(
                step,
                None if plan is None else round(plan.proof.cost_usd_per_month - cost, 2),
                source_words(step.forecast),
            )
            for step, plan in zip(steps.taken, alone, strict=True)
        ),
        waiting=steps.waiting,
        requests=wishes,
        usd_per_month=cost,
        then_usd_per_month=then.proof.cost_usd_per_month,
        changes=difference(lock_of(now), lock_of(then)).changes,
    )
    return Suggested(suggestion=suggestion, steps=steps, plan=then)


def _requests(
    stack: str, inputs: StackInputs, tables: Catalog, plan: Plan, measured: Measurements
) -> tuple[RequestWish, ...]:
    """What replicas ask for and don't use, or lack, and throughputs that are others now: for people to decide."""
    from poolwright.observe.findings.observation import Observation
    from poolwright.observe.findings.requests import RULES
    from poolwright.observe.suggest.suggestion import RequestWish
    from poolwright.observe.utilisation import utilisation

    demand, first, end = inputs.loaded.demand, measured.first, measured.end
    if first is None or end is None:
        return ()
    use = utilisation(measured, plan, demand, first, end)
    seen = Observation(stack=stack, use=use, plan=plan, demand=demand, catalog=tables)
    return tuple(
        RequestWish(rule=rule.id, subject=each.subject, evidence=each.evidence, act=each.act)
        for rule in RULES
        for each in rule.find(seen)
    )


def measured_until(found: Sequence[ServiceForecast], time_zone: str) -> date:
    """The day, in the stack's time zone, on which the last measured hour begins."""
    return (max(each.measured.end for each in found) - timedelta(hours=1)).astimezone(ZoneInfo(time_zone)).date()


def written(stack: str, root: Path, steps: Sequence[Step], on: date) -> tuple[Path, ...]:
    """Writes the steps into the stack's file, its traces and the list of suggestions."""
    from poolwright.observe.suggest.edit import write_steps
    from poolwright.observe.suggest.past import Entry, read_past, write_past
    from solver.demand.loader import find_stack

    files = write_steps(find_stack(root, stack), steps, on=on.isoformat())
    entries = [
        Entry(on=on, workload=step.workload, direction=step.change.direction, highest_was=was, highest=then)
        for step in steps
        for was, then in [step.loads]
    ]
    return (*files, write_past(root, stack, (*read_past(root, stack), *entries)))


def _with(inputs: StackInputs, catalog: Catalog, now: Plan, steps: Sequence[Step]) -> Plan:
    """The plan with these loads, made from the one that stands."""
    from poolwright.cli.plan import with_lines
    from solver.alternatives import solve_without_budget
    from solver.demand.edits import with_values

    names = ", ".join(step.workload for step in steps)
    say(f"solving {now.stack} with the load of {names}")
    values = {
        f"workloads.{step.workload}.load": step.change.load.model_dump(mode="json", exclude_none=True) for step in steps
    }
    demand = with_values(inputs.loaded.demand, values)
    try:
        return solve_without_budget(demand, catalog, previous=now, inputs=inputs.plan_inputs(catalog))
    except InfeasibleError as error:
        raise with_lines(error, inputs.loaded, list(values)) from error
