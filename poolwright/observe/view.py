"""An observation on a terminal: need against have for each service, machines, money, findings, anomalies."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from poolwright.checks.check import Severity
from poolwright.observe.findings.observation import nice, share_words
from poolwright.observe.report import AnomalyRecord, FindingRecord, ObserveReport, ServiceRecord
from poolwright.render.parts import heading, table

_NONE = "–"
_MOST_ANOMALIES = 10


def observe_view(report: ObserveReport) -> RenderableType:
    """A row a service, what differs, what to do."""
    span = f"{report.first:%Y-%m-%d %H:%M} to {report.end:%Y-%m-%d %H:%M} UTC"
    parts: list[RenderableType] = [
        heading(f"Stack {report.stack}: {report.hours:,} hours, {span}"),
        _services(report),
        Text(
            "load: highest hour, a second; replicas: mean; used: 99 of 100 hours' peaks stay below that part of "
            "the request"
        ),
        *_groups(report),
        *_money(report),
        *_forecasts(report),
        Text(),
        heading(f"Findings: {len(report.findings)}" if report.findings else "Findings: none"),
        *(line for finding in report.findings for line in _finding(finding)),
    ]
    if report.anomalies:
        parts += [Text(), heading(f"Not as usual: {len(report.anomalies)}"), *_anomalies(report)]
    if report.not_measured or report.notes:
        parts += [Text(), heading("Not known")]
        parts += [
            Text(f"  {text}") for text in (*(f"not measured: {each}" for each in report.not_measured), *report.notes)
        ]
    return Group(*parts)


def _services(report: ObserveReport) -> RenderableType:
    columns = ["load", "demand", "need", "have", "plan", "cpu", "memory", "accel.", "latency", "over"]
    rows = table("service", *columns, right=columns)
    for each in report.services:
        rows.add_row(
            "",
            each.workload,
            _number(each.peak_per_second),
            nice(each.planned_peak_per_second),
            _number(each.needed_replicas),
            _number(each.replicas),
            nice(each.planned_replicas),
            *(_share(each.used.get(name)) for name in ("cpu", "memory", "accelerator")),
            _latency(each),
            f"{each.hours_above_demand} h" if each.measured_hours else _NONE,
        )
    return rows


def _latency(each: ServiceRecord) -> str:
    target = "" if each.latency_target_ms is None else f"/{nice(each.latency_target_ms)}"
    return _NONE if each.latency_ms is None else f"{nice(each.latency_ms)}{target} ms"


def _groups(report: ObserveReport) -> Iterator[RenderableType]:
    known = [each for each in report.node_groups if each.machines is not None or each.interruptions is not None]
    if not known:
        return
    columns = ["machines", "plan", "taken back"]
    rows = table("node group", *columns, right=columns)
    for each in known:
        rows.add_row(
            "", each.node_group, _number(each.machines), nice(each.planned_machines), _number(each.interruptions)
        )
    yield Text()
    yield rows


def _forecasts(report: ObserveReport) -> Iterator[RenderableType]:
    if not report.forecasts:
        return
    columns = ["highest", "95 %", "held"]
    rows = table("service", *columns, "how it is known", right=columns)
    for each in report.forecasts:
        numbers = (nice(each.peak_per_second), nice(each.sure_per_second), f"{each.held_share:.1%}")
        rows.add_row("", each.workload, *numbers, each.because)
    yield Text()
    yield heading("The next week")
    yield rows


def _money(report: ObserveReport) -> Iterator[RenderableType]:
    if report.billed_usd_per_month is None:
        return
    more = report.billed_usd_per_month / report.planned_usd_per_month - 1 if report.planned_usd_per_month else 0.0
    yield Text()
    yield Text(
        f"Billed ${report.billed_usd_per_month:,.2f} a month of 730 hours, planned "
        f"${report.planned_usd_per_month:,.2f} "
        f"({more:+.1%})"
    )


def _finding(finding: FindingRecord) -> Iterator[RenderableType]:
    money = ""
    if finding.usd_per_month is not None:
        money = f"  ${finding.usd_per_month:,.2f} a month"
    style = "bold red" if finding.severity is Severity.REFUSE else "bold yellow"
    yield Text.assemble("  ", (finding.rule, style), f"  {finding.subject}{money}")
    for word, text in (("seen", finding.evidence), ("cause", finding.cause), ("do", finding.act)):
        yield Padding(Text(f"{word}: {text}"), (0, 0, 0, 4))


def _anomalies(report: ObserveReport) -> Iterator[RenderableType]:
    # Those that are furthest from usual, in the order of time: a screen is no log.
    chosen = sorted(report.anomalies, key=lambda each: -abs(each.score))[:_MOST_ANOMALIES]
    for each in report.anomalies:
        if each in chosen:
            yield Text(f"  {each.when}, {each.hours} h  {each.subject}: {_difference(each)}")
            yield Padding(Text(f"{each.cause}; {each.act}"), (0, 0, 0, 4))
    if len(report.anomalies) > len(chosen):
        yield Text(f"  and {len(report.anomalies) - len(chosen)} that are nearer to usual (--json has all)")


def _difference(each: AnomalyRecord) -> str:
    return f"{each.metric} {nice(each.measured)}, usually {nice(each.usual)}"


def _number(value: float | None) -> str:
    return _NONE if value is None else nice(value)


def _share(value: float | None) -> str:
    return _NONE if value is None else share_words(value)
