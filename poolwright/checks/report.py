"""CheckReport: a verdict as `poolwright check --json` writes it; its schema is exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from poolwright.checks.check import DemandPath, Finding, Severity
from poolwright.checks.judging import Verdict
from poolwright.checks.registry import BY_ID
from solver.demand.compliance import Waiver
from solver.schema import Schema

Place = tuple[str, int | None]
"""A file, as the user would type it, and a line in it."""


class FoundPlace(Schema):
    """Where the demand asks for what was found."""

    file: str
    """The file, as the user would type it."""
    line: int | None
    """1-based."""
    path: str
    """Dotted path of the value, `storage.models.retention_days`."""


class FindingRecord(Schema):
    """One thing that a check found."""

    check: str
    """Id of the check, which a waiver can name."""
    severity: Severity
    """refuse: exit code 5; warn: someone should decide."""
    title: str
    """The rule, as a fact that holds where nothing is found."""
    controls: tuple[str, ...]
    """Controls of the catalog, of AWS Security Hub or of CIS AWS Foundations that the check serves."""
    resource: str
    """Logical name of the resource, or a part of the plan."""
    type: str
    """Its type token; empty for a part of the plan."""
    urn: str
    """As the engine names it; empty for a part of the plan."""
    text: str
    """What is wrong."""
    remedy: str
    """What to change in the project's files."""
    place: FoundPlace | None
    """Where the demand asks for it; null where nothing in it does."""


class WaiverRecord(Schema):
    """A waiver of the demand's `compliance.waivers`."""

    control: str
    """Control or check that it names."""
    reason: str
    """Why it does not apply, or what replaces it."""
    owner: str
    """Who answers for it."""
    expires: date
    """Last day on which it counts."""
    id: str | None
    """The ticket in which it was decided."""
    place: FoundPlace | None
    """Where the demand has it."""


class WaivedRecord(Schema):
    """A finding that does not count."""

    finding: FindingRecord
    """What was found."""
    waiver: WaiverRecord
    """Who answers for it, and until when."""


class UndecidedRecord(Schema):
    """A check that could not judge a resource yet."""

    check: str
    """Id of the check."""
    resource: str
    """Logical name, or `stack`."""


class CheckReport(Schema):
    """What the checks say about a stack."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """Its name."""
    cloud: str
    """sandbox or aws: where the preview ran."""
    on: date
    """The day that waivers were compared with."""
    passed: bool
    """No finding of severity refuse stands, and no waiver has ended."""
    findings: tuple[FindingRecord, ...]
    """What stands: refusals first, each in the checks' order."""
    waived: tuple[WaivedRecord, ...]
    """What a waiver silences."""
    expired: tuple[WaiverRecord, ...]
    """Waivers past their last day; they silence nothing."""
    undecided: tuple[UndecidedRecord, ...]
    """What can't be judged before the cloud has answered."""
    judged: tuple[str, ...]
    """Ids of the checks that ran."""
    left_out: tuple[str, ...]
    """Ids of the checks that had nothing to look at."""
    not_built_here: tuple[str, ...]
    """Ids of the checks about a VPC itself, where the stack stands in one that exists: whoever runs it answers."""


def waiver_record(waiver: Waiver, place: FoundPlace | None) -> WaiverRecord:
    """A waiver of the demand that stands at a place."""
    return WaiverRecord(
        control=waiver.control,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        id=waiver.id,
        place=place,
    )


def report_of(
    verdict: Verdict,
    *,
    stack: str,
    cloud: str,
    on: date,
    place: Callable[[DemandPath], Place | None],
    waivers: Sequence[Waiver] = (),
) -> CheckReport:
    """The report of a verdict; `place` says where a path of the demand stands in its files, which has the waivers."""

    def found_place(path: DemandPath) -> FoundPlace | None:
        found = place(path) if path else None
        return None if found is None else FoundPlace(file=found[0], line=found[1], path=".".join(map(str, path)))

    def located(waiver: Waiver) -> WaiverRecord:
        at = ("compliance", "waivers", waivers.index(waiver)) if waiver in waivers else ()
        return waiver_record(waiver, found_place(at))

    def record(finding: Finding) -> FindingRecord:
        return FindingRecord(
            check=finding.check,
            severity=finding.severity,
            title=BY_ID[finding.check].title,
            controls=finding.controls,
            resource=finding.resource,
            type=finding.type,
            urn=finding.urn,
            text=finding.text,
            remedy=finding.remedy,
            place=found_place(finding.at),
        )

    return CheckReport(
        stack=stack,
        cloud=cloud,
        on=on,
        passed=not verdict.refusals and not verdict.expired,
        findings=tuple(map(record, verdict.findings)),
        waived=tuple(
            WaivedRecord(finding=record(each.finding), waiver=located(each.waiver)) for each in verdict.waived
        ),
        expired=tuple(map(located, verdict.expired)),
        undecided=tuple(UndecidedRecord(check=each.check, resource=each.resource) for each in verdict.undecided),
        judged=verdict.judged,
        left_out=verdict.left_out,
        not_built_here=verdict.not_built_here,
    )
