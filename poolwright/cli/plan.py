"""`poolwright plan STACK`: solve, print, write or verify the lock."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from poolwright.cli.console import print_json, say
from poolwright.cli.waiver_day import day_of, refuse_ended
from poolwright.engine.project import find_project
from solver.errors import ConfigError, InfeasibleError, Member, Problem
from solver.inputs import StackInputs, read_inputs, refuse_stale, shown

if TYPE_CHECKING:
    from datetime import date

    from solver.demand.loader import LoadedDemand
    from solver.model.deadline import Deadline
    from solver.plan.difference import Difference
    from solver.plan.images import BuiltImage
    from solver.plan.lock import Lock
    from solver.plan.plan import Plan


def run(
    stack: str,
    *,
    as_json: bool = False,
    demand: Path | None = None,
    catalog: Path | None = None,
    write: bool = False,
    check: bool = False,
    on: str | None = None,
    separate: bool = False,
    solver_name: str = "highs",
    time_limit: float | None = None,
    force: bool = False,
    discounts: Path | None = None,
    clock: Callable[[], float] = monotonic,
) -> None:
    """Prints the plan of a stack; with `write` also its lock; with `check` only whether the lock is fresh and
    no waiver has ended by the day `on` (today);
    with `separate` also what its pools would cost if each were solved by itself; with `time_limit` the best plan found
    in so many seconds of the clock, which is written with `force` only.

    Raises StaleError (exit code 4) or GateError (5) from a check that fails, InputError (2), InfeasibleError (3).
    """
    if write and check:
        raise ConfigError(
            [Problem(file="", path="--check", found="--write and --check", allowed="one of the two is allowed")]
        )
    if discounts is not None and (write or check):
        allowed = "a trial of discounts is only printed: a lock is made with those of the catalog"
        hint = "Put them into the catalog's discounts.yaml, as docs/prices.md says."
        raise ConfigError(
            [Problem(file="", path="--discounts", found="--write or --check", allowed=allowed, hint=hint)]
        )
    if on is not None and not check:
        raise ConfigError([Problem(file="", path="--on", found=on, allowed="it is allowed with --check")])
    if write and time_limit is not None and not force:
        allowed = "a lock is written without a time limit: with one, the plan may be another one on another machine"
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="--time-limit",
                    found="--write and --time-limit",
                    allowed=allowed,
                    hint="--force writes it all the same",
                )
            ]
        )
    deadline = None if time_limit is None else _deadline(clock, time_limit)
    inputs = read_inputs(find_project().root, stack, demand_file=demand, catalog_path=catalog, discounts=discounts)
    if check:
        _check(inputs, day_of(on), as_json)
        return
    plan, old, change = solved(stack, inputs, solver_name=solver_name, separate=separate, deadline=deadline)
    if time_limit is not None:
        say(f"note: with a time limit of {time_limit:g} s the plan may be another one on another machine")
    if write:
        from poolwright.review.plan_at_hand import keep_plan
        from solver.plan.lock import lock_of, read_text, write_lock

        before = read_text(inputs.lock_path)
        digest = write_lock(inputs.lock_path, lock_of(plan, kept_images(inputs, plan, old)))
        keep_plan(find_project(), digest, plan)
        same = read_text(inputs.lock_path) == before
        say(f"{shown(inputs.lock_path)}: {'unchanged' if same else 'written'}, {digest}")
    if as_json:
        print(plan.model_dump_json(indent=2))
        return
    _print(plan, change, growth_of(plan, inputs))


def kept_images(inputs: StackInputs, plan: Plan, old: Lock | None) -> dict[str, BuiltImage]:
    """The images of the lock that stands which the new plan needs too, made of files that have not changed."""
    released = {} if inputs.loaded.release is None else _released_images(inputs, plan)
    if old is None or not old.images:
        return released
    from poolwright.images.wanted import unchanged_images
    from solver.plan.lock import lock_of

    own = {key: each for key, each in old.images.items() if key not in released}
    kept = unchanged_images(inputs.loaded, lock_of(plan), own, find_project().root)
    if gone := sorted(set(own) - set(kept)):
        say(f"note: no longer in the lock are the images {', '.join(gone)}: poolwright images {plan.stack}")
    return {**released, **{key: old.images[key] for key in kept}}


def _released_images(inputs: StackInputs, plan: Plan) -> dict[str, BuiltImage]:
    """The images of the stack's release that the plan needs: what the files here would make is another release's."""
    from poolwright.release.moving import needed_images
    from poolwright.release.release import stack_release
    from solver.plan.lock import lock_of

    stack = inputs.lock_path.name.removesuffix(".lock.yaml")
    release = stack_release(inputs.lock_path.with_name(f"{stack}.yaml"))
    return {} if release is None else needed_images(release, lock_of(plan))


def _deadline(clock: Callable[[], float], seconds: float) -> Deadline:
    from solver.model.deadline import Deadline

    return Deadline(clock() + seconds, clock)


def solved(
    stack: str,
    inputs: StackInputs,
    *,
    solver_name: str = "highs",
    separate: bool = False,
    deadline: Deadline | None = None,
) -> tuple[Plan, Lock | None, Difference]:
    """The plan for these inputs, the lock that stands (None when there is none), and the difference between them."""
    from poolwright.checks.waivers import more_waivable
    from solver.model.deadline import NEVER
    from solver.model.requirements import check_against_catalog
    from solver.plan.difference import difference
    from solver.plan.lock import lock_of
    from solver.solve import solve

    catalog = inputs.catalog()
    check_against_catalog(inputs.loaded, catalog, more_waivable(inputs.loaded.demand))
    old = standing_lock(inputs)
    try:
        plan = solve(
            inputs.loaded.demand,
            catalog,
            previous=None if old is None else old.as_plan(),
            solver_name=solver_name,
            inputs=inputs.plan_inputs(catalog),
            separate=separate,
            deadline=deadline if deadline is not None else NEVER,
        )
    except InfeasibleError as error:
        raise with_lines(error, inputs.loaded) from error
    return plan, old, difference(old, lock_of(plan))


def with_lines(error: InfeasibleError, loaded: LoadedDemand, changed: Collection[str] = ()) -> InfeasibleError:
    """The error with the place in the files at which each wish of its conflict stands; `changed` are keys of which the
    value is not the files'."""
    return InfeasibleError(
        error.summary,
        conflict=[_placed(member, loaded, changed) for member in error.members],
        also=[[_placed(member, loaded, changed) for member in members] for members in error.also],
        hint=error.hint,
    )


