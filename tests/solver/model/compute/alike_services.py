"""Stacks of many small services, some of which ask for the same, and the plans of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import pi, sin
from typing import Any
from unittest.mock import patch

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.model.compute import forms
from solver.plan.compute import ComputePlan, NodeGroup
from solver.plan.plan import Plan
from solver.solve import solve

ONE_SHAPE = (("1", "2Gi"),)
MANY_SHAPES = (("1", "2Gi"), ("500m", "1Gi"), ("250m", "512Mi"), ("1", "1536Mi"), ("2", "4Gi"))


@cache
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def demand(
    shapes: Sequence[tuple[str, str]],
    *,
    services: int,
    zones: int = 2,
    survive: str = "none",
    machines: Sequence[str] = ("c6a.*", "m6a.*"),
    interruptible: float = 0.0,
    **changes: Any,
) -> Demand:
    """Services with loads of different heights and the same course, whose shapes take turns.

    Two of three may be interrupted, where any may.
    """

    def service(number: int) -> dict[str, Any]:
        cpu, memory = shapes[number % len(shapes)]
        peak = 40 + 17 * number
        week = [round(peak * (0.7 + 0.3 * sin(hour * pi / 12)), 1) for hour in range(24)]
        variants = {"cpu": {"cpu": cpu, "memory": memory, "throughput_per_second": 20, "source": "measured"}}
        load = {"hourly_per_second": week}
        share = {"interruptible_share": interruptible} if interruptible and number % 3 else {}
        return {"kind": "service", "image": {}, "load": load, "variants": variants, "survive": survive, **share}

    workloads = {f"s{number:02d}": service(number) for number in range(services)}
    for key, change in changes.items():
        workloads[key] = workloads.get(key, {}) | change
    return Demand.model_validate(
        {
            "stack": "test",
            "owner": "tests",
            "sites": {"main": {"region": "us-east-1", "zones": zones, "network": {"cidr": "10.0.0.0/16"}}},
            "workloads": workloads,
            "compliance": {"profile": "none"},
            "limits": {"machines": list(machines), "changes_per_day": 4},
        }
    )


def with_gathers(asked: Demand, previous: Plan | None = None) -> Plan:
    """The plan with gathers, as if it were always the best one: what else might be better is not looked at."""
    with patch.object(forms.Formed, "is_proved", return_value=True):
        return solve(asked, catalog(), previous=previous)


@cache
def planned(
    shapes: tuple[tuple[str, str], ...], services: int, zones: int, survive: str, interruptible: float = 0.0
) -> Plan:
    asked = demand(shapes, services=services, zones=zones, survive=survive, interruptible=interruptible)
    return with_gathers(asked)


def compute(plan: Plan) -> ComputePlan:
    return plan.aws_sites["main"].compute


def shared(plan: Plan) -> list[NodeGroup]:
    """Node groups whose machines services share."""
    return [group for group in compute(plan).node_groups if group.shared is not None]
