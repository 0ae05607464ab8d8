"""A document on a terminal; plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from poolwright.render.parts import heading
from poolwright.render.report.document import Block, Bullets, Callout, Document, Line, Paragraph, Style, Table

_STYLES = {Style.PLAIN: "default", Style.STRONG: "bold", Style.CODE: "cyan"}


def terminal(document: Document, *, everything: bool) -> RenderableType:
    """The first screen; with `everything` also what is folded."""
    parts = list(_blocks(document.verdict))
    for section in document.sections:
        if everything or not section.folded:
            parts += [Text(), heading(section.title), *_blocks(section.blocks)]
    folded = [section.title for section in document.sections if section.folded]
    if folded and not everything:
        parts += [Text(), Text(f"With --all: {', '.join(folded)}.", "dim")]
    return Group(*parts, Text(), _text(document.footer, "dim"))


def _blocks(blocks: Sequence[Block]) -> Iterator[RenderableType]:
    for block in blocks:
        match block:
            case Paragraph():
                yield _text(block.line)
            case Bullets():
                for each in block.lines:
                    yield Padding(_text(each), (0, 0, 0, 2))
            case Table():
                yield _table(block)
            case Callout():
                yield Text(f"! {block.title}", "bold red")
                yield from _blocks(block.blocks)


def _table(table: Table) -> RenderableType:
    made = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in table.columns:
        made.add_column(name, justify="right" if name in table.numbers else "left", overflow="fold")
    for row in table.rows:
        made.add_row(*(_text(cell) for cell in row))
    return Padding(made, (0, 0, 0, 2))


def _text(line: Line, style: str = "") -> Text:
    made = Text(style=style)
    for span in line:
        made.append(span.text, _STYLES[span.style] if span.style is not Style.PLAIN else "")
    return made
