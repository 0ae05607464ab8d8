"""A stack's controls as plain lines: what covers each, what shows it, what it costs, and the bill of the measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from poolwright.checks.waivers import answers_for, remedy
from poolwright.controls.report import (
    ControlRecord,
    ControlsReport,
    EvidenceRecord,
    MeasureRecord,
    SiteControls,
    Standing,
)
from solver.quantity import format_usd

_MOST_NAMES = 3


def controls_lines(report: ControlsReport) -> Iterator[str]:
    """The report for people, ending with the waivers that have ended and one line that sums it up."""
    for site in report.sites:
        yield from _site_lines(site, titled=len(report.sites) > 1)
    of_profiles = {control.id for site in report.sites for control in site.controls}
    others = [waiver for waiver in report.waivers if waiver.control not in of_profiles]
    if others:
        yield "waived beside the profile's controls:"
        for waiver in others:
            yield f"  {waiver.control}  until {waiver.expires}, {answers_for(waiver.id, waiver.owner)}: {waiver.reason}"
        yield ""
    if report.ended:
        yield f"ended waivers ({len(report.ended)}):"
        for waiver in report.ended:
            where = waiver.place
            line = "" if where is None or where.line is None else f":{where.line}"
            at = "" if where is None else f"  {where.file}{line} {where.path}"
            yield f"  {waiver.control}{at}"
            yield f"    {remedy(report.stack)}"
        yield ""
    yield _summary(report)


def _site_lines(site: SiteControls, *, titled: bool) -> Iterator[str]:
    yield f"{f'site {site.site}: ' if titled else ''}{site.profile}: {site.profile_title}"
    yield ""
    measures = {measure.name: measure for measure in site.measures}
    for control in site.controls:
        yield from _control_lines(control, measures)
    if site.controls:
        yield ""
    if site.costs:
        yield "measures, a month:"
        for cost in sorted(site.costs, key=lambda cost: -cost.usd_per_month):
            yield f"  {cost.usd_per_month:>10,.2f}  {cost.item}"
        yield f"  {site.usd_per_month:>10,.2f}  in all"
        yield ""


def _control_lines(control: ControlRecord, measures: Mapping[str, MeasureRecord]) -> Iterator[str]:
    yield f"{control.id}  {control.title}"
    if control.standing is Standing.OPEN:
        yield "  covered by nothing"
        return
    if control.standing is Standing.NOT_BUILT_HERE:
        yield "  not built here: it is about the VPC, which exists; whoever runs that answers for it"
        return
    if control.standing is Standing.WAIVED:
        waiver = control.waiver
        yield "  waived" + (
            f" until {waiver.expires}, {answers_for(waiver.id, waiver.owner)}: {waiver.reason}" if waiver else ""
        )
        return
    yield f"  covered by {'; '.join(_measure_words(measures[name]) for name in control.measures)}"
    for words in control.except_for:
        yield f"  but {words}"
    if control.evidence:
        yield f"  shown by {'; '.join(map(_evidence_words, control.evidence))}"
    elif control.standing is not Standing.EXISTING:
        yield "  shown by nothing: the stack has no resource of the kind"
    others = ", ".join(control.shares_with)
    if control.usd_per_month:
        rest = f", the rest is counted at {others}" if others else ""
        yield f"  costs {format_usd(control.usd_per_month)} a month{rest}"
    elif others:
        yield f"  costs are counted at {others}"


def _measure_words(measure: MeasureRecord) -> str:
    if measure.standing is Standing.EXISTING:
        return f"{measure.name}, which the account has already"
    return f"{measure.name} ({measure.builder})"


def _evidence_words(evidence: EvidenceRecord) -> str:
    more = len(evidence.names) - _MOST_NAMES
    names = ", ".join(evidence.names[:_MOST_NAMES])
    return f"{evidence.type} {names}{f' and {more} more' if more > 0 else ''}"


def _summary(report: ControlsReport) -> str:
    counts = Counter(control.standing for site in report.sites for control in site.controls)
    parts = [f"{sum(counts.values())} controls"]
    parts += [f"{counts[standing]} {standing}" for standing in Standing if counts[standing]]
    if report.ended:
        parts.append(f"{len(report.ended)} ended waiver{'s' * (len(report.ended) > 1)}")
    return f"{', '.join(parts)}; measures cost {format_usd(report.usd_per_month)} a month"
