"""`poolwright autopilot STACK`: suggest, within the limits that the stack states, with the lock that follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from poolwright.cli.console import print_json, say
from poolwright.cli.moments import moment_of
from poolwright.cli.output_files import refuse_no_file
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, ExitCode
from solver.inputs import StackInputs, read_inputs, refuse_stale, shown
from solver.vocabulary import Weekday

if TYPE_CHECKING:
    from poolwright.cli.suggest import Suggested
    from poolwright.observe.suggest.suggestion import Suggestion
    from solver.demand.autopilot import AutopilotWish
    from solver.plan.plan import Plan


SETTLED = "the loads are near what was measured"
"""Nothing is left to change: pipelines take an older suggestion back where they read this."""


def run(
    stack: str,
    source: str,
    *,
    at: str | None = None,
    dry_run: bool = False,
    output: Path | None = None,
    as_json: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> int:
    """Writes demand, traces, list of suggestions and lock, and prints the pull request's text; or writes nothing, and
    says why: 5 where a limit says no.

    StaleError (4) where the lock is not of these inputs: what a run changes must be all that has changed.
    """
    from poolwright.observe.suggest.document import pull_request_text

    refuse_no_file("--output", output)
    project = find_project()
    inputs = read_inputs(project.root, stack)
    wish = inputs.loaded.demand.autopilot
    if wish is None:
        hint = "autopilot: {most_usd_per_month: 100} lets it change loads that cost no more than that"
        raise ConfigError([inputs.loaded.problem(("autopilot",), "limits are needed", found="nothing", hint=hint)])
    moment = _moment(at, inputs.loaded.demand.time_zone, now)
    _refuse_stale(inputs)
    closed = _closed(wish, moment)
    if closed is not None:
        return _nothing(stack, closed, as_json=as_json, code=ExitCode.DONE)
    found, no, files = _tried(stack, project, inputs, source, wish, dry_run=dry_run)
    suggestion = found.suggestion.model_copy(update={"files": tuple(shown(path) for path in files)})
    if no is not None:
        return _nothing(stack, no, as_json=as_json, code=ExitCode.REFUSED, suggestion=suggestion)
    if not suggestion.loads:
        return _nothing(stack, SETTLED, as_json=as_json, code=ExitCode.DONE, suggestion=suggestion)
    text = pull_request_text(suggestion)
    for path in files:
        say(f"{shown(path)}: {'would be written' if dry_run else 'written'}")
    if output is not None:
        from solver.plan.whole_file import write_whole

        write_whole(output, text)
    if as_json:
        outcome = "would-be-written" if dry_run else "written"
        print_json({"outcome": outcome, **suggestion.model_dump(mode="json"), "pull_request": text})
    else:
        print(text, end="")
    return int(ExitCode.DONE)


def _tried(
    stack: str, project: Project, inputs: StackInputs, source: str, wish: AutopilotWish, *, dry_run: bool
) -> tuple[Suggested, str | None, tuple[Path, ...]]:
    """The suggestion; the limit that refuses it; the files that it writes, which are there only where none does."""
    from poolwright.cli.plan import kept_images, solved
    from poolwright.cli.suggest import suggested, written
    from poolwright.observe.suggest.bounds import Bounds
    from poolwright.release.trial import trial_of
    from solver.plan.lock import lock_of, write_lock
    from solver.plan.whole_file import write_all

    bounds = Bounds(most_up=wish.most_up, most_down=wish.most_down, cool_down_days=wish.cool_down_days)
    found = suggested(stack, project.root, inputs, source, bounds, quick=True, only=wish.workloads)
    if not found.steps.taken:
        return found, None, ()
    no = _over(found.suggestion, wish)
    if no is not None:
        return found, no, ()
    with trial_of(project) as trial:
        files = written(stack, trial.root, found.steps.taken, found.suggestion.on)
        changed = read_inputs(trial.root, stack)
        plan, old, _ = solved(stack, changed)
        no = _over_budget(plan, changed)
        write_lock(changed.lock_path, lock_of(plan, kept_images(changed, plan, old)))
        names = [path.relative_to(trial.root) for path in (*files, changed.lock_path)]
        if no is None and not dry_run:
            for name in names:
                (project.root / name).parent.mkdir(exist_ok=True)
            write_all({project.root / name: (trial.root / name).read_bytes() for name in names})
    return found, no, tuple(project.root / name for name in names)


def _over(found: Suggestion, wish: AutopilotWish) -> str | None:
    more = found.more_usd_per_month
    if more <= wish.most_usd_per_month:
        return None
    return f"{more:+,.2f} USD a month is more than autopilot.most_usd_per_month: {wish.most_usd_per_month:,.2f}"


def _over_budget(plan: Plan, inputs: StackInputs) -> str | None:
    budget, cost = inputs.loaded.demand.limits.budget_usd_per_month, plan.proof.cost_usd_per_month
    if budget is None or cost <= budget:
        return None
    return f"{cost:,.2f} USD a month is more than limits.budget_usd_per_month: {budget:,.2f}"


def _closed(wish: AutopilotWish, moment: datetime) -> str | None:
    """Why nothing is changed at this moment."""
    window = wish.window
    if window is None or (
        tuple(Weekday)[moment.weekday()] in window.days and window.opens <= moment.hour < window.closes
    ):
        return None
    return f"{moment:%a %H:%M} is outside of autopilot.window"


def _moment(at: str | None, time_zone: str, now: Callable[[], datetime]) -> datetime:
    zone = ZoneInfo(time_zone)
    if at is None:
        return now().astimezone(zone)
    allowed = "a time like 2026-11-02T03:00 is allowed, in the stack's time zone where it has no offset"
    return moment_of("--at", at, zone, allowed)


def _refuse_stale(inputs: StackInputs) -> None:
    from solver.plan.lock import read_lock

    refuse_stale(read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path)), inputs)


def _nothing(stack: str, reason: str, *, as_json: bool, code: ExitCode, suggestion: Suggestion | None = None) -> int:
    if as_json:
        record = {} if suggestion is None else suggestion.model_dump(mode="json")
        print_json({"outcome": "nothing", "reason": reason, **record, "files": []})
    else:
        print(f"{stack}: nothing is changed: {reason}")
    return int(code)
