"""Hours planned on plain instances: valid answers, valid bounds, exact where the best answer is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.packing.instance import Amount
from solver.timeline import HourlyInstance, HourlyWorkload, MachineOffer, plan_hours
from solver.vocabulary import PurchaseOption, Termination


def _small(draws: st.DrawFn) -> HourlyInstance:
    machines = tuple(
        MachineOffer(
            name=f"m{number}",
            capacity={"cpu": draws(st.integers(2, 6)), "memory": draws(st.integers(2, 6))},
            usd_per_hour=(price := draws(st.integers(2, 9))),
            spot_usd_per_hour=draws(st.sampled_from([None, price / 2])),
            reserved_usd_per_hour=draws(st.sampled_from([None, price * 0.6])),
        )
        for number in range(draws(st.integers(1, 2)))
    )
    room = {name: min(machine.capacity[name] for machine in machines) for name in ("cpu", "memory")}
    hours = draws(st.integers(1, 2))
    workloads = tuple(
        HourlyWorkload(
            name=f"w{number}",
            request={
                "cpu": draws(st.integers(1, int(room["cpu"]))),
                "memory": draws(st.integers(0, int(room["memory"]))),
            },
            replicas=tuple(draws(st.integers(0, 2)) for _ in range(hours)),
            interruptible_share=draws(st.sampled_from([0, 0.5, 1])),
        )
        for number in range(draws(st.integers(1, 2)))
    )
    return HourlyInstance(machines=machines, workloads=workloads)


small_instances = st.composite(_small)()


def _partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All ways to put items into groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in _partitions(rest):
        yield [[first], *groups]
        for place in range(len(groups)):
            yield [*groups[:place], [first, *groups[place]], *groups[place + 1 :]]


def _profiles(instance: HourlyInstance, hour: int) -> set[tuple[tuple[int, int], ...]]:
    """All machine counts (on demand, spot) by type that hold an hour's replicas."""
    items = [place for place, workload in enumerate(instance.workloads) for _ in range(workload.replicas[hour])]
    most_soft = [int(workload.interruptible_share * workload.replicas[hour]) for workload in instance.workloads]
    found: set[tuple[tuple[int, int], ...]] = set()
    choices = [
        (place, spot)
        for place, machine in enumerate(instance.machines)
        for spot in ((False, True) if machine.spot_usd_per_hour is not None else (False,))
    ]
    for groups in _partitions(list(range(len(items)))):
        for chosen in product(choices, repeat=len(groups)):
            soft = [0] * len(instance.workloads)
            counts = [[0, 0] for _ in instance.machines]
            fits = True
            for group, (place, spot) in zip(groups, chosen, strict=True):
                counts[place][int(spot)] += 1
                for name, room in instance.machines[place].capacity.items():
                    used = sum(instance.workloads[items[item]].request[name] for item in group)
                    fits = fits and used <= room
                if spot:
                    for item in group:
                        soft[items[item]] += 1
            if fits and all(number <= most for number, most in zip(soft, most_soft, strict=True)):
                found.add(tuple((on_demand, spot) for on_demand, spot in counts))
    return found


def _optimum(instance: HourlyInstance) -> float:
    """By trying everything."""
    profiles = [_profiles(instance, hour) for hour in range(instance.hours)]
    ranges = [range(5) if machine.reserved_usd_per_hour is not None else range(1) for machine in instance.machines]
    best = float("inf")
    for reserved in product(*ranges):
        usd = sum(
            _usd(machine.reserved_usd_per_hour) * count * instance.hours
            for machine, count in zip(instance.machines, reserved, strict=True)
        )
        for hour in profiles:
            usd += min(_rest(instance, counts, reserved) for counts in hour)
        best = min(best, usd)
    return best


def _usd(price: Amount | Mapping[str, Amount] | None) -> float:
    """Of these instances, which have neither zones nor terms."""
    assert not isinstance(price, Mapping)
    return float(price or 0)


def _rest(instance: HourlyInstance, counts: Sequence[tuple[int, int]], reserved: Sequence[int]) -> float:
    """What an hour's machines cost beside those reserved."""
    usd = 0.0
    for machine, (on_demand, spot), had in zip(instance.machines, counts, reserved, strict=True):
        usd += float(machine.usd_per_hour) * max(0, on_demand - had)
        usd += _usd(machine.spot_usd_per_hour) * max(0, spot - max(0, had - on_demand))
    return usd


