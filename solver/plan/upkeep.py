"""UpkeepPlan: how the machines of services are renewed."""

from __future__ import annotations

from solver.schema import Schema


class RefreshPlan(Schema):
    """How running machines are replaced when their launch template changes."""

    checkpoints: tuple[int, ...] = (10, 50, 100)
    """Parts of the group, in percent: after each but the last it pauses."""
    bake_minutes: int = 15
    """Length of a pause."""
    min_healthy_percent: int = 100
    """Part of the group that serves at every moment."""
    max_healthy_percent: int = 110
    """How far the group may grow meanwhile."""
    alarms: tuple[str, ...] = ()
    """CloudWatch alarms that end it."""
    rollback: bool = True
    """A replacement that fails brings the former machines back."""


class UpkeepPlan(Schema):
    """Of the Auto Scaling groups of a site."""

    refresh: RefreshPlan = RefreshPlan()
    """Of running machines, when their launch template changes."""
    max_lifetime_days: int | None = None
    """A machine that has served so long is replaced; None: never for its age."""


def is_usual(upkeep: UpkeepPlan) -> bool:
    """Whether nothing was wished: a plan says nothing of it then."""
    return upkeep == UpkeepPlan()
