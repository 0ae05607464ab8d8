"""Tables and numbers of the pages of docs/examples, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A Markdown table; columns of numbers are flush right."""
    rule = ["---:" if column in right else "---" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def signed(usd: float) -> str:
    """`+1,234.50`."""
    return f"{usd:+,.2f}"


def number(value: float) -> str:
    """`1,234`, `0.106`."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"
