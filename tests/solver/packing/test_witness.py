"""The witness accepts a packing that holds, and names the one rule that a packing breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.packing.answer import PackedMachines, Packing
from solver.packing.instance import Instance, Item, Machine
from solver.packing.witness import faults
from solver.vocabulary import Termination

INSTANCE = Instance(
    machines=(
        Machine("small", {"cpu": 2, "memory": 8}, 0.1),
        Machine("large", {"cpu": 4, "memory": 16}, 0.2, ("a",)),
        Machine("plain", {"cpu": 8}, 0.4),
    ),
    items=(
        Item("web", {"cpu": 0.5, "memory": 1}, 4, zone_spread=True, max_per_machine=2),
        Item("batch", {"cpu": 1, "memory": 2}, 2, excludes=("store",)),
        Item("store", {"memory": 4}, 1),
    ),
    zones=("a", "b"),
    overhead={"cpu": 0.1, "memory": 0.5},
    max_items_per_machine=4,
)


def machines(name: str, zone: str, count: int = 1, **contents: int) -> PackedMachines:
    return PackedMachines(machine=name, zone=zone, contents=contents, count=count)


RIGHT = (machines("large", "a", web=2, batch=2), machines("small", "b", web=2), machines("small", "b", store=1))


def packing(*parts: PackedMachines, usd: float = 0.4, bound: float = 0.3) -> Packing:
    return Packing(machines=parts, usd_per_hour=usd, bound_usd_per_hour=bound, termination=Termination.LIMIT)


def test_a_packing_that_holds_has_no_fault() -> None:
    assert faults(packing(*RIGHT), INSTANCE) == ()


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("machine", packing(*RIGHT, machines("huge", "a"))),
        ("machine", packing(*RIGHT, machines("small", "a", 0))),
        ("zone", packing(replace(RIGHT[0], zone="b"), replace(RIGHT[1], zone="a"), RIGHT[2])),
        ("zone", packing(*RIGHT[:2], replace(RIGHT[2], zone="c"))),
        ("item", packing(*RIGHT[:2], machines("small", "b", store=1, cache=1))),
        ("count", packing(*RIGHT[:2], usd=0.3)),
        ("count", packing(*RIGHT, machines("small", "b", store=1), usd=0.5)),
        ("capacity", packing(RIGHT[0], machines("small", "b", web=2, store=2), usd=0.3)),
        ("spread", packing(machines("large", "a", web=1, batch=2), machines("small", "a", web=2),
                           machines("small", "b", web=1, store=1))),
        ("per-machine", packing(*RIGHT)),
        ("exclusion", packing(machines("large", "a", web=2, batch=1), machines("small", "b", web=2),
                              machines("small", "b", batch=1, store=1))),
        ("slots", packing(*RIGHT)),
        ("cost", packing(*RIGHT, usd=0.41)),
        ("bound", packing(*RIGHT, bound=0.41)),
    ],
)  # fmt: skip
def test_each_rule_that_is_broken_is_named(rule: str, wrong: Packing) -> None:
    instance = INSTANCE
    if rule == "slots":
        instance = replace(INSTANCE, max_items_per_machine=3)
    if rule == "per-machine":
        instance = replace(INSTANCE, items=(replace(INSTANCE.items[0], max_per_machine=1), *INSTANCE.items[1:]))

    found = [fault.rule for fault in faults(wrong, instance)]

    assert found[0] == rule
    # What stands where nothing may stand is not counted.
    assert set(found) <= {rule, "count", "cost"}


def test_one_broken_rule_is_one_fault() -> None:
    broken = packing(*RIGHT[:2], machines("small", "b", store=1), machines("plain", "b", batch=0), usd=0.8)

    assert faults(broken, INSTANCE) == ()
    assert [fault.rule for fault in faults(replace(broken, usd_per_hour=0.5), INSTANCE)] == ["cost"]


def test_a_dimension_that_a_machine_does_not_have_is_full() -> None:
    wrong = packing(*RIGHT[:2], machines("plain", "b", store=1), usd=0.7)

    assert [fault.rule for fault in faults(wrong, INSTANCE)] == ["capacity"]


def test_room_that_overhead_takes_is_no_room() -> None:
    """Two batch replicas ask for 2 of 2 vCPUs, of which a tenth is the machine's own."""
    wrong = packing(machines("small", "a", web=2), machines("small", "a", batch=2), *RIGHT[1:])

    assert [fault.rule for fault in faults(wrong, INSTANCE)] == ["capacity"]


def test_exclusion_holds_for_the_item_that_does_not_name_it() -> None:
    turned = replace(
        INSTANCE,
        items=(
            INSTANCE.items[0],
            replace(INSTANCE.items[1], excludes=()),
            replace(INSTANCE.items[2], excludes=("batch",)),
        ),
    )
    wrong = packing(
        machines("large", "a", web=2, batch=1), machines("small", "b", web=2), machines("small", "b", batch=1, store=1)
    )

    assert [fault.rule for fault in faults(wrong, turned)] == ["exclusion"]
