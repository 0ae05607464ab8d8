"""What views are made of: headings, tables of aligned columns without lines, differences of money."""

from __future__ import annotations

from collections.abc import Sequence

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
