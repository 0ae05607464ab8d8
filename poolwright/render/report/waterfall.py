"""What moved the cost, as a picture: from the old cost to the new one, a bar for each cause."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.render.report.drawing import WIDE, sheet, text
from poolwright.review.review import Review
from solver.quantity import format_usd

_RIGHT, _ROW, _BAR = 110, 30, 16


def waterfall(review: Review, width: int = WIDE) -> str | None:
    """The text of an SVG; None where nothing moved, or nothing was there before."""
    if review.money.old is None or not review.money.change:
        return None
    bars = list(_bars(review))
    low = min(min(start, end) for _, start, end, _ in bars[1:-1]) if len(bars) > 2 else 0.0
    high = max(max(start, end) for _, start, end, _ in bars)
    # The whole costs would make the differences invisible: the scale begins below the lowest of them.
    origin = max(0.0, low - (high - low) * 0.25)
    labels = width * 3 // 11
    scale = (width - labels - _RIGHT) / ((high - origin) or 1.0)
    height = _ROW * (len(bars) + 1) + 12
    rows = [row for place, bar in enumerate(bars) for row in _row(place, bar, origin, scale, labels)]
    title = f"From {format_usd(review.money.old)} to {format_usd(review.money.new)} a month"
    return sheet(title, width, height, [*rows, text(labels, height - 12, _scale_words(origin), "faint small")])


def _scale_words(origin: float) -> str:
    return f"The bars begin at {format_usd(origin)}, not at 0." if origin else "The bars begin at 0."


Bar = tuple[str, float, float, str]
"""Label, from, to, class."""


def _bars(review: Review) -> Iterator[Bar]:
    at = review.money.old or 0.0
    yield "before", 0.0, at, "whole"
    for driver in review.drivers:
        to = at + driver.usd_per_month
        yield driver.subject, at, to, "more" if to > at else "less"
        at = to
    yield "after", 0.0, review.money.new, "whole"


def _row(place: int, bar: Bar, origin: float, scale: float, labels: int) -> Iterator[str]:
    label, start, end, kind = bar
    y = 6 + place * _ROW
    left = labels + (max(origin, min(start, end)) - origin) * scale
    wide = max(1.0, (max(start, end) - max(origin, min(start, end))) * scale)
    money = format_usd(end) if kind == "whole" else f"{'+' if end > start else '−'}{format_usd(abs(end - start))}"
    yield text(labels - 10, y + 18, label, room=labels - 20, anchor="end")
    yield f'<rect class="{kind}" x="{left:.1f}" y="{y + 5}" width="{wide:.1f}" height="{_BAR}" rx="2"/>'
    yield text(left + wide + 8, y + 18, money, "faint")
