"""Drift as plain lines: what someone has to decide first, then what autoscalers and the cloud did by themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from poolwright.review.drift import DriftClass, DriftRecord, DriftReport

_TITLES = {
    DriftClass.HAND: "someone's hand",
    DriftClass.DELETED: "deleted outside",
    DriftClass.AUTOSCALER: "autoscalers' own",
    DriftClass.CLOUD: "the cloud's own",
}
_VALUE_WIDTH = 60
_LONGEST = 50_000
"""Characters of an issue's text: forges take 65,536 and more."""
_TICKS = re.compile("`+")


def drift_lines(report: DriftReport) -> Iterator[str]:
    """The report for people, ending with one line that sums it up."""
    for by, title in _TITLES.items():
        found = [record for record in report.differences if record.by is by]
        if found:
            yield f"{title} ({len(found)}):"
            for record in found:
                yield from _record_lines(record)
            yield ""
    yield drift_summary(report)


def drift_summary(report: DriftReport) -> str:
    """`162 resources read: 2 someone's hand, 1 autoscalers' own`."""
    counts = [
        f"{count} {title}"
        for by, title in _TITLES.items()
        if (count := sum(record.by is by for record in report.differences))
    ]
    return f"{report.resources} resources read: {', '.join(counts) or 'no difference'}"


def drift_marker(stack: str) -> str:
    """The first line by which an issue is found again."""
    # A stack's name is a key: nothing in it ends a comment.
    return f"<!-- poolwright drift {stack} -->"


def drift_markdown(report: DriftReport) -> str:
    """The report as an issue's text: its lines as they are, in a fence that none of them ends."""
    lines = list(drift_lines(report))
    if len(text := "\n".join(lines)) > _LONGEST:
        text = text[:_LONGEST].rpartition("\n")[0] + f"\n…\n{lines[-1]}"
    ticks = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{drift_marker(report.stack)}\n\n{fence}text\n{text}\n{fence}\n\n`poolwright drift {report.stack}`\n"


def _record_lines(record: DriftRecord) -> Iterator[str]:
    yield f"  {record.resource} ({record.type})"
    if record.path:
        yield f"    {record.path}: {_shown(record.before)} -> {_shown(record.now)}"
    yield f"    {record.reason}"
    if record.remedy:
        yield f"    {record.remedy}"


def _shown(value: Any) -> str:
    text = " ".join(json.dumps(value, ensure_ascii=False, sort_keys=True).split())
    return text if len(text) <= _VALUE_WIDTH else f"{text[: _VALUE_WIDTH - 1]}…"
