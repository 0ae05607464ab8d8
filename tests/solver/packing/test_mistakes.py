"""Mistakes of an instance come in one error, one for each wrong field, with its place and what is allowed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from solver.errors import ExitCode, InputError
from solver.packing.instance import Instance, Item, Machine

MACHINE: dict[str, Any] = {"name": "m", "capacity": {"cpu": 4, "memory": 8}, "usd_per_hour": 0.2}
ITEM: dict[str, Any] = {"name": "i", "request": {"cpu": 1}, "count": 3}
ZONES = ("a", "b")


def instance(machine: dict[str, Any], item: dict[str, Any], **more: Any) -> Instance:
    return Instance((Machine(**{**MACHINE, **machine}),), (Item(**{**ITEM, **item}),), **more)


def refused(machine: dict[str, Any], item: dict[str, Any], **more: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        instance(machine, item, **more)
    return caught.value


@pytest.mark.parametrize(
    ("path", "machine", "item", "more"),
    [
        ("machines.m.capacity.cpu", {"capacity": {"cpu": -4}}, {}, {}),
        ("machines.m.capacity.cpu", {"capacity": {"cpu": float("inf")}}, {}, {}),
        ("machines.m.capacity.cpu", {"capacity": {"cpu": "4"}}, {}, {}),
        ("machines.m.capacity.cpu", {"capacity": {"cpu": True}}, {}, {}),
        ("machines.m.capacity.cpu", {"capacity": {"cpu": Decimal("nan")}}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": 0}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": -0.1}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": 1e6}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": 1e-12}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": float("nan")}, {}, {}),
        ("machines.m.usd_per_hour", {"usd_per_hour": None}, {}, {}),
        ("machines.m.zones", {"zones": ("c",)}, {}, {"zones": ZONES}),
        ("items.i.request.cpu", {}, {"request": {"cpu": -1}}, {}),
        ("items.i.request.cpu", {}, {"request": {"cpu": 1e16}}, {}),
        ("items.i.request.gpu", {}, {"request": {"gpu": 1}}, {}),
        ("items.i.request", {}, {"request": {"cpu": 5}}, {}),
        ("items.i.count", {}, {"count": -1}, {}),
        ("items.i.count", {}, {"count": 1.5}, {}),
        ("items.i.count", {}, {"count": 10**9}, {}),
        ("items.i.max_per_machine", {}, {"max_per_machine": 0}, {}),
        ("items.i.max_per_machine", {}, {"max_per_machine": True}, {}),
        ("items.i.excludes", {}, {"excludes": ("i",)}, {}),
        ("items.i.excludes", {}, {"excludes": ("j",)}, {}),
        ("items.i.zone_spread", {"zones": ("a",)}, {"zone_spread": True}, {"zones": ZONES}),
        ("overhead.cpu", {}, {}, {"overhead": {"cpu": -1}}),
        ("overhead.gpu", {}, {}, {"overhead": {"gpu": 1}}),
        ("items.i.request", {}, {}, {"overhead": {"cpu": 3.5}}),
        ("max_items_per_machine", {}, {}, {"max_items_per_machine": 0}),
        ("zones", {}, {}, {"zones": ("a", "a")}),
    ],
)
def test_a_wrong_field_is_one_mistake_with_its_place(
    path: str, machine: dict[str, Any], item: dict[str, Any], more: dict[str, Any]
) -> None:
    error = refused(machine, item, **more)

    assert [problem.path for problem in error.problems] == [path]
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.problems[0].allowed


def test_all_mistakes_come_at_once() -> None:
    error = refused({"usd_per_hour": 0}, {"count": -1}, overhead={"cpu": -1})

    assert [problem.path for problem in error.problems] == ["items.i.count", "machines.m.usd_per_hour", "overhead.cpu"]


def test_no_machine_and_names_that_come_twice_are_refused() -> None:
    with pytest.raises(InputError, match="at least one machine"):
        Instance((), (Item(**ITEM),))
    with pytest.raises(InputError, match="m 2 times"):
        Instance((Machine(**MACHINE), Machine(**MACHINE)), ())
    with pytest.raises(InputError, match="i 2 times"):
        Instance((Machine(**MACHINE),), (Item(**ITEM), Item(**ITEM)))


def test_a_slip_of_the_pen_gets_a_hint() -> None:
    assert "Did you mean memory?" in str(refused({}, {"request": {"memroy": 1}}))


def test_replicas_that_only_together_are_too_many_are_refused() -> None:
    with pytest.raises(InputError, match="16000000 replicas"):
        Instance((Machine(**MACHINE),), tuple(Item(f"i{n}", {"cpu": 1}, 8_000_000) for n in range(2)))


def test_amounts_from_finest_to_greatest_have_at_most_15_digits() -> None:
    with pytest.raises(InputError, match="15 digits"):
        instance({"capacity": {"cpu": 10**12}}, {"request": {"cpu": 1e-6}})


def test_a_long_list_of_mistakes_is_cut() -> None:
    machines = tuple(Machine(f"m{n:03d}", {"cpu": -1}, 1) for n in range(80))
    with pytest.raises(InputError, match="30 more mistakes are not listed") as caught:
        Instance(machines, ())

    assert len(caught.value.problems) == 51


@pytest.mark.parametrize(
    ("machine", "item", "more"),
    [
        ({"usd_per_hour": Decimal("0.1")}, {"request": {"cpu": Decimal("0.3")}}, {}),
        ({}, {"count": 0, "request": {"cpu": 100}}, {}),
        ({}, {"request": {}}, {}),
        ({}, {"count": 1, "zone_spread": True}, {"zones": ZONES}),
    ],
)
def test_what_is_unusual_but_right_passes(machine: dict[str, Any], item: dict[str, Any], more: dict[str, Any]) -> None:
    assert instance(machine, item, **more).items[0].name == "i"
