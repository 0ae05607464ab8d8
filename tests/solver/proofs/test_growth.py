"""What a site serves when machines are lost, against every arrangement of its machines, counted one by one."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.plan.compute import ComputePlan
from solver.proofs.growth import Growing, Lost, SiteGrowth
from solver.vocabulary import AcceleratorKind
from tests.solver.small_machines import ZONES, compute_plan, node_group, service, variant

NOTHING = Lost()


def growth_of(compute: ComputePlan, quotas: dict[str, int] | None = None) -> SiteGrowth:
    family = {group.key: "standard" for group in compute.node_groups}
    return SiteGrowth(compute=compute, family_of=family, quotas=quotas or {})


def only(compute: ComputePlan, lost: Lost, quotas: dict[str, int] | None = None) -> Growing:
    (found,) = growth_of(compute, quotas).variants(compute.services[0], 0, lost)
    return found


def one_group(
    machines: int, slots: int, replicas: int, *, zones: int = 3, types: int = 1, spot: bool = True
) -> ComputePlan:
    names = tuple(f"m{number}.large" for number in range(types))
    group = node_group("g", machines, {"app.cpu": slots}, zones=ZONES[:zones], types=names, spot=spot)
    return compute_plan([group], [service("app", variant("cpu", replicas, ("g",)))])


def fewest_left(machines: int, zones: int, types: int, pools: int, *, a_zone: bool) -> int:
    """The least that is left over all balanced arrangements, all types of each machine, and all losses of that kind."""
    whole, extra = divmod(machines, zones)
    least = machines
    for longer in combinations(range(zones), extra):
        counts = [whole + (zone in longer) for zone in range(zones)]
        # Machines of a zone split over the types in any way; a pool holds the machines of one type in one zone.
        ways = [[split for split in product(range(count + 1), repeat=types) if sum(split) == count] for count in counts]
        for split in product(*ways):
            for zone in range(zones) if a_zone else (None,):
                rest = [split[z][t] for z in range(zones) for t in range(types) if z != zone]
                least = min(least, sum(rest) - sum(sorted(rest, reverse=True)[:pools]))
    return least


@given(
    machines=st.integers(0, 5),
    zones=st.integers(1, 3),
    types=st.integers(1, 2),
    pools=st.integers(0, 3),
    a_zone=st.booleans(),
)
def test_what_is_left_is_the_least_of_every_arrangement(
    machines: int, zones: int, types: int, pools: int, a_zone: bool
) -> None:
    compute = one_group(machines, 2, 2 * machines, zones=zones, types=types)
    lost = [Lost(zone, pools) for zone in ZONES[:zones]] if a_zone else [Lost(pools=pools)]
    assert min(only(compute, each).replicas for each in lost) == 2 * fewest_left(
        machines, zones, types, pools, a_zone=a_zone
    )


def test_replicas_of_lost_machines_start_on_free_slots_of_the_others() -> None:
    assert only(one_group(3, 4, 8, spot=False), Lost("use1-az2")).replicas == 8
    assert only(one_group(3, 4, 9, spot=False), Lost("use1-az2")).replicas == 8


def test_on_demand_machines_have_no_spot_pools_to_lose() -> None:
    assert only(one_group(3, 1, 3, spot=False), Lost(pools=9)).replicas == 3


def test_a_pool_that_two_groups_share_is_lost_to_both() -> None:
    groups = [
        node_group("a", 3, {"app.small": 1}, spot=True, types=("m7i.large", "m6i.large")),
        node_group("b", 3, {"app.large": 1}, spot=True, types=("m7i.large",)),
    ]
    compute = compute_plan(groups, [service("app", variant("large", 3, ("b",)), variant("small", 3, ("a",)))])
    large, small = growth_of(compute).variants(compute.services[0], 0, Lost(pools=1))
    assert (large.replicas, small.replicas) == (2, 2)


def grown(compute: ComputePlan, lost: Lost = NOTHING, quotas: dict[str, int] | None = None) -> int:
    return only(compute, lost, quotas).most


def growing(*, most_machines: int = 9, most_replicas: int = 99, zones: int = 3, spot: bool = False, **more: object):
    group = node_group("g", 3, {"app.cpu": 2}, most=most_machines, zones=ZONES[:zones], spot=spot)
    accelerator = AcceleratorKind.GPU if more.get("accelerated") else None
    running = variant("cpu", 6, ("g",), most=most_replicas, accelerator=accelerator)
    balancers = () if more.get("alone") else ("public",)
    return compute_plan([group], [service("app", running, load_balancers=balancers)])


def test_growth_ends_at_the_first_ceiling() -> None:
    assert grown(growing()) == 18
    assert grown(growing(most_replicas=7)) == 7
    assert grown(growing(), quotas={"standard": 12}) == 12
    assert grown(growing(), quotas={"standard": 2}) == 6, "what runs is not taken away"


def test_machines_come_back_in_the_zones_that_are_left() -> None:
    assert grown(growing(), Lost("use1-az2")) == 18
    assert grown(growing(zones=1), Lost("use1-az2")) == 0
    assert grown(growing(zones=2, spot=True), Lost("use1-az2", 1)) == 0
    assert grown(growing(zones=3, spot=True), Lost("use1-az2", 1)) == 18


def test_an_accelerator_that_no_load_balancer_counts_does_not_grow() -> None:
    assert grown(growing(accelerated=True, alone=True)) == 6
    assert grown(growing(accelerated=True)) == 18
    assert grown(growing(alone=True)) == 18


def test_nothing_grows_on_a_group_that_runs_none_of_it_in_that_hour() -> None:
    groups = [
        node_group("on", 3, {"app.cpu": 1}, most=4),
        node_group("off", [0] * 100 + [3] * 68, {"app.cpu": 1}, most=9),
    ]
    compute = compute_plan(groups, [service("app", variant("cpu", [3] * 100 + [6] * 68, ("off", "on"), most=99))])
    sites = growth_of(compute)
    (early,) = sites.variants(compute.services[0], 0, Lost())
    (late,) = sites.variants(compute.services[0], 120, Lost())
    assert (early.most, late.most) == (4, 13)


@pytest.mark.parametrize(("quota", "each"), [(1000, (10, 20)), (40, (6, 13)), (32, (5, 10)), (24, (4, 8))])
def test_groups_share_what_a_quota_leaves(quota: int, each: tuple[int, int]) -> None:
    groups = [
        node_group("a", 4, {"app.a": 1}, most=10),
        node_group("b", 8, {"app.b": 1}, most=20),
    ]
    compute = compute_plan(groups, [service("app", variant("a", 4, ("a",), most=99), variant("b", 8, ("b",), most=99))])
    found = tuple(
        growing.most for growing in growth_of(compute, {"standard": quota}).variants(compute.services[0], 0, Lost())
    )
    assert found == each
    assert 2 * sum(found) <= max(quota, 24)
