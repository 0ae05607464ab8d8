"""Utilisation as a picture: for each site and dimension a week of what replicas ask for of the machines that run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from poolwright.render.report.drawing import WIDE, number, sheet, text
from poolwright.render.week_chart import DAYS, steps
from poolwright.review.shape import UtilisationRow

_LEFT, _RIGHT, _TOP, _PLOT, _GAP, _FOOT = 118, 92, 34, 44, 14, 24


def utilisation_chart(rows: Sequence[UtilisationRow], width: int = WIDE) -> str | None:
    """The text of an SVG; None without rows."""
    if not rows:
        return None
    sites = list(dict.fromkeys(row.site for row in rows))
    parts: list[str] = []
    top = 0
    for site in sites:
        mine = [row for row in rows if row.site == site]
        parts += _site(site, mine, top, width)
        top += _TOP + len(mine) * (_PLOT + _GAP) + _FOOT
    return sheet("Utilisation of the machines in each hour of a week", width, top, parts)


def _site(site: str, rows: Sequence[UtilisationRow], top: int, width: int) -> Iterator[str]:
    right = width - _RIGHT
    yield text(12, top + 22, f"{site}: asked for, of what runs", "ink bold", room=width - 24)
    for place, row in enumerate(rows):
        base = top + _TOP + place * (_PLOT + _GAP) + _PLOT
        yield text(_LEFT - 10, base - 16, row.dimension, anchor="end")
        for part in (0, 0.5, 1):
            y = base - part * _PLOT
            yield f'<line class="grid" x1="{_LEFT}" y1="{number(y)}" x2="{right}" y2="{number(y)}"/>'
        corners = " ".join(steps(row.hourly, left=_LEFT, right=right, base=base, scale=_PLOT))
        yield f'<polygon class="whole" fill-opacity="0.8" points="{_LEFT},{base} {corners} {right},{base}"/>'
        yield text(right + 8, base - 22, f"mean {row.mean * 100:.0f} %", "faint small")
        yield text(right + 8, base - 6, f"up to {row.highest * 100:.0f} %", "faint small")
    base = top + _TOP + len(rows) * (_PLOT + _GAP) - _GAP
    for day, name in enumerate(DAYS):
        x = _LEFT + day * (right - _LEFT) / len(DAYS)
        yield f'<line class="grid" x1="{number(x)}" y1="{top + _TOP}" x2="{number(x)}" y2="{base + 5}"/>'
        yield text(x + 4, base + 17, name, "faint small")
