"""`poolwright drift STACK`: where the cloud differs from what the last `up` left, and who did it."""

from __future__ import annotations

from poolwright.cli import engine_commands
from solver.errors import ExitCode


def run(stack: str, *, cloud: str, as_json: bool) -> int:
    """Prints each difference with its class; 5 when one is someone's hand or a deletion. Nothing is changed."""
    from poolwright.review.drift import drift_of

    report = drift_of(engine_commands.read_anew(stack, cloud=cloud), stack=stack, cloud=cloud)
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        from poolwright.render.drift_view import drift_lines

        for line in drift_lines(report):
            print(line)
    return int(ExitCode.DONE if report.passed else ExitCode.REFUSED)
