"""What views are made of: headings, tables of aligned columns without lines, differences of money."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.table import Table
from rich.text import Text


def heading(text: str) -> Text:
    """A line above a part."""
    return Text(text, "bold")


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A table whose rows begin with an empty cell; columns named in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    made.add_column("")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def signed_usd(usd: float) -> str:
    """`+52.10`, `-3.00`; `0.00` has no sign."""
    return f"{usd:+,.2f}" if usd else "0.00"


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = ()) -> Iterator[str]:
    """Lines of a table for logs and pipes, heads first, columns two blanks apart; those in `right` hold numbers."""
    lines = [heads, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    for line in lines:
        cells = [
            cell.rjust(width) if head in right else cell.ljust(width)
            for head, cell, width in zip(heads, line, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()
