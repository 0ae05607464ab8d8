"""What synthetic checks say of workloads: each asks a public service, by a path that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.monitoring import MonitoringWish
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure, Protocol


def synthetic_contradictions(
    wish: MonitoringWish | None, workloads: Mapping[str, Workload], *, on_aws: bool
) -> Iterator[Contradiction]:
    """Checks of what is not public, or of a path that another service answers; `on_aws`: the stack has a region."""
    checks = {} if wish is None else wish.synthetic_checks
    public = {key: entry for key, entry in workloads.items() if _is_public(entry)} if on_aws else {}
    for key, check in checks.items():
        place = ("monitoring", "synthetic_checks", key)
        if key not in public:
            yield Contradiction(
                path=place,
                found=_found(key, workloads.get(key)),
                allowed=f"a public service that speaks http on a site of AWS is needed; {one_of(list(public))}",
                hint=None if key in workloads else near(key, list(public)),
            )
            continue
        # The longest path that fits is the load balancer's choice.
        led = [(len(entry.path), each) for each, entry in public.items() if _leads(entry.path, check.path)]
        answers = max(led, default=(0, ""))[1]
        if answers != key:
            leads = f"that leads to {answers}" if answers else "that leads to no service"
            yield Contradiction(
                path=(*place, "path"),
                found=f'"{check.path}", {leads}',
                allowed=f"a path that leads to {key} is allowed",
                hint=f"Begin with its own: {public[key].path}",
            )


def _is_public(entry: Workload) -> TypeGuard[Service]:
    return isinstance(entry, Service) and entry.exposure is Exposure.PUBLIC and entry.protocol is Protocol.HTTP


def _found(key: str, entry: Workload | None) -> str:
    if entry is None:
        return f'workload "{key}", which the stack does not have'
    if not isinstance(entry, Service):
        return f'"{key}", a job'
    if entry.exposure is not Exposure.PUBLIC:
        return f'"{key}", whose exposure is {"none" if entry.exposure is None else entry.exposure}'
    return f'"{key}", which speaks {entry.protocol}' if entry.protocol is not Protocol.HTTP else f'"{key}"'


def _leads(prefix: str, path: str) -> bool:
    """As the load balancer's rules have it: the path itself and all below it."""
    return path.startswith(prefix) if prefix.endswith("/") else path == prefix or path.startswith(f"{prefix}/")
