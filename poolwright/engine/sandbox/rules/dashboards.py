"""Dashboards: their names, and the form of their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import Refusal, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, parsed_json, text, whole

_NAME: Final = re.compile(r"^[A-Za-z0-9_-]{1,255}$")
_CODE: Final = "InvalidParameterInput"
_KINDS: Final = frozenset({"alarm", "custom", "explorer", "log", "metric", "text"})
_COLUMNS: Final = 24
_MOST_WIDGETS: Final = 500
_NEEDS: Final = {"alarm": ("alarms",), "metric": ("metrics", "annotations"), "text": ("markdown",)}
"""Of which properties a widget of a kind has one."""


@validates("cloudwatch.Dashboard")
def dashboard_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A plain name; at most 500 widgets of a known kind, each with what it shows, inside the page's 24 columns."""
    name, body = text(inputs.get("dashboardName")), text(inputs.get("dashboardBody"))
    if name is not None and not _NAME.match(name):
        words = f"The dashboard name {name[:80]} has other than letters, digits, - and _, or more than 255 of them"
        yield Refusal(_CODE, words, "dashboardName")
    if body is None:
        return
    page = fields(parsed_json(body))
    widgets = objects(page.get("widgets"))
    if not widgets or len(widgets) > _MOST_WIDGETS:
        words = f"The dashboard body is invalid: 1 to {_MOST_WIDGETS} widgets are allowed, found {len(widgets)}"
        yield Refusal(_CODE, words, "dashboardBody")
    for number, widget in enumerate(widgets):
        wrong = _wrong(widget)
        if wrong:
            path = f"/widgets/{number}"
            yield Refusal(_CODE, f"The dashboard body is invalid: {path}: {wrong}", "dashboardBody")


def _wrong(widget: Properties) -> str:
    """What AWS finds in a widget; empty: nothing."""
    kind, shown = text(widget.get("type")), fields(widget.get("properties"))
    if kind not in _KINDS:
        return f"type {kind}: {', '.join(sorted(_KINDS))} are allowed"
    if (whole(widget.get("x")) or 0) + (whole(widget.get("width")) or 6) > _COLUMNS:
        return f"x and width end beyond column {_COLUMNS}"
    needs = _NEEDS.get(kind, ())
    if needs and not any(shown.get(name) for name in needs):
        return f"properties of a widget of the type {kind} have {' or '.join(needs)}"
    if kind == "metric" and not text(shown.get("region")):
        return "a metric widget has a region"
    return ""
