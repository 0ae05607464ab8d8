"""What each guarantee costs, as bars from a common zero: costs to the right, savings to the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from poolwright.render.report.drawing import WIDE, number, sheet, text
from poolwright.review.shape import GuaranteeRow

_ROW, _BAR, _MONEY = 42, 14, 96


def guarantee_chart(rows: Sequence[GuaranteeRow], width: int = WIDE) -> str | None:
    """The text of an SVG, the dearest first; None where nothing has a figure."""
    known = sorted(
        ((row, usd) for row in rows if (usd := row.usd_per_month) is not None),
        key=lambda each: (-each[1], each[0].name, each[0].kept),
    )
    if not known:
        return None
    low = min(0.0, *(usd for _, usd in known))
    high = max(0.0, *(usd for _, usd in known))
    left = 12.0 + (_MONEY if low else 0)
    scale = (width - left - 12 - _MONEY) / ((high - low) or 1.0)
    zero = left - low * scale
    parts = [part for place, each in enumerate(known) for part in _row(each, 8 + place * _ROW, zero, scale, width)]
    height = 8 + len(known) * _ROW + 6
    axis = f'<line class="edge" x1="{number(zero)}" y1="8" x2="{number(zero)}" y2="{height - 6}"/>'
    return sheet("What each guarantee costs a month", width, height, [*parts, axis])


def _row(each: tuple[GuaranteeRow, float], top: int, zero: float, scale: float, width: int) -> Iterator[str]:
    row, usd = each
    wide = max(1.0, abs(usd) * scale)
    left = zero if usd >= 0 else zero - wide
    yield text(12, top + 13, f"{row.name}: {row.kept}", room=width - 24)
    kind = "more" if usd >= 0 else "less"
    yield f'<rect class="{kind}" x="{number(left)}" y="{top + 19}" width="{number(wide)}" height="{_BAR}" rx="2"/>'
    words = f"{usd:+,.2f}".replace("-", "−")
    if usd >= 0:
        yield text(left + wide + 6, top + 31, words, "faint small")
    else:
        yield text(left - 6, top + 31, words, "faint small", anchor="end")
