"""Placement as a picture: each kind of machine with the replicas that share it, by vCPU and by memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from poolwright.render.colours import colours_of
from poolwright.render.report.drawing import LETTER, PALETTE, WIDE, fitting, number, sheet, text
from poolwright.review.shape import PlacementRow

_ROW, _CPU, _MEMORY, _HEAD, _LEGEND = 54, 20, 9, 30, 20


def placement_chart(
    rows: Sequence[PlacementRow], width: int = WIDE, *, told: dict[str, str] | None = None
) -> str | None:
    """The text of an SVG; None without rows. `told` are colours of words on the same page."""
    if not rows:
        return None
    colours = colours_of((name for row in rows for name in row.holds), PALETTE, {} if told is None else told)
    across = max(1, (width - 24) // 230)
    parts: list[str] = [text(12, 20, "upper bar: vCPU, lower bar: memory of one machine", "faint small")]
    for place, (name, colour) in enumerate(colours.items()):
        x, y = 12 + (place % across) * 230, _HEAD + 12 + (place // across) * _LEGEND
        parts.append(f'<rect x="{x}" y="{y - 10}" width="16" height="11" fill="{colour}"/>')
        parts.append(text(x + 22, y, name, "faint small", room=200))
    top = _HEAD + _LEGEND * -(-len(colours) // across) + 8
    for place, row in enumerate(rows):
        parts += _row(row, top + place * _ROW, width, colours)
    return sheet("Which replicas share a machine", width, top + len(rows) * _ROW + 6, parts)


def _row(row: PlacementRow, top: int, width: int, colours: Mapping[str, str]) -> Iterator[str]:
    whole = width - 24
    asked = f"vCPU {row.vcpus_asked:.4g} of {row.vcpus:.4g}, {row.memory_gib_asked:.3g} of {row.memory_gib:.3g} GiB"
    yield text(12, top + 12, f"{row.site}: {row.on}", room=whole - len(asked) * 7 - 12)
    yield text(width - 12, top + 12, asked, "faint small", anchor="end")
    cpu_top, memory_top = top + 18, top + 18 + _CPU + 2
    yield f'<rect class="soft" x="12" y="{cpu_top}" width="{whole}" height="{_CPU}"/>'
    yield f'<rect class="soft" x="12" y="{memory_top}" width="{whole}" height="{_MEMORY}"/>'
    left_cpu = left_memory = 12.0
    for name, held in row.holds.items():
        wide = whole * min(1.0, held.vcpus / row.vcpus) if row.vcpus else 0.0
        deep = whole * min(1.0, held.memory_gib / row.memory_gib) if row.memory_gib else 0.0
        yield _bar(left_cpu, cpu_top, wide, _CPU, colours[name])
        yield _bar(left_memory, memory_top, deep, _MEMORY, colours[name])
        words = fitting(f"{held.replicas} × {name}", wide - 8)
        if len(words) * LETTER <= wide - 8:
            yield text(left_cpu + 5, cpu_top + 15, words, "on small")
        left_cpu, left_memory = left_cpu + wide, left_memory + deep
    if not row.holds:
        yield text(18, cpu_top + 15, "nothing in this hour", "faint small")


def _bar(x: float, y: float, wide: float, high: int, colour: str) -> str:
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{high}" fill="{colour}"/>'
