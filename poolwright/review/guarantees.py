"""What each guarantee costs: rows of an explanation that was worked out for the same lock."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.review.shape import GuaranteeRow
from solver.plan.explanation import ControlCost, Explanation, GuaranteeCost
from solver.quantity import format_usd


def guarantees_of(explanation: Explanation | None) -> tuple[GuaranteeRow, ...] | None:
    """Promises, limits and permissions, then the controls that cost something; None without an explanation."""
    if explanation is None:
        return None
    rows = [_guarantee(each) for each in explanation.guarantees]
    return (*rows, *_controls(explanation.controls))


def _guarantee(cost: GuaranteeCost) -> GuaranteeRow:
    found = cost.comparison
    usd, note = None, cost.impossible or ""
    if found is not None:
        # Adding zero turns a negative zero into zero.
        usd = -found.usd_per_month + 0.0
        least, most = -found.most_usd_per_month + 0.0, -found.least_usd_per_month + 0.0
        note = "exactly" if least == most else f"of the least possible {format_usd(least)} to {format_usd(most)}"
    return GuaranteeRow(name=cost.name, kept=cost.kept, without=cost.without, usd_per_month=usd, note=note)


def _controls(costs: tuple[ControlCost, ...]) -> Iterator[GuaranteeRow]:
    """Each group of controls that need the same measures once."""
    seen: set[tuple[str, ...]] = set()
    for cost in costs:
        group = (cost.site, *sorted((cost.control, *cost.together_with)))
        if not cost.together_usd_per_month or group in seen:
            continue
        seen.add(group)
        others = f" with {', '.join(cost.together_with)}" if cost.together_with else ""
        yield GuaranteeRow(
            name=f"control {cost.control}",
            kept=f"{cost.site}{others}",
            without=", ".join(cost.measures) or "measures that they share",
            usd_per_month=cost.together_usd_per_month,
            note="with machines, network and storage as planned",
        )