def _placed(member: Member, loaded: LoadedDemand, changed: Collection[str]) -> Member:
    path, _, value = member.words.partition(": ")
    if any(f"{path}.".startswith(f"{key}.") for key in changed):
        return member
    problem = loaded.problem(tuple(path.split(".")), "")
    where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
    return Member(f"{where} {path}: {value}" if value else f"{where} {path}", member.frees)


def standing_lock(inputs: StackInputs) -> Lock | None:
    """The lock to compare with; one that can't be read counts as none, since a new one is about to be made."""
    from solver.errors import LockError
    from solver.plan.lock import read_lock

    if not inputs.lock_path.exists():
        return None
    try:
        return read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    except LockError as error:
        say(f"note: {error.problems[0]}")
        return None


def _check(inputs: StackInputs, on: date, as_json: bool) -> None:
    """Says that the lock is of these inputs and its waivers count, or raises; its digest is verified on the way."""
    from solver.plan.lock import digest_of, read_lock

    name = shown(inputs.lock_path)
    lock = read_lock(inputs.lock_path, shown_as=name)
    refuse_stale(lock, inputs)
    refuse_ended(inputs.loaded, on)
    digest = digest_of(inputs.lock_path.read_text(encoding="utf-8"), file=name, stack=lock.stack)
    if as_json:
        print_json({"stack": lock.stack, "fresh": True, "lock": digest})
    else:
        print(f"{name} is fresh: {digest}")


def growth_of(plan: Plan, inputs: StackInputs) -> str:
    """What the plan serves of more than the demand, in one line."""
    from poolwright.render.replay_view import growth_line
    from solver.replay import FACTORS, Loss, replay

    more = [factor for factor in FACTORS if factor > 1]
    return growth_line(
        replay(plan, inputs.loaded.demand, inputs.catalog(), factors=more, losses=(Loss.NOTHING, Loss.ZONE))
    )


def _print(plan: Plan, change: Difference, growth: str) -> None:
    from poolwright.render.plan_view import plan_view
    from poolwright.render.screen import screen

    screen().print(plan_view(plan, change, growth=growth))
