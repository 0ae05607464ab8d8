"""`poolwright controls STACK`: each control of the compliance profile, what covers it, what shows that, its cost."""

from __future__ import annotations

from poolwright.cli.waiver_day import day_of
from poolwright.engine.project import find_project
from solver.errors import ExitCode
from solver.inputs import read_inputs, refuse_stale, shown


def run(stack: str, *, on: str | None = None, as_json: bool = False) -> int:
    """Prints the controls of the stack's lock and gives the exit code: 5 when a waiver has ended or a control is open.

    Nothing is solved, and no cloud is asked. StaleError (4) where the lock is not of today's files.
    """
    day = day_of(on)
    inputs = read_inputs(find_project().root, stack)
    from poolwright.checks.waivers import more_waivable
    from poolwright.controls.coverage import controls_of
    from solver.model.requirements import check_against_catalog
    from solver.plan.lock import read_lock

    catalog = inputs.catalog()
    check_against_catalog(inputs.loaded, catalog, more_waivable(inputs.loaded.demand))
    lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    refuse_stale(lock, inputs)
    report = controls_of(lock, inputs.loaded, catalog, on=day)
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        from poolwright.render.controls_view import controls_lines

        for line in controls_lines(report):
            print(line)
    return int(ExitCode.DONE if report.passed else ExitCode.REFUSED)