@settings(deadline=None, max_examples=60)
@given(small_instances)
def test_a_timetable_holds_and_its_bound_is_below_every_plan(instance: HourlyInstance) -> None:
    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    optimum = _optimum(instance)
    assert timetable.bound_usd <= optimum + 1e-6
    assert optimum <= timetable.usd + 1e-6
    if timetable.termination is Termination.OPTIMAL:
        assert timetable.usd == pytest.approx(optimum, rel=2e-4)


def _one_type(replicas: tuple[int, ...], reserved: float | None) -> HourlyInstance:
    return HourlyInstance(
        machines=(MachineOffer(name="m", capacity={"cpu": 4}, usd_per_hour=0.2, reserved_usd_per_hour=reserved),),
        workloads=(HourlyWorkload(name="web", request={"cpu": 4}, replicas=replicas),),
    )


def test_equal_hours_are_planned_once() -> None:
    timetable = plan_hours(_one_type((3, 5, 3, 5, 3), None))

    assert timetable.work.hours == 2
    assert timetable.usd == pytest.approx(0.2 * 19)
    assert timetable.termination is Termination.OPTIMAL


def test_spot_machines_hold_no_more_than_the_interruptible_share() -> None:
    instance = HourlyInstance(
        machines=(MachineOffer(name="m", capacity={"cpu": 2}, usd_per_hour=1, spot_usd_per_hour=0.25),),
        workloads=(HourlyWorkload(name="batch", request={"cpu": 1}, replicas=(8, 7), interruptible_share=0.5),),
    )

    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    assert timetable.usd == pytest.approx(2 + 0.5 + 2 + 0.5)


def test_a_workload_of_no_replicas_needs_nothing() -> None:
    timetable = plan_hours(_one_type((0, 0), 0.1))

    assert timetable.usd == 0.0
    assert timetable.hours == ((), ())
    assert timetable.termination is Termination.OPTIMAL


def test_the_same_instance_gives_the_same_timetable() -> None:
    instance = HourlyInstance(
        machines=(
            MachineOffer(name="a", capacity={"cpu": 8, "memory": 16}, usd_per_hour=0.4),
            MachineOffer(name="b", capacity={"cpu": 8, "memory": 64}, usd_per_hour=0.6),
        ),
        workloads=tuple(
            HourlyWorkload(
                name=f"w{number}",
                request={"cpu": 0.5 + number % 3, "memory": 1 + (number * 7) % 11},
                replicas=tuple(1 + (number * hour) % 5 for hour in range(6)),
            )
            for number in range(12)
        ),
    )

    first, second = plan_hours(instance), plan_hours(instance)

    assert first == second
    assert first.check(instance) == ()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=30),
    st.integers(1, 7),
    st.integers(1, 7),
    st.sampled_from([0.05, 0.1, 0.13, 0.2, 0.25]),
)
def test_reservations_of_one_machine_type_are_the_newsvendors(
    replicas: list[int], cpu: int, more: int, reserved: float
) -> None:
    """Of sorted machine counts, the one at the part 1 - reserved / on demand is bought: proved, and exact."""
    instance = HourlyInstance(
        machines=(
            MachineOffer(name="m", capacity={"cpu": cpu + more}, usd_per_hour=0.2, reserved_usd_per_hour=reserved),
        ),
        workloads=(HourlyWorkload(name="w", request={"cpu": cpu}, replicas=tuple(replicas)),),
    )
    running = sorted(-(-count // ((cpu + more) // cpu)) for count in replicas)
    place = int(len(running) * (1 - reserved / 0.2) + 1e-9)
    best = running[place] if reserved < 0.2 else 0
    usd = len(running) * reserved * best + 0.2 * sum(max(0, count - best) for count in running)

    timetable = plan_hours(instance)

    assert timetable.check(instance) == ()
    assert timetable.usd == pytest.approx(usd, abs=1e-9)
    assert timetable.bound_usd == pytest.approx(usd, rel=1e-6, abs=1e-6)
    assert timetable.termination is Termination.OPTIMAL


def test_reserved_machines_run_before_others() -> None:
    instance = _one_type((2, 2, 2, 3), 0.1)

    timetable = plan_hours(instance)

    assert timetable.reserved == {"m": 2}
    assert timetable.hours[3][0].purchase is PurchaseOption.RESERVED
    assert timetable.usd == pytest.approx(2 * 4 * 0.1 + 0.2)
