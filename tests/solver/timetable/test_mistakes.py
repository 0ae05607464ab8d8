"""Mistakes of an hourly instance come in one error, each with its place."""

from __future__ import annotations

from typing import Any

import pytest

from solver.errors import ExitCode, InputError
from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import Survive

MACHINE: dict[str, Any] = {"name": "m", "capacity": {"cpu": 4, "memory": 8}, "usd_per_hour": 0.2}
WORKLOAD: dict[str, Any] = {"name": "w", "request": {"cpu": 1}, "replicas": (1, 2)}


def _refused(machines: list[dict[str, Any]], workloads: list[dict[str, Any]], **more: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        HourlyInstance(
            machines=tuple(MachineOffer(**machine) for machine in machines),
            workloads=tuple(HourlyWorkload(**workload) for workload in workloads),
            **more,
        )
    return caught.value


@pytest.mark.parametrize(
    ("path", "machine", "workload"),
    [
        ("machines.m.usd_per_hour", {"usd_per_hour": 0}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": 1e6}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": float("nan")}, {}),
        ("machines.m.spot_usd_per_hour", {"spot_usd_per_hour": -1}, {}),
        ("machines.m.reserved_usd_per_hour", {"reserved_usd_per_hour": float("inf")}, {}),
        ("machines.m.capacity.cpu", {"capacity": {"cpu": -4}}, {}),
        ("workloads.w.request.cpu", {}, {"request": {"cpu": float("nan")}}),
        ("workloads.w.request", {}, {"request": {"cpu": 0}}),
        ("workloads.w.request", {}, {"request": {"cpu": 5}}),
        ("workloads.w.request", {}, {"request": {"gpu": 1}}),
        ("workloads.w.replicas[1]", {}, {"replicas": (1, -1)}),
        ("workloads.w.replicas[1]", {}, {"replicas": (1, 10**9)}),
        ("workloads.w.replicas", {}, {"replicas": ()}),
        ("workloads.w.interruptible_share", {}, {"interruptible_share": 1.5}),
        ("workloads.w.spot_pools", {}, {"spot_pools": 0}),
        ("workloads.w.survive", {}, {"survive": "zone"}),
        ("workloads.w.survive", {}, {"survive": Survive.ZONE}),
        ("machines.m.plan_usd_per_hour", {"plan_usd_per_hour": 0.3}, {}),
        ("machines.m.reserved_usd_per_hour.3y", {"reserved_usd_per_hour": {"1y": 0.1, "3y": 0}}, {}),
        ("machines.m.spot_usd_per_hour", {"spot_usd_per_hour": {"a": 0.1}}, {}),
        ("machines.m.zones", {"zones": ("a",)}, {}),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(path: str, machine: dict[str, Any], workload: dict[str, Any]) -> None:
    error = _refused([MACHINE | machine], [WORKLOAD | workload])

    assert [problem.path for problem in error.problems] == [path]
    assert error.exit_code is ExitCode.BAD_INPUT


def test_all_mistakes_come_at_once() -> None:
    other = WORKLOAD | {"replicas": (1, 2, 3)}

    error = _refused([MACHINE, MACHINE], [WORKLOAD, other], overhead={"cpu": -1})

    assert {problem.path for problem in error.problems} == {
        "machines",
        "workloads",
        "workloads.w.replicas",
        "overhead.cpu",
    }


def test_machines_and_workloads_are_needed() -> None:
    assert {problem.path for problem in _refused([], []).problems} == {"machines", "workloads"}


def test_a_request_must_fit_beside_the_overhead() -> None:
    error = _refused([MACHINE], [WORKLOAD | {"request": {"cpu": 4}}], overhead={"cpu": 0.1})

    assert [problem.path for problem in error.problems] == ["workloads.w.request"]


def test_survival_needs_machines_in_two_zones() -> None:
    error = _refused([MACHINE | {"zones": ("a",)}], [WORKLOAD | {"survive": Survive.ZONE}], zones=("a", "b"))

    assert [problem.path for problem in error.problems] == ["workloads.w.survive"]
