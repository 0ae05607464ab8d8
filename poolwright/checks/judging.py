"""Runs the checks on the evidence and sets aside what is waived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from poolwright.checks.check import Check, Finding, Reads, Severity, Undecided
from poolwright.checks.evidence import Evidence
from poolwright.checks.waivers import counts
from solver.demand.compliance import Waiver


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that does not count, and who answers for that."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the checks say about a stack."""

    findings: tuple[Finding, ...]
    """What stands: refusals first, then warnings, each in the checks' order."""
    waived: tuple[Waived, ...]
    """What is waived, in the same order."""
    expired: tuple[Waiver, ...]
    """Waivers past their last day: they silence nothing."""
    undecided: tuple[Undecided, ...]
    """What can't be judged before the cloud has answered, by check and resource."""
    judged: tuple[str, ...]
    """Ids of the checks that ran."""
    left_out: tuple[str, ...]
    """Ids of the checks whose evidence is not there."""

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Findings that must not stand."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSE)


def judge(checks: Sequence[Check], evidence: Evidence, *, waivers: Iterable[Waiver] = (), on: date) -> Verdict:
    """The verdict on a day: a waiver counts up to and including its last day."""
    asked = tuple(waivers)
    valid = [waiver for waiver in asked if counts(waiver, on)]
    there = [check for check in checks if _has_evidence(check, evidence)]
    undecided: list[Undecided] = []
    standing: list[Finding] = []
    waived: list[Waived] = []
    for check in there:
        waiver = next((each for each in valid if each.control in (check.id, *check.controls)), None)
        for finding in check.findings(evidence, undecided):
            if waiver is None:
                standing.append(finding)
            else:
                waived.append(Waived(finding=finding, waiver=waiver))
    return Verdict(
        findings=tuple(sorted(standing, key=lambda finding: finding.severity is not Severity.REFUSE)),
        waived=tuple(waived),
        expired=tuple(waiver for waiver in asked if not counts(waiver, on)),
        undecided=tuple(dict.fromkeys(undecided)),
        judged=tuple(check.id for check in there),
        left_out=tuple(check.id for check in checks if check not in there),
    )


def _has_evidence(check: Check, evidence: Evidence) -> bool:
    match check.reads:
        case Reads.PLAN:
            return evidence.lock is not None
        case Reads.CHANGES:
            return bool(evidence.changes)
        case Reads.RESOURCE | Reads.STACK:
            return bool(evidence.resources)
