"""What the pictures of a report share: a sheet of some width, its colours in light and dark, texts that fit.

A picture brings its background along, and holds no script, no font and no clock: the same review gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

WIDE, NARROW = 960, 480
"""Of a screen, and of a phone, where the picture is shown a fifth smaller."""
LETTER = 7.4
"""Pixels of a letter of 13 pixels' height, at most on average."""
PALETTE = ("#3b82f6", "#f59e0b", "#10b981", "#a855f7", "#ec4899", "#06b6d4", "#84cc16", "#94a3b8")
_STYLE = """
.back { fill: #ffffff; } .ink { fill: #1f2937; } .faint { fill: #4b5563; }
.edge { stroke: #6b7280; fill: none; } .grid { stroke: #d1d5db; fill: none; } .soft { fill: #f3f4f6; stroke: #9ca3af; }
.whole { fill: #3b82f6; } .more { fill: #dc2626; } .less { fill: #059669; } .on { fill: #111827; }
.tip { fill: #6b7280; }
@media (prefers-color-scheme: dark) {
  .back { fill: #111827; } .ink { fill: #f3f4f6; } .faint { fill: #cbd5e1; }
  .edge { stroke: #9ca3af; } .grid { stroke: #374151; } .soft { fill: #1f2937; stroke: #6b7280; }
  .whole { fill: #60a5fa; } .more { fill: #f87171; } .less { fill: #34d399; } .tip { fill: #9ca3af; }
}
text { font: 13px system-ui, sans-serif; } .bold { font-weight: 600; } .small { font-size: 12px; }
"""


def sheet(title: str, width: int, height: int, parts: Iterable[str]) -> str:
    """The text of an SVG file."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="back" width="{width}" height="{height}" rx="6"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def text(x: float, y: float, words: str, kind: str = "ink", *, room: float = 0.0, anchor: str = "") -> str:
    """One line of text; with `room`, no wider than so many pixels."""
    shown = fitting(words, room) if room else words
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{at}>{escape(shown)}</text>'


def fitting(words: str, room: float) -> str:
    """The text, its middle left out where it is wider than the room: names differ at their ends."""
    most = max(2, int(room / LETTER))
    if len(words) <= most:
        return words
    head = most // 2
    return f"{words[:head]}…{words[len(words) - (most - head - 1) :]}"


def lines_of(words: Sequence[str], room: float) -> list[str]:
    """Words put into lines that fit, with commas between them."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}, {word}" if lines else word
        if lines and len(longer) <= room / LETTER:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
