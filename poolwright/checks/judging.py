"""Runs the checks on the evidence and sets aside what is waived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from poolwright.checks.check import Check, Finding, Reads, Severity, Undecided
from poolwright.checks.evidence import Evidence
from poolwright.checks.network import ASSOCIATION, DEFAULT_GROUP, ENDPOINT, ROUTE_TABLE, SUBNET, VPC
from poolwright.checks.security_groups import ACL, ACL_RULE
from poolwright.checks.waivers import counts
from solver.demand.compliance import Waiver

_PARTS_OF_A_VPC = frozenset({VPC, SUBNET, DEFAULT_GROUP, ROUTE_TABLE, ASSOCIATION, ENDPOINT, ACL, ACL_RULE})
"""Types that a site in a VPC that exists does not build."""


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
    not_built_here: tuple[str, ...] = ()
    """Ids of the checks about a VPC itself, where each site stands in one that exists: they say nothing about it."""

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Findings that must not stand."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSE)


def judge(checks: Sequence[Check], evidence: Evidence, *, waivers: Iterable[Waiver] = (), on: date) -> Verdict:
    """The verdict on a day: a waiver counts up to and including its last day."""
    asked = tuple(waivers)
    valid = [waiver for waiver in asked if counts(waiver, on)]
    elsewhere = [check for check in checks if _is_elsewhere(check, evidence)]
    there = [check for check in checks if check not in elsewhere and _has_evidence(check, evidence)]
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
        left_out=tuple(check.id for check in checks if check not in there and check not in elsewhere),
        not_built_here=tuple(check.id for check in elsewhere),
    )


def _is_elsewhere(check: Check, evidence: Evidence) -> bool:
    """Whether the check looks at a VPC and its parts alone, and no site has one of its own."""
    sites = [site for _, site in evidence.sites()]
    return (
        bool(check.types)
        and _PARTS_OF_A_VPC.issuperset(check.types)
        and bool(sites)
        and all(site.network.existing is not None for site in sites)
        and not evidence.of_type(*check.types)
    )


def _has_evidence(check: Check, evidence: Evidence) -> bool:
    match check.reads:
        case Reads.PLAN:
            return evidence.lock is not None
        case Reads.CHANGES:
            return bool(evidence.changes)
        case Reads.RESOURCE | Reads.STACK:
            return bool(evidence.resources)
