"""MachinesWish: how the machines of a site's services are renewed."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from solver.demand.names import AlarmName, Distinct
from solver.schema import Schema


def _ascending(percents: tuple[int, ...]) -> tuple[int, ...]:
    for before, after in pairwise(percents):
        if after <= before:
            raise ValueError(f"each larger than the one before it is allowed; {after} follows {before}")
    return percents


Percent = Annotated[int, Field(ge=0, le=100)]
"""A part of a node group's machines."""
Pause = Annotated[int, Field(ge=1, le=99)]
"""A part of a node group's machines, not all of them."""


class RefreshWish(Schema):
    """How running machines are replaced when their image or settings change, node group by node group."""

    checkpoints: Annotated[tuple[Pause, ...], Field(max_length=20), AfterValidator(_ascending)] = (10, 50)
    """After these parts of the group, in percent, the replacement pauses; never when empty."""
    bake_minutes: Annotated[int, Field(ge=0, le=2880)] = 15
    """How long each pause is: the time in which new machines must prove themselves."""
    min_healthy_percent: Percent = 100
    """Part of the group that serves at every moment; 100: new machines come before old ones go."""
    max_healthy_percent: Annotated[int, Field(ge=100, le=200)] = 110
    """How far the group may grow meanwhile: 110 replaces a tenth of it at once."""
    alarms: Annotated[tuple[AlarmName, ...], Field(max_length=10), Distinct] = ()
    """CloudWatch alarms of the site's region, by name: when one rings, the replacement fails."""
    rollback: bool = True
    """A replacement that fails brings the former machines back; false: it stops where it is."""


class MachinesWish(Schema):
    """How the machines of a site's services are renewed; those of jobs live no longer than their job."""

    refresh: RefreshWish = RefreshWish()
    """When their image or settings change."""
    warm_machines: Annotated[int, Field(ge=1, le=100)] | None = None
    """Machines of each on-demand node group that wait, stopped, so that it grows faster; None: no machine waits."""
    max_lifetime_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """A machine that has served so long is replaced, as patch rules ask for; None: as long as it is healthy."""
