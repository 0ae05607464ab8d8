"""Hours over zones: valid answers, survival, and bounds below everything that brute force finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer, RunningMachines, plan_hours
from solver.vocabulary import PurchaseOption, Survive

ZONES = ("a", "b", "c")


def _small(draws: st.DrawFn) -> HourlyInstance:
    zones = ZONES[: draws(st.integers(1, 3))]
    machines = [
        MachineOffer(
            name="m0",
            capacity={"cpu": draws(st.integers(2, 4)), "memory": draws(st.integers(2, 4))},
            usd_per_hour=(price := draws(st.integers(4, 9))),
            spot_usd_per_hour=draws(
                st.sampled_from([None, price / 2, {zone: price / (number + 2) for number, zone in enumerate(zones)}])
            ),
            reserved_usd_per_hour=draws(st.sampled_from([None, price * 0.6, {"1y": price * 0.7, "3y": price * 0.4}])),
            plan_usd_per_hour=draws(st.sampled_from([None, price * 0.7])),
        )
    ]
    if draws(st.booleans()):
        machines.append(
            MachineOffer(
                name="m1", capacity={"cpu": 2, "memory": 2}, usd_per_hour=3, plan_usd_per_hour=2, zones=zones[:1]
            )
        )
    hours = draws(st.integers(1, 2))
    survive = draws(st.sampled_from([Survive.NONE, Survive.ZONE])) if len(zones) > 1 else Survive.NONE
    workloads = tuple(
        HourlyWorkload(
            name=f"w{number}",
            request={"cpu": draws(st.integers(1, 2)), "memory": draws(st.integers(0, 2))},
            replicas=tuple(draws(st.integers(0, 2)) for _ in range(hours)),
            interruptible_share=draws(st.sampled_from([0, 0.5, 1])),
            survive=survive if number == 0 else Survive.NONE,
            spot_pools=draws(st.integers(1, 2)),
        )
        for number in range(draws(st.integers(1, 2)))
    )
    return HourlyInstance(machines=tuple(machines), workloads=workloads, zones=zones)


small_instances = st.composite(_small)()


@dataclass(frozen=True)
class _Machine:
    place: int
    zone: str
    is_spot: bool
    contents: tuple[int, ...]


def _machines(instance: HourlyInstance) -> list[_Machine]:
    """Every machine that could run, with every content of at most three replicas of each workload."""
    found: list[_Machine] = []
    for place, machine in enumerate(instance.machines):
        for contents in product(range(4), repeat=len(instance.workloads)):
            if not any(contents) or any(
                sum(
                    number * workload.request[name]
                    for number, workload in zip(contents, instance.workloads, strict=True)
                )
                > machine.capacity[name]
                for name in ("cpu", "memory")
            ):
                continue
            for zone in machine.zones or instance.zones:
                found.append(_Machine(place, zone, False, contents))
                if machine.spot_rate(zone) is not None:
                    found.append(_Machine(place, zone, True, contents))
    return found


def _enough(instance: HourlyInstance, hour: int, machines: Sequence[_Machine]) -> bool:
    """Whether the machines are an answer to the hour; more replicas than asked for would be left out at no cost."""
    for number, workload in enumerate(instance.workloads):
        need = workload.replicas[hour]
        by_zone = dict.fromkeys(instance.zones, 0)
        for machine in machines:
            by_zone[machine.zone] += machine.contents[number]
        lost = max(by_zone.values()) if workload.survive is Survive.ZONE else 0
        if sum(by_zone.values()) - lost < need:
            return False
        soft = [machine for machine in machines if machine.is_spot and machine.contents[number]]
        most = int(workload.interruptible_share * need)
        if sum(machine.contents[number] for machine in soft) > most:
            return False
        for pool in {(machine.place, machine.zone) for machine in soft}:
            here = sum(machine.contents[number] for machine in soft if (machine.place, machine.zone) == pool)
            if here > -(-most // workload.spot_pools):
                return False
    return True


def _profiles(instance: HourlyInstance, hour: int, most: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Machines that are not spot, by type, and USD of the spot ones, of all answers of few machines."""
    machines = _machines(instance)
    best: dict[tuple[int, ...], float] = {}

    def grow(start: int, chosen: list[_Machine]) -> None:
        if _enough(instance, hour, chosen):
            counts = [0] * len(instance.machines)
            spot = 0.0
            for machine in chosen:
                if machine.is_spot:
                    spot += float(instance.machines[machine.place].spot_rate(machine.zone) or 0)
                else:
                    counts[machine.place] += 1
            key = tuple(counts)
            best[key] = min(spot, best.get(key, spot))
            return
        if len(chosen) < most:
            for place in range(start, len(machines)):
                grow(place, [*chosen, machines[place]])

    grow(0, [])
    yield from best.items()


def _optimum(instance: HourlyInstance, most: int) -> float:
    """The least that any reservations, commitment and machines (at most so many an hour) cost."""
    hours = [list(_profiles(instance, hour, most)) for hour in range(instance.hours)]
    spans = [range(most + 1 if machine.reserved_rate is not None else 1) for machine in instance.machines]
    rates = [float(machine.plan_usd_per_hour or 0) for machine in instance.machines]
    marks = {
        sum(n * rate for n, rate in zip(each, rates, strict=True))
        for each in product(range(most + 1), repeat=len(rates))
    }
    best = float("inf")
    for reserved in product(*spans):
        for commitment in marks:
            usd = instance.hours * (
                commitment
                + sum(float(m.reserved_rate or 0) * n for m, n in zip(instance.machines, reserved, strict=True))
            )
            for profiles in hours:
                usd += min(_billed(instance, counts, reserved, commitment) + spot for counts, spot in profiles)
            best = min(best, usd)
    return best


