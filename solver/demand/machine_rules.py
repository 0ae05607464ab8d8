"""What a demand says about machines: figures of AWS that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction
from solver.demand.workloads import Service, Workload

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


def waiting_contradictions(
    sites: Mapping[str, AwsSite], workloads: Mapping[str, Workload], *, spot: bool
) -> Iterator[Contradiction]:
    """Machines that are to wait on sites where all may be spot ones, beside which AWS lets none wait."""
    for name, site in sites.items():
        services = [
            each
            for each in workloads.values()
            if isinstance(each, Service) and (name == each.site or name in each.sites or len(sites) == 1)
        ]
        wished = site.machines is not None and site.machines.warm_machines is not None
        if wished and spot and services and all(each.interruptible_share >= 1 for each in services):
            yield Contradiction(
                path=("sites", name, "machines", "warm_machines"),
                allowed="none is allowed where all services may run on spot machines: AWS lets none wait beside those",
                hint="purchase.spot: false, or an interruptible_share below 1, leaves machines on demand",
            )
