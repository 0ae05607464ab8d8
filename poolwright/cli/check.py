"""`poolwright check STACK`: the checks on the approved plan and on what the engine would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poolwright.cli import engine_commands
from poolwright.cli.console import say
from poolwright.cli.waiver_day import day_of
from poolwright.engine.preview import Preview
from poolwright.engine.project import find_project
from solver.errors import ExitCode
from solver.inputs import read_inputs, shown

if TYPE_CHECKING:
    from datetime import date

    from poolwright.checks.check import DemandPath
    from poolwright.checks.report import CheckReport, Place
    from solver.inputs import StackInputs


def run(stack: str, *, cloud: str, on: str | None, as_json: bool) -> int:
    """Prints what the checks found and gives the exit code: 5 when something is refused or a waiver has ended."""
    day = day_of(on)
    project = find_project()
    inputs = read_inputs(project.root, stack)
    preview = engine_commands.previewed(stack, cloud=cloud)
    report = report_on(inputs, preview, cloud=cloud, on=day)
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        from poolwright.render.check_view import check_lines

        for line in check_lines(report):
            print(line)
    return int(ExitCode.DONE if report.passed else ExitCode.REFUSED)


def report_on(inputs: StackInputs, preview: Preview, *, cloud: str, on: date) -> CheckReport:
    """Judges a preview of a stack, its lock and its demand."""
    from poolwright.checks.evidence import Evidence
    from poolwright.checks.judging import judge
    from poolwright.checks.registry import CHECKS
    from poolwright.checks.report import report_of
    from poolwright.checks.resource import resources_of
    from poolwright.checks.waivers import more_waivable
    from poolwright.release.undeclared import undeclared_before
    from solver.model.requirements import check_against_catalog
    from solver.plan.lock import read_lock

    demand = inputs.loaded.demand
    check_against_catalog(inputs.loaded, inputs.catalog(), more_waivable(demand))
    lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    before, differences = undeclared_before(inputs.lock_path.parents[1], lock.stack)
    evidence = Evidence(
        lock=lock,
        demand=demand,
        resources=resources_of(preview),
        changes=preview.changes,
        stack_before=before,
        differences=differences,
    )
    verdict = judge(CHECKS, evidence, waivers=demand.compliance.waivers, on=on)
    for finding in preview.findings:
        say(f"policy: {finding.policy}: {finding.message} ({finding.urn})")

    def place(path: DemandPath) -> Place | None:
        if inputs.loaded.tree.at(path[:1]) is None:
            return None
        problem = inputs.loaded.problem(path, "")
        return problem.file, problem.line

    return report_of(verdict, stack=lock.stack, cloud=cloud, on=on, place=place, waivers=demand.compliance.waivers)
