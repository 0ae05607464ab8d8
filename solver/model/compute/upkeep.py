"""Upkeep: what a demand wishes for the renewal of machines, as a plan says it."""

from __future__ import annotations

from solver.demand.demand import AwsSite
from solver.demand.machines import MachinesWish
from solver.plan.upkeep import RefreshPlan, UpkeepPlan

_ALL = 100
"""Percent: a replacement that pauses goes on to the end."""


def upkeep_of(site: AwsSite) -> UpkeepPlan:
    """The site's; without a pause there is no checkpoint either."""
    wish = site.machines or MachinesWish()
    refresh = wish.refresh
    pauses = refresh.checkpoints if refresh.bake_minutes else ()
    return UpkeepPlan(
        refresh=RefreshPlan(
            checkpoints=(*pauses, _ALL) if pauses else (),
            bake_minutes=refresh.bake_minutes if pauses else 0,
            min_healthy_percent=refresh.min_healthy_percent,
            max_healthy_percent=refresh.max_healthy_percent,
            alarms=refresh.alarms,
            rollback=refresh.rollback,
        ),
        max_lifetime_days=wish.max_lifetime_days,
    )
