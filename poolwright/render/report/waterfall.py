"""What moved the cost, as a picture: from the old cost to the new one, a bar for each cause."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from poolwright.review.review import Review
from solver.quantity import format_usd

WIDTH = 960
_LABELS, _RIGHT, _ROW, _BAR = 260, 150, 30, 16
_STYLE = """
.back { fill: #ffffff; } .ink { fill: #1f2937; } .faint { fill: #4b5563; } .edge { stroke: #9ca3af; }
.whole { fill: #3b82f6; } .more { fill: #dc2626; } .less { fill: #059669; }
@media (prefers-color-scheme: dark) {
  .back { fill: #111827; } .ink { fill: #f3f4f6; } .faint { fill: #cbd5e1; } .edge { stroke: #6b7280; }
  .whole { fill: #60a5fa; } .more { fill: #f87171; } .less { fill: #34d399; }
}
text { font: 13px system-ui, sans-serif; }
"""


def waterfall(review: Review) -> str | None:
    """The text of an SVG; None where nothing moved, or nothing was there before."""
    if review.money.old is None or not review.money.change:
        return None
    bars = list(_bars(review))
    low = min(min(start, end) for _, start, end, _ in bars[1:-1]) if len(bars) > 2 else 0.0
    high = max(max(start, end) for _, start, end, _ in bars)
    # The whole costs would make the differences invisible: the scale begins below the lowest of them.
    origin = max(0.0, low - (high - low) * 0.25)
    scale = (WIDTH - _LABELS - _RIGHT) / ((high - origin) or 1.0)
    height = _ROW * (len(bars) + 1) + 12
    rows = [row for place, bar in enumerate(bars) for row in _row(place, bar, origin, scale)]
    title = f"From {format_usd(review.money.old)} to {format_usd(review.money.new)} a month"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="back" width="{WIDTH}" height="{height}" rx="6"/>',
            *rows,
            f'<text class="faint" x="{_LABELS}" y="{height - 12}">{escape(_scale_words(origin))}</text>',
            "</svg>",
            "",
        ]
    )


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


def _row(place: int, bar: Bar, origin: float, scale: float) -> Iterator[str]:
    label, start, end, kind = bar
    y = 6 + place * _ROW
    left = _LABELS + (max(origin, min(start, end)) - origin) * scale
    wide = max(1.0, (max(start, end) - max(origin, min(start, end))) * scale)
    money = format_usd(end) if kind == "whole" else f"{'+' if end > start else '−'}{format_usd(abs(end - start))}"
    shown = label if len(label) <= 34 else f"{label[:33]}…"
    yield f'<text class="ink" x="{_LABELS - 10}" y="{y + 18}" text-anchor="end">{escape(shown)}</text>'
    yield f'<rect class="{kind}" x="{left:.1f}" y="{y + 5}" width="{wide:.1f}" height="{_BAR}" rx="2"/>'
    yield f'<text class="faint" x="{left + wide + 8:.1f}" y="{y + 18}">{escape(money)}</text>'
