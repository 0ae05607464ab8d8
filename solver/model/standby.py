"""Standby: a service of which a site must hold more than it is asked for, to take over what a lost site served.

No file says it: it is what sites of AWS are asked for beside owned hosts. Prices that follow the load, as those of
bytes and requests, follow the load alone; machines hold the larger of load with headroom and standby.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.demand.workloads import Service, Workload


class StandbyService(Service):
    """A service with a standby."""

    standby_per_second: tuple[float, ...]
    """What must be held in each hour of the week, headroom apart: the highest load after any one loss."""


def with_standby(service: Service, week: Sequence[float]) -> StandbyService:
    """The service with this standby."""
    return StandbyService.model_construct(
        service.model_fields_set, **{**_fields(service), "standby_per_second": tuple(week)}
    )


def without_standby(workload: Workload) -> Workload:
    """As a file would have it."""
    if not isinstance(workload, StandbyService):
        return workload
    return Service.model_construct(workload.model_fields_set, **_fields(workload))


def standby_of(workload: Workload) -> tuple[float, ...] | None:
    """What must be held in each hour; None where no more than the load and its headroom."""
    return workload.standby_per_second if isinstance(workload, StandbyService) else None


def _fields(service: Service) -> dict[str, object]:
    return {name: getattr(service, name) for name in Service.model_fields}
