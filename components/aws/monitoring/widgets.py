"""Widgets of a CloudWatch dashboard: what one shows, and where on the page it is.

The form of a page is AWS's: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ has it as
`CloudWatch-Dashboard-Body-Structure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.metric_names import PERIOD_SECONDS, Metric

COLUMNS = 24
_HEIGHT, _TEXT_HEIGHT = 6, 3
_EACH_ROW = 2


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a graph: a metric of a resource, or an expression over other lines."""

    label: str
    metric: Metric | None = None
    dimensions: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    expression: str | None = None
    id: str | None = None
    """How expressions name it."""
    stat: str | None = None
    """Instead of the metric's own: `p99`."""
    visible: bool = True
    region: str | None = None
    """Where it is, when that is not the dashboard's region."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A horizontal line of the plan's."""

    label: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Lines over time."""

    title: str
    lines: Sequence[Line]
    bounds: Sequence[Bound] = ()
    unit: str = ""
    """Of the vertical axis."""
    period_seconds: int = PERIOD_SECONDS


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words in Markdown, over the whole width."""

    markdown: str


@dataclass(frozen=True, kw_only=True)
class Bells:
    """Alarms, each with its state, over the whole width."""

    title: str
    arns: Sequence[pulumi.Input[str]]


Widget = Graph | Text | Bells


def page(widgets: Sequence[Widget], region: str) -> pulumi.Output[str]:
    """The dashboard's body: two graphs to a row, words and alarms over the whole width."""
    return pulumi.Output.json_dumps({"widgets": list(_placed(widgets, region))}, sort_keys=True)


def _placed(widgets: Sequence[Widget], region: str) -> Iterator[dict[str, Any]]:
    top, column = 0, 0
    width = COLUMNS // _EACH_ROW
    for widget in widgets:
        if isinstance(widget, Graph):
            yield _widget("metric", _graph(widget, region), column, top, width, _HEIGHT)
            column += width
            if column == COLUMNS:
                column, top = 0, top + _HEIGHT
            continue
        if column:
            column, top = 0, top + _HEIGHT
        if isinstance(widget, Text):
            yield _widget("text", {"markdown": widget.markdown}, 0, top, COLUMNS, _TEXT_HEIGHT)
        else:
            yield _widget("alarm", {"title": widget.title, "alarms": list(widget.arns)}, 0, top, COLUMNS, _TEXT_HEIGHT)
        top += _TEXT_HEIGHT


def _widget(kind: str, properties: dict[str, Any], x: int, y: int, width: int, height: int) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _graph(graph: Graph, region: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "period": graph.period_seconds,
        "metrics": [_line(line) for line in graph.lines],
        "yAxis": {"left": {"min": 0, "label": graph.unit, "showUnits": False}},
    }
    if graph.bounds:
        marks = [{"label": bound.label, "value": bound.value} for bound in graph.bounds]
        properties["annotations"] = {"horizontal": marks}
    return properties


def _line(line: Line) -> list[Any]:
    known = {"label": line.label, "id": line.id, "region": line.region}
    shown: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    if not line.visible:
        shown["visible"] = False
    if line.metric is None:
        return [{**shown, "expression": line.expression}]
    named = [part for name, value in line.dimensions.items() for part in (name, value)]
    return [line.metric.namespace, line.metric.name, *named, {**shown, "stat": line.stat or line.metric.statistic}]
