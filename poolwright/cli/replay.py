"""`poolwright replay STACK`: what the approved plan serves of the demand, of more, and when a zone or spot pools go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from poolwright.cli.console import print_json, say
from poolwright.engine.project import find_project
from solver.errors import ConfigError, GateError, Problem
from solver.inputs import StackInputs, read_inputs, shown
from solver.plan.lock import Lock, read_lock

_MOST = 1000.0


def run(
    stack: str,
    *,
    factors: Sequence[float] = (),
    pools: int | None = None,
    demand: Path | None = None,
    catalog: Path | None = None,
    gate: bool = False,
    as_json: bool = False,
) -> None:
    """Replays the lock against the demand as it stands, or against another demand file; nothing is solved.

    With `gate`, GateError (exit code 5) when the schedule's machines don't serve what the demand promises: the load
    itself, and for what survives a zone, the load without any one zone.
    """
    from solver.replay import FACTORS, broken_promises, replay

    asked = tuple(dict.fromkeys(factors)) or FACTORS
    wrong = [factor for factor in asked if not 0 < factor <= _MOST]
    if wrong:
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="--factor",
                    found=f"{wrong[0]:g}",
                    allowed=f"a factor above 0 and at most {_MOST:g} is allowed",
                )
            ]
        )
    inputs = read_inputs(find_project().root, stack, demand_file=demand, catalog_path=catalog)
    lock_path = find_project().root / "stacks" / f"{stack}.lock.yaml" if demand is not None else inputs.lock_path
    lock = read_lock(lock_path, shown_as=shown(lock_path))
    _note_age(lock, inputs, other=demand is not None)
    plan, wanted, tables = lock.as_plan(), inputs.loaded.demand, inputs.catalog()
    cases = replay(plan, wanted, tables, factors=asked, pools=pools)
    # A gate is about the demand itself, whatever factors were asked for.
    broken = broken_promises(cases if 1.0 in asked else replay(plan, wanted, tables, factors=(1.0,), pools=pools))
    from poolwright.render.replay_view import replay_record, replay_view, shortage_words

    if as_json:
        print_json({"stack": stack, "promises_kept": not broken, "cases": replay_record(cases)})
    else:
        from poolwright.render.screen import screen

        screen().print(replay_view(stack, cases))
    if gate and broken:
        lost = [f"{case.workload}, {case.loss} lost, {shortage_words(case.planned)}" for case in broken]
        error = GateError(
            f"{shown(lock_path)} does not hold what the demand promises: {'; '.join(lost)}",
            hint=f"Run: poolwright plan {stack} --write",
        )
        if not as_json:
            raise error
        # The data are on standard output already, and say so too.
        say(f"error: {error}")
        raise typer.Exit(int(error.exit_code))


def _note_age(lock: Lock, inputs: StackInputs, *, other: bool) -> None:
    changed = lock.stale_inputs(demand=inputs.loaded.digest, catalog=inputs.catalog_digest)
    if changed and not other:
        say(f"note: {shown(inputs.lock_path)} is replayed against files it was not made from: {'; '.join(changed)}")
