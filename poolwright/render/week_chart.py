"""A week as a picture: what is asked for in each hour, over what is there to do it, as an SVG of its own.

The picture brings its background along and has colours for light and for dark surroundings, so that it can be read on
any page. It holds no script, no font and no clock: the same panels give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby
from math import ceil

from poolwright.render.colours import colours_of

HOURS = 168
WIDTH = 960
"""Unless another one is asked for."""
_LEFT, _RIGHT, _PLOT, _HEAD, _LEGEND, _FOOT = 64, 16, 150, 28, 18, 34
_LEGEND_ENTRY = 290
"""Pixels that an entry of the legend takes."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COLOURS = ("#3b82f6", "#f59e0b", "#10b981", "#a855f7", "#ec4899", "#06b6d4", "#84cc16", "#94a3b8")
_STYLE = """
.back { fill: #ffffff; } .ink { fill: #1f2937; } .faint { fill: #4b5563; }
.grid { stroke: #d1d5db; } .load { stroke: #111827; } .need { stroke: #b91c1c; }
@media (prefers-color-scheme: dark) {
  .back { fill: #111827; } .ink { fill: #f3f4f6; } .faint { fill: #cbd5e1; }
  .grid { stroke: #374151; } .load { stroke: #f9fafb; } .need { stroke: #fecaca; }
}
text { font: 12px system-ui, sans-serif; } .title { font-weight: 600; font-size: 13px; }
path, line { fill: none; } .load, .need { stroke-width: 1.6; } .need { stroke-dasharray: 5 3; }
"""


@dataclass(frozen=True, kw_only=True)
class Band:
    """What one kind of machine can do in each hour; bands lie on each other."""

    label: str
    """In the legend."""
    colour: str
    """Bands of one word have one colour: a machine type, a host."""
    pale: bool
    """Drawn lighter: machines that may be taken away."""
    hourly: tuple[float, ...]
    """168 values."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is asked for in each hour."""

    label: str
    """In the legend."""
    dashed: bool
    """With headroom."""
    hourly: tuple[float, ...]
    """168 values."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One service, or the jobs."""

    title: str
    """Above it."""
    bands: tuple[Band, ...]
    """From the bottom up."""
    lines: tuple[Line, ...] = ()
    """Over them."""


def week_chart(title: str, panels: Sequence[Panel], width: int = WIDTH, *, told: dict[str, str] | None = None) -> str:
    """The panels below each other, as the text of an SVG file; `told` are colours of words on the same page."""
    words = (band.colour for panel in panels for band in panel.bands)
    colours = colours_of(words, _COLOURS, {} if told is None else told)
    parts: list[str] = []
    top = 8
    for panel in panels:
        parts += _panel(panel, top, colours, width)
        top += _height(panel, width)
    size = f'viewBox="0 0 {width} {top}" width="{width}" height="{top}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="back" width="{width}" height="{top}" rx="6"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _across(width: int) -> int:
    """Entries of a row of the legend."""
    return max(1, (width - _LEFT - _RIGHT) // _LEGEND_ENTRY)


def _legend_rows(panel: Panel, width: int) -> int:
    return -(-(len(panel.bands) + len(panel.lines)) // _across(width))


def _height(panel: Panel, width: int) -> int:
    return _HEAD + _LEGEND * _legend_rows(panel, width) + _PLOT + _FOOT


def _panel(panel: Panel, top: int, colours: dict[str, str], width: int) -> Iterator[str]:
    yield f'<text class="ink title" x="{_LEFT}" y="{top + 16}">{escape(panel.title)}</text>'
    yield from _legend(panel, top + _HEAD, colours, width)
    base = top + _HEAD + _LEGEND * _legend_rows(panel, width) + _PLOT
    stacked = tuple(accumulate((band.hourly for band in panel.bands), _sums, initial=(0.0,) * HOURS))
    highest = max(1e-9, *stacked[-1], *(value for line in panel.lines for value in line.hourly))
    step = _step(highest) if panel.lines else ceil(_step(highest))
    scale = _PLOT / (highest * 1.05)
    yield from _grid(base, highest, step, scale, width)

    def corners(values: Sequence[float]) -> list[str]:
        return steps(values, left=_LEFT, right=width - _RIGHT, base=base, scale=scale)

    for band, below, above in zip(panel.bands, stacked, stacked[1:], strict=False):
        if any(band.hourly):
            back = " ".join(reversed(corners(below)))
            shape = f"{' '.join(corners(above))} {back}"
            yield f'<polygon points="{shape}" fill="{colours[band.colour]}" fill-opacity="{_opacity(band)}"/>'
    for line in panel.lines:
        kind = "need" if line.dashed else "load"
        yield f'<polyline class="{kind}" fill="none" points="{" ".join(corners(line.hourly))}"/>'


def _opacity(band: Band) -> str:
    return "0.45" if band.pale else "0.9"


def _legend(panel: Panel, top: int, colours: dict[str, str], width: int) -> Iterator[str]:
    across = _across(width)
    wide = (width - _LEFT - _RIGHT) // across
    for place, entry in enumerate([*panel.lines, *panel.bands]):
        x, y = _LEFT + wide * (place % across), top + _LEGEND * (place // across)
        if isinstance(entry, Line):
            kind = "need" if entry.dashed else "load"
            yield f'<line class="{kind}" x1="{x}" y1="{y + 4}" x2="{x + 18}" y2="{y + 4}"/>'
        else:
            colour, opacity = colours[entry.colour], _opacity(entry)
            yield f'<rect x="{x}" y="{y - 2}" width="18" height="11" fill="{colour}" fill-opacity="{opacity}"/>'
        yield f'<text class="faint" x="{x + 24}" y="{y + 8}">{escape(entry.label)}</text>'


def _grid(base: int, highest: float, step: float, scale: float, width: int) -> Iterator[str]:
    right = width - _RIGHT
    for count in range(int(highest * 1.05 / step) + 1):
        y = base - count * step * scale
        yield f'<line class="grid" x1="{_LEFT}" y1="{_short(y)}" x2="{right}" y2="{_short(y)}"/>'
        label = f"{count * step:,.10g}"
        yield f'<text class="faint" x="{_LEFT - 8}" y="{_short(y + 4)}" text-anchor="end">{label}</text>'
    for day, name in enumerate(DAYS):
        x = _x(day * 24, _LEFT, right)
        yield f'<line class="grid" x1="{_short(x)}" y1="{base - _PLOT}" x2="{_short(x)}" y2="{base + 5}"/>'
        yield f'<text class="faint" x="{_short(x + 5)}" y="{base + 16}">{name}</text>'


def _step(highest: float) -> float:
    """A round number that goes into the highest value two to five times."""
    power = 10.0 ** len(str(int(highest)))
    while power > highest / 2:
        power = next((power / part for part in (2, 4, 5, 10) if power / part <= highest / 2), power / 10)
    return power


def steps(values: Sequence[float], *, left: float, right: float, base: float, scale: float) -> list[str]:
    """The corners of a line of steps through the hours of a week, from the left to the right: `x,y`."""
    corners: list[str] = []
    hour = 0
    for value, run in groupby(values):
        y = _short(base - value * scale)
        corners.append(f"{_short(_x(hour, left, right))},{y}")
        hour += len(list(run))
        corners.append(f"{_short(_x(hour, left, right))},{y}")
    return corners


def _x(hour: int, left: float, right: float) -> float:
    return left + hour * (right - left) / HOURS


def _sums(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
