"""The witness of a timetable names each rule that is broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.timetable.answer import RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import PurchaseOption, Survive, Termination

INSTANCE = HourlyInstance(
    machines=(
        MachineOffer(
            name="m", capacity={"cpu": 4.5}, usd_per_hour=0.1, spot_usd_per_hour=0.04, reserved_usd_per_hour=0.06
        ),
        MachineOffer(name="n", capacity={"cpu": 9}, usd_per_hour=0.25),
    ),
    workloads=(HourlyWorkload(name="web", request={"cpu": 2}, replicas=(2, 3), interruptible_share=0.5),),
    overhead={"cpu": 0.5},
)
ON_DEMAND, SPOT, RESERVED = PurchaseOption.ON_DEMAND, PurchaseOption.SPOT, PurchaseOption.RESERVED
GOOD = Timetable(
    hours=(
        (RunningMachines("m", RESERVED, {"web": 2}, 1),),
        (RunningMachines("m", RESERVED, {"web": 2}, 1), RunningMachines("m", SPOT, {"web": 1}, 1)),
    ),
    reserved={"m": 1},
    usd=0.16,
    bound_usd=0.12,
    termination=Termination.LIMIT,
)


def test_a_timetable_that_holds_has_no_fault() -> None:
    assert GOOD.check(INSTANCE) == ()


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("hours", replace(GOOD, hours=GOOD.hours[:1])),
        ("machine", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("x", ON_DEMAND, {"web": 3}, 1),)))),
        ("machine", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("m", ON_DEMAND, {"web": 3}, 0),)))),
        ("purchase", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("n", SPOT, {"web": 3}, 1),)))),
        ("workload", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("n", ON_DEMAND, {"db": 3}, 1),)))),
        ("capacity", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("m", RESERVED, {"web": 3}, 1),)))),
        ("count", replace(GOOD, hours=(GOOD.hours[0], GOOD.hours[0]))),
        ("interruptible", replace(GOOD, hours=(GOOD.hours[0], (RunningMachines("m", SPOT, {"web": 1}, 3),)))),
        ("reserved", replace(GOOD, reserved={})),
        ("reserved", replace(GOOD, reserved={"m": 1, "n": 1})),
        ("cost", replace(GOOD, usd=0.15)),
        ("bound", replace(GOOD, bound_usd=0.17)),
    ],
)
def test_each_broken_rule_is_named(rule: str, broken: Timetable) -> None:
    assert rule in {fault.rule for fault in broken.check(INSTANCE)}


ZONED = HourlyInstance(
    zones=("a", "b", "c"),
    machines=(
        MachineOffer(
            name="m", capacity={"cpu": 2}, usd_per_hour=1, spot_usd_per_hour={"a": 0.3, "b": 0.4}, plan_usd_per_hour=0.5
        ),
        MachineOffer(name="n", capacity={"cpu": 2}, usd_per_hour=1, plan_usd_per_hour=0.8, zones=("a",)),
    ),
    workloads=(
        HourlyWorkload(
            name="web",
            request={"cpu": 1},
            replicas=(4,),
            interruptible_share=0.5,
            survive=Survive.ZONE,
            spot_pools=2,
        ),
    ),
)
PLANNED = PurchaseOption.SAVINGS_PLAN
AT_A = RunningMachines("n", PLANNED, {"web": 2}, 1, "a")
AT_B, AT_C = (RunningMachines("m", PLANNED, {"web": 2}, 1, zone) for zone in ("b", "c"))
SURVIVES = Timetable(
    hours=((AT_A, AT_B, AT_C),),
    reserved={},
    # The commitment covers both m, which save more, and a quarter of n.
    plan_usd_per_hour=1.2,
    usd=1.2 + 0.75,
    bound_usd=1.0,
    termination=Termination.LIMIT,
)


def test_what_the_commitment_leaves_uncovered_is_paid_on_demand() -> None:
    assert SURVIVES.check(ZONED) == ()


def _instead(*machines: RunningMachines) -> Timetable:
    return replace(SURVIVES, hours=(machines,))


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("survival", _instead(AT_A, AT_B)),
        ("survival", _instead(AT_A, AT_B, replace(AT_C, zone="b"))),
        ("zone", _instead(replace(AT_A, zone="b"), AT_B, AT_C)),
        ("zone", _instead(replace(AT_A, zone=""), AT_B, AT_C)),
        ("purchase", _instead(AT_A, AT_B, replace(AT_C, purchase=SPOT))),
        ("pools", _instead(AT_A, replace(AT_B, purchase=SPOT), AT_C)),
        ("reserved", _instead(AT_A, replace(AT_B, purchase=RESERVED), AT_C)),
        ("cost", replace(SURVIVES, plan_usd_per_hour=1.0)),
    ],
)
def test_each_broken_rule_of_zones_and_plans_is_named(rule: str, broken: Timetable) -> None:
    assert rule in {fault.rule for fault in broken.check(ZONED)}
