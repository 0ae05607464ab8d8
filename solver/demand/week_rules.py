"""What a demand says about the one week that is planned: it begins on a Monday, and buys nothing for years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction
from solver.demand.workloads import Service, Workload

if TYPE_CHECKING:
    from solver.demand.demand import Limits
    from solver.demand.purchase import PurchaseWish


def week_contradictions(
    week_of: date | None, workloads: Mapping[str, Workload], purchase: PurchaseWish, limits: Limits
) -> Iterator[Contradiction]:
    """Every contradiction of `week_of`."""
    loads = {key: each.load for key, each in workloads.items() if isinstance(each, Service) and each.load.events}
    for key, load in loads.items():
        if load.week_of != week_of:
            allowed = "the week of the whole stack is allowed, and filled in from there"
            path = ("workloads", key, "load", "week_of")
            yield Contradiction(path=path, allowed=allowed, hint="Set week_of of the stack")
    if week_of is None:
        return
    if week_of.weekday():
        monday = week_of - timedelta(days=week_of.weekday())
        yield Contradiction(path=("week_of",), allowed="a Monday is allowed", hint=f"Did you mean {monday}?")
        return
    if purchase.commitments:
        allowed = "none is allowed together with week_of: what is bought for years does not follow from one week"
        yield Contradiction(
            path=("purchase", "commitments"), allowed=allowed, hint="State under purchase.held what was bought"
        )
    here = [key for key, load in loads.items() for event in load.events.values() if event.hours_of(week_of)]
    if here and limits.fold != "week":
        allowed = f"week is allowed where a day is unlike the others: {here[0]} has an event in the week of {week_of}"
        yield Contradiction(path=("limits", "fold"), allowed=allowed)
