"""Drift as plain lines: what someone has to decide first, then what autoscalers and the cloud did by themselves."""

from __future__ import annotations

import json
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
