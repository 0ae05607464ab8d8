"""What the checks found, as plain lines: refusals first, then warnings, then what is waived or can't be judged yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from poolwright.checks.check import Severity
from poolwright.checks.report import CheckReport, FindingRecord, WaiverRecord
from poolwright.checks.waivers import answers_for, remedy

_TITLES = {Severity.REFUSE: "refused", Severity.WARN: "to be looked at"}
_MOST_UNDECIDED = 12


def check_lines(report: CheckReport) -> Iterator[str]:
    """The report for people, ending with one line that sums it up."""
    for severity, title in _TITLES.items():
        found = [finding for finding in report.findings if finding.severity is severity]
        if found:
            yield f"{title} ({len(found)}):"
            for finding in found:
                yield from _finding_lines(finding)
            yield ""
    if report.waived:
        yield f"waived ({len(report.waived)}):"
        for each in report.waived:
            yield f"  {each.finding.check}  {each.finding.resource}: {each.finding.text}"
            yield f"    {_waiver_words(each.waiver)}"
        yield ""
    if report.expired:
        yield f"waivers that have ended and silence nothing ({len(report.expired)}):"
        for waiver in report.expired:
            yield f"  {waiver.control}: {_waiver_words(waiver)}"
            if waiver.place is not None:
                line = "" if waiver.place.line is None else f":{waiver.place.line}"
                yield f"    written at {waiver.place.file}{line} {waiver.place.path}"
            yield f"    {remedy(report.stack)}"
        yield ""
    if report.undecided:
        yield f"not judged before the cloud has answered ({len(report.undecided)}):"
        yield from _undecided_lines(report)
        yield ""
    if report.not_built_here:
        yield f"not built here, since the VPC exists ({len(report.not_built_here)}):"
        yield f"  {', '.join(report.not_built_here)}: whoever runs the VPC answers for it"
        yield ""
    yield _summary(report)


def _finding_lines(finding: FindingRecord) -> Iterator[str]:
    kind = f" ({finding.type})" if finding.type else ""
    yield f"  {finding.check}  {finding.resource}{kind}"
    yield f"    {finding.text}"
    if finding.place is not None:
        line = "" if finding.place.line is None else f":{finding.place.line}"
        yield f"    asked for at {finding.place.file}{line} {finding.place.path}"
    yield f"    {finding.remedy}"
    if finding.controls:
        yield f"    serves {', '.join(finding.controls)}"


def _waiver_words(waiver: WaiverRecord) -> str:
    return f"until {waiver.expires.isoformat()}, {answers_for(waiver.id, waiver.owner)}: {waiver.reason}"


def _undecided_lines(report: CheckReport) -> Iterator[str]:
    counts = Counter(each.check for each in report.undecided)
    first = {check: next(each.resource for each in report.undecided if each.check == check) for check in counts}
    for check, count in list(counts.items())[:_MOST_UNDECIDED]:
        more = f" and {count - 1} more" if count > 1 else ""
        yield f"  {check}  {first[check]}{more}"
    if len(counts) > _MOST_UNDECIDED:
        yield f"  … and {len(counts) - _MOST_UNDECIDED} more checks"


def _summary(report: CheckReport) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    parts = [f"{len(report.judged)} checks"]
    parts += [f"{counts[severity]} {title}" for severity, title in _TITLES.items() if counts[severity]]
    if report.waived:
        parts.append(f"{len(report.waived)} waived")
    if report.expired:
        parts.append(f"{len(report.expired)} ended waiver{'s' * (len(report.expired) > 1)}")
    if not report.findings:
        parts.append("nothing found")
    return ", ".join(parts)