def _billed(instance: HourlyInstance, counts: Sequence[int], reserved: Sequence[int], commitment: float) -> float:
    usd = 0.0
    rest = [
        (float(machine.plan_usd_per_hour or 0), float(machine.usd_per_hour), max(0, count - had))
        for machine, count, had in zip(instance.machines, counts, reserved, strict=True)
    ]
    for rate, price, count in sorted(rest, key=lambda each: each[0] / each[1]):
        covered = min(float(count), commitment / rate) if rate else 0.0
        commitment -= covered * rate
        usd += (count - covered) * price
    return usd


@settings(deadline=None, max_examples=60)
@given(small_instances)
def test_a_timetable_over_zones_holds_and_its_bound_is_below_every_plan(instance: HourlyInstance) -> None:
    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    optimum = _optimum(instance, 4)
    assert timetable.bound_usd <= optimum + 1e-6
    most = max(sum(group.count for group in running) for running in timetable.hours)
    if most <= 4:
        assert optimum <= timetable.usd + 1e-6


def _web(**changes: Any) -> HourlyInstance:
    workload = HourlyWorkload(name="web", request={"cpu": 1}, replicas=(60, 41), survive=Survive.ZONE)
    machine = MachineOffer(name="m", capacity={"cpu": 1}, usd_per_hour=1)
    return HourlyInstance(machines=(replace(machine, **changes),), workloads=(workload,), zones=ZONES)


def _left_without(instance: HourlyInstance, running: Sequence[RunningMachines]) -> Mapping[str, int]:
    found = dict.fromkeys(instance.zones, 0)
    for lost in instance.zones:
        found[lost] = sum(g.count * g.contents["web"] for g in running if g.zone != lost)
    return found


def test_half_as_many_replicas_more_survive_any_of_three_zones_and_none_beyond() -> None:
    instance = _web()

    timetable = plan_hours(instance)

    assert min(_left_without(instance, timetable.hours[0]).values()) == 60
    assert timetable.usd == pytest.approx(90 + 62)
    assert timetable.gap < 1e-6


def test_a_workload_whose_machines_two_zones_have_runs_twice() -> None:
    instance = _web(zones=("a", "c"))

    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    assert timetable.usd == pytest.approx(2 * (60 + 41))


def test_a_reservation_pays_for_what_runs_long_enough_and_the_lowest_term_is_paid() -> None:
    timetable = plan_hours(_web(reserved_usd_per_hour={"1y": 0.7, "3y": 0.6}))

    assert timetable.reserved == {"m": 62}
    assert timetable.usd == pytest.approx(62 * 0.6 * 2 + 28)
    assert timetable.gap < 1e-6


def test_a_savings_plan_covers_what_runs_long_enough() -> None:
    instance = _web(plan_usd_per_hour=0.7)

    timetable = plan_hours(instance)

    assert timetable.plan_usd_per_hour == pytest.approx(62 * 0.7)
    assert {group.purchase for group in timetable.hours[1]} == {PurchaseOption.SAVINGS_PLAN}
    assert timetable.usd == pytest.approx(62 * 0.7 * 2 + 28)
    assert timetable.check(instance) == ()


def test_spot_replicas_are_spread_over_capacity_pools() -> None:
    machine = MachineOffer(name="m", capacity={"cpu": 4}, usd_per_hour=1, spot_usd_per_hour={"a": 0.3, "b": 0.4})
    workload = HourlyWorkload(name="batch", request={"cpu": 1}, replicas=(80,), interruptible_share=1, spot_pools=2)
    instance = HourlyInstance(machines=(machine,), workloads=(workload,), zones=ZONES)

    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    spot = {group.zone: group.count for group in timetable.hours[0] if group.purchase is PurchaseOption.SPOT}
    assert spot == {"a": 10, "b": 10}


def test_the_same_instance_gives_the_same_timetable() -> None:
    instance = _web(reserved_usd_per_hour=0.6, plan_usd_per_hour=0.7, spot_usd_per_hour=0.3)

    assert plan_hours(instance) == plan_hours(instance)


@pytest.mark.parametrize("busy", [1, 5, 11, 40, 47])
def test_a_workload_of_few_hours_is_planned_whichever_hours_these_are(busy: int) -> None:
    """Machines are first tried on some of the hours: one that only the others need must be for sale all the same."""
    gpu = MachineOffer(name="gpu", capacity={"cpu": 4, "gpu": 1}, usd_per_hour=3)
    instance = HourlyInstance(
        zones=ZONES,
        machines=(MachineOffer(name="plain", capacity={"cpu": 4}, usd_per_hour=1), gpu),
        workloads=(
            HourlyWorkload(name="web", request={"cpu": 1}, replicas=tuple(range(20, 68))),
            HourlyWorkload(
                name="night",
                request={"gpu": 1},
                replicas=tuple(int(hour == busy) for hour in range(48)),
            ),
        ),
    )
    timetable = plan_hours(instance)
    assert timetable.check(instance) == ()
    assert [hour for hour, running in enumerate(timetable.hours) if any(each.machine == "gpu" for each in running)] == [
        busy
    ]
