"""The scheduler's model finds orders that leave tasks waiting, and none where replicas are spread over machines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.proofs.scheduler import Found, Group, Strategy, TaskSet, arrivals, schedule

ZONES = ("a", "b", "c")
PACKED = (Strategy.SPREAD_ZONES, Strategy.PACK_MEMORY)
SPREAD = (Strategy.SPREAD_MACHINES, Strategy.SPREAD_ZONES)


def group(machines: int, *, most: int | None = None, cpu: int = 8, memory: int = 8) -> Group:
    return Group(zones=ZONES, machines=machines, most=machines if most is None else most, holds=(cpu, memory, 0, 50))


def tasks(
    name: str,
    desired: int,
    memory: int = 2,
    strategies: tuple[Strategy, ...] = PACKED,
    least_percent: int = 100,
    most_percent: int = 200,
) -> TaskSet:
    return TaskSet(
        name=name,
        group="g",
        desired=desired,
        asks=(1, memory, 0, 1),
        strategies=strategies,
        least_percent=least_percent,
        most_percent=most_percent,
    )


def runs(groups: Group, *services: TaskSet) -> list[Found]:
    return [schedule({"g": groups}, services, order, seed) for seed, order in enumerate(arrivals(services, seeds=6))]


def test_equal_tasks_fill_every_machine_in_any_order() -> None:
    found = runs(group(5, most=6), tasks("app", 20))
    assert all(not each.waiting and not each.stuck for each in found)


def test_one_task_more_than_there_is_room_waits_for_a_machine_or_for_ever() -> None:
    assert all(each.waiting == {"app": 1} and not each.stuck for each in runs(group(5, most=7), tasks("app", 21)))
    assert all(each.waiting == {"app": 1} and each.stuck == ("app",) for each in runs(group(5), tasks("app", 21)))


def test_packing_small_tasks_first_leaves_no_room_for_large_ones() -> None:
    """Two of 3 and one of 4 have their place on each machine of 10; three of 3 on one take the place of the 4."""
    small, large = tasks("small", 12, memory=3), tasks("large", 6, memory=4)
    assert any(each.waiting for each in runs(group(6, most=12, memory=10), small, large))
    apart = [replace(each, strategies=SPREAD) for each in (small, large)]
    assert all(not each.waiting for each in runs(group(6, most=12, memory=10), *apart))


@settings(max_examples=60)
@given(
    slots=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    machines=st.integers(1, 7),
    missing=st.lists(st.integers(0, 5), min_size=3, max_size=3),
    seed=st.integers(0, 1000),
)
def test_spread_over_machines_any_pattern_is_reached_in_any_order(
    slots: list[int], machines: int, missing: list[int], seed: int
) -> None:
    """Each service within its slots on every machine, though the machine could hold more of one alone."""
    asks = [(number + 1, 2 * number + 1, 0, 1) for number in range(len(slots))]
    holds = tuple(sum(count * ask[place] for count, ask in zip(slots, asks, strict=True)) for place in range(4))
    services = [
        TaskSet(
            name=f"s{number}",
            group="g",
            desired=max(0, count * machines - missing[number]),
            asks=ask,
            strategies=SPREAD,
        )
        for number, (count, ask) in enumerate(zip(slots, asks, strict=True))
    ]
    groups = {"g": Group(zones=ZONES, machines=machines, most=machines, holds=holds)}
    for order in arrivals(services, seeds=3):
        found = schedule(groups, services, order, seed)
        assert found.waiting == {}
        for number, count in enumerate(slots):
            assert found.most_on_a_machine[f"s{number}"] <= count


def test_even_over_zones_a_zone_with_a_machine_less_gets_more_on_each() -> None:
    """Eight tasks on four machines in three zones: even over zones, one machine has three, and two are allowed."""
    over_zones = tasks("app", 8, memory=1, strategies=(Strategy.SPREAD_ZONES, Strategy.SPREAD_MACHINES))
    assert max(each.most_on_a_machine["app"] for each in runs(group(4), over_zones)) == 3
    over_machines = tasks("app", 8, memory=1, strategies=SPREAD)
    assert max(each.most_on_a_machine["app"] for each in runs(group(4), over_machines)) == 2


@pytest.mark.parametrize(
    ("least", "most", "spare", "ends"),
    [(100, 200, 1, True), (100, 125, 1, True), (100, 100, 1, False), (100, 200, 0, False), (75, 100, 0, True)],
)
def test_a_deployment_ends_where_a_task_can_start_or_stop_first(least: int, most: int, spare: int, ends: bool) -> None:
    service = replace(tasks("app", 4, memory=8, least_percent=least, most_percent=most), distinct=True)
    found = runs(group(4, most=4 + spare), service)
    assert all((each.stuck == ()) is ends for each in found)


def test_tasks_on_distinct_machines_never_share_one() -> None:
    found = runs(group(5, most=6), replace(tasks("app", 5, memory=1), distinct=True))
    assert all(each.most_on_a_machine == {"app": 1} for each in found)


def test_only_services_of_one_group_ever_share_a_machine() -> None:
    """Also while machines are added and deployments run, in which old and new tasks are there at once."""
    services = [tasks("app", 6, memory=1), tasks("web", 6, memory=1), replace(tasks("cards", 9, memory=1), group="c")]
    groups = {"g": group(2, most=4), "c": group(1, most=4)}
    found = [schedule(groups, services, order, seed) for seed, order in enumerate(arrivals(services, seeds=6))]
    assert any(each.added for each in found)
    assert all(each.together == {("app", "web")} for each in found)
