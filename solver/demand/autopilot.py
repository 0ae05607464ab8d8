"""AutopilotWish: what a nightly run may change of a stack by itself, and how far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from solver.demand.contradiction import Contradiction, near, one_of
from solver.demand.names import Distinct, Key
from solver.demand.promotion import ChangeWindow
from solver.demand.workloads import Service, Workload
from solver.quantity import UsdPerMonth
from solver.schema import Schema, is_empty


class AutopilotWish(Schema):
    """Limits of `poolwright autopilot`; what is beyond them is left to people."""

    workloads: Annotated[tuple[Key, ...], Distinct, Field(max_length=1000)] = ()
    """Services whose load it may change; all when empty."""
    most_usd_per_month: UsdPerMonth
    """Most by which one run may make the plan dearer, USD a month."""
    most_up: Annotated[float, Field(ge=1, le=10)] = 1.5
    """A load becomes at most so many times what it is, in one run."""
    most_down: Annotated[float, Field(gt=0, le=1)] = 0.9
    """A load becomes no less than this part of what it is, in one run."""
    cool_down_days: Annotated[int, Field(ge=0, le=365)] = 7
    """A load becomes less only so many days after it became more."""
    window: ChangeWindow | None = Field(default=None, exclude_if=is_empty)
    """When it may change anything; None: at any time."""


def autopilot_contradictions(
    wish: AutopilotWish | None, workloads: Mapping[str, Workload | None]
) -> Iterator[Contradiction]:
    """Names of its list that are no service of the stack."""
    services = [key for key, entry in workloads.items() if entry is None or isinstance(entry, Service)]
    for place, name in enumerate(wish.workloads if wish is not None else ()):
        if name not in services:
            yield Contradiction(
                path=("autopilot", "workloads", place),
                found=f'"{name}"',
                allowed=one_of(services),
                hint=near(name, services),
            )
