"""What a demand says about machines: figures of AWS that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite

_MOST_BETWEEN = 100
"""AWS replaces at most as many machines at once as the group has."""


def machine_contradictions(name: str, site: AwsSite) -> Iterator[Contradiction]:
    """Every contradiction of one site."""
    if site.machines is None:
        return
    path = ("sites", name, "machines")
    refresh = site.machines.refresh
    most = refresh.min_healthy_percent + _MOST_BETWEEN
    if refresh.max_healthy_percent > most:
        yield Contradiction(
            path=(*path, "refresh", "max_healthy_percent"),
            allowed=f"at most {most} is allowed, {_MOST_BETWEEN} above min_healthy_percent",
        )
    if refresh.alarms and not refresh.rollback:
        yield Contradiction(
            path=(*path, "refresh", "rollback"),
            found="false",
            allowed="true is allowed where alarms are named: what an alarm ends is brought back",
        )
