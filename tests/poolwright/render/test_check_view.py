"""A check's report as lines."""

from __future__ import annotations

from datetime import date

from poolwright.checks.check import Finding, Severity, Undecided
from poolwright.checks.judging import Verdict, Waived
from poolwright.checks.report import CheckReport, report_of
from poolwright.render.check_view import check_lines
from solver.demand.compliance import Waiver

WAIVER = Waiver(
    control="ECS.12", reason="another tool", owner="security@example.com", expires=date(2027, 6, 30), id="SEC-123"
)


def finding(check: str, severity: Severity = Severity.REFUSE, *, at: tuple[str, ...] = ()) -> Finding:
    return Finding(
        check=check,
        severity=severity,
        controls=(check,),
        resource="main-thing",
        type="aws:test/thing:Thing",
        urn="urn:thing",
        text="is wrong",
        remedy="Mend it in stacks/",
        at=at,
    )


def report(*findings: Finding, undecided: tuple[Undecided, ...] = (), waivers: bool = False) -> CheckReport:
    verdict = Verdict(
        findings=findings,
        waived=(Waived(finding=finding("ECS.12"), waiver=WAIVER),) if waivers else (),
        expired=(WAIVER,) if waivers else (),
        undecided=undecided,
        judged=("S3.8", "ECS.12"),
        left_out=(),
    )
    return report_of(
        verdict,
        stack="prod",
        cloud="sandbox",
        on=date(2027, 1, 1),
        place=lambda path: ("stacks/prod.yaml", 7),
        waivers=[WAIVER],
    )


def test_a_finding_says_what_where_and_what_to_do() -> None:
    lines = list(check_lines(report(finding("S3.8", at=("storage", "models")))))
    assert lines == [
        "refused (1):",
        "  S3.8  main-thing (aws:test/thing:Thing)",
        "    is wrong",
        "    asked for at stacks/prod.yaml:7 storage.models",
        "    Mend it in stacks/",
        "    serves S3.8",
        "",
        "2 checks, 1 refused",
    ]


def test_warnings_have_a_part_of_their_own_and_refuse_nothing() -> None:
    found = report(finding("S3.8", Severity.WARN))
    assert found.passed
    assert next(iter(check_lines(found))) == "to be looked at (1):"


def test_what_is_waived_names_who_answers_and_an_ended_waiver_is_told() -> None:
    text = "\n".join(check_lines(report(waivers=True)))
    assert "waived (1):\n  ECS.12  main-thing: is wrong" in text
    assert text.count("until 2027-06-30, SEC-123, security@example.com: another tool") == 2
    assert "waivers that have ended and silence nothing (1):" in text
    assert "    written at stacks/prod.yaml:7 compliance.waivers.0\n    Decide again" in text
    assert text.endswith("2 checks, 1 waived, 1 ended waiver, nothing found")


def test_what_can_not_be_judged_yet_is_counted_by_check() -> None:
    undecided = tuple(Undecided(check="ECS.5", resource=f"main-task-{n}") for n in range(3))
    lines = list(check_lines(report(undecided=undecided)))
    assert lines[:2] == ["not judged before the cloud has answered (3):", "  ECS.5  main-task-0 and 2 more"]
