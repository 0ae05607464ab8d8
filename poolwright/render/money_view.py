"""What a plan costs by pool and billing, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from poolwright.render.parts import table as _table
from solver.plan.cost import Billing, CostLine, Pool, total_usd_per_month
from solver.quantity import cents, format_usd


def money_view(lines: Sequence[CostLine]) -> RenderableType:
    shown = [billing for billing in Billing if any(line.billing is billing for line in lines)]
    table = _table("pool", *shown, "total", right=(*shown, "total"))
    for pool in Pool:
        of_pool = [line for line in lines if line.pool is pool]
        if of_pool:
            table.add_row("", pool.value, *_billing_cells(of_pool, shown))
    table.add_row("", "all", *_billing_cells(lines, shown), style="bold")
    return table


def separate_words(together: float, apart: float) -> str:
    more = cents(apart - together)
    words = f"{format_usd(more)} more" if more > 0 else "the same"
    if more < 0:  # The bound holds for that plan too, so it is no lower than the gap says.
        words = f"{format_usd(-more)} less, which the gap allows"
    return f"  Pool by pool these would cost {format_usd(apart)}, {words}."


def _billing_cells(lines: Sequence[CostLine], shown: Sequence[Billing]) -> Iterator[str]:
    for billing in shown:
        yield f"{total_usd_per_month(line for line in lines if line.billing is billing):,.2f}"
    yield f"{total_usd_per_month(lines):,.2f}"
