"""Need and have: which promises one machine less would break, and in which hours more load is dearest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.compute.dearest import dearest_hours, hours_words, left_over_hours, load_on_top
from solver.model.compute.fullness import full_in, limits_of
from solver.model.compute.needs import needs_of
from solver.model.compute.standing import Standing, standing
from solver.plan.compute import Commitment, ComputePlan
from solver.plan.schedule import week_schedule
from solver.vocabulary import CommitmentKind, Payment, PurchaseOption

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
VARIANT = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 10, "source": "measured", "architecture": "arm64"}
PLAIN: dict[str, Any] = {"max_utilisation": 1, "headroom": 0, "variants": {"cpu": VARIANT}}


def stood(demand: Demand, compute: ComputePlan, *, machines: int, slots: int = 1, **group: Any) -> Standing:
    """One node group with so many machines in every hour, each for so many replicas of `app`."""
    changed = compute.node_groups[0].model_copy(
        update={"machines": week_schedule([machines] * 168), "slots": {"app.cpu": slots}, **group}
    )
    return standing(demand, "main", compute.model_copy(update={"node_groups": (changed,)}))


def binds(standing: Standing) -> dict[str, int]:
    (found,) = standing.services()
    return {bind.promise: bind.hours_per_week for bind in found.binds}


@pytest.mark.parametrize(
    ("service", "machines", "expected"),
    [
        ({"load": {"constant_per_second": 40}}, 4, {"load": 168}),
        ({"load": {"constant_per_second": 40}}, 5, {}),
        ({"load": {"constant_per_second": 40}, "headroom": 0.25}, 5, {"headroom": 168}),
        ({"load": {"constant_per_second": 40}, "survive": "zone"}, 6, {"zone loss": 168}),
        ({"load": {"constant_per_second": 40}, "survive": "zone"}, 7, {}),
        ({"load": {"constant_per_second": 5}, "replicas": {"min": 3}}, 3, {"min replicas": 168}),
        ({"load": {"constant_per_second": 40}, "interruptible_share": 0.5}, 4, {"load": 168}),
        ({"load": {"hourly_per_second": [40.0] * 12 + [10.0] * 12}}, 4, {"load": 84}),
    ],
)
def test_a_promise_binds_in_the_hours_in_which_one_machine_less_breaks_it(
    make_demand: DemandMaker,
    make_compute: ComputeMaker,
    service: dict[str, Any],
    machines: int,
    expected: dict[str, int],
) -> None:
    demand = make_demand({"app": PLAIN | service})
    assert binds(stood(demand, make_compute(demand), machines=machines)) == expected


def test_the_share_that_may_not_be_interrupted_binds_where_on_demand_machines_are_fewest(
    make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": PLAIN | {"load": {"constant_per_second": 40}, "interruptible_share": 0.5}})
    compute = make_compute(demand)
    steady = compute.node_groups[0].model_copy(
        update={"machines": week_schedule([2] * 168), "slots": {"app.cpu": 1}, "key": "steady"}
    )
    spot = steady.model_copy(
        update={"key": "spot", "purchase": PurchaseOption.SPOT, "machines": week_schedule([4] * 168)}
    )
    found = standing(demand, "main", compute.model_copy(update={"node_groups": (spot, steady)}))
    assert binds(found) == {"spot share": 168}


def test_what_is_held_and_left_is_counted_from_the_machines(
    make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": PLAIN | {"load": {"constant_per_second": 40}, "headroom": 0.5, "survive": "zone"}})
    (found,) = stood(demand, make_compute(demand), machines=7).services()
    assert (found.load_per_second, found.need_per_second) == (40, 60)
    assert (found.have_per_second, found.after_zone_loss_per_second) == (70, 40)
    assert found.peak == "mon 00:00"


def test_the_room_is_exact(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    demand = make_demand({"app": PLAIN | {"load": {"constant_per_second": 39.9}, "headroom": 0.1}})
    found = stood(demand, make_compute(demand), machines=5)
    (need,) = found.needs.services
    assert float(found.room(need, range(168))) == pytest.approx(50 / 1.1 - 39.9)
    assert found.room(need, ()) == 0


@pytest.mark.parametrize(
    ("variant", "slots", "expected"),
    [
        ({"cpu": 1}, 2, ("cpu",)),
        ({"cpu": 1}, 1, ()),
        ({"cpu": "500m", "memory": "3Gi"}, 2, ("memory",)),
        ({"cpu": 1, "disk": "15Gi"}, 2, ("cpu", "disk")),
    ],
)
def test_a_machine_is_full_in_what_stops_one_more_replica(
    make_demand: DemandMaker,
    make_compute: ComputeMaker,
    catalog: Catalog,
    variant: dict[str, Any],
    slots: int,
    expected: tuple[str, ...],
) -> None:
    demand = make_demand({"app": PLAIN | {"variants": {"cpu": VARIANT | variant}}})
    group = make_compute(demand).node_groups[0].model_copy(update={"slots": {"app.cpu": slots}})
    assert full_in(demand, "main", catalog, group) == expected


def test_the_most_replicas_for_each_machine_is_a_limit_too(
    make_demand: DemandMaker, make_compute: ComputeMaker, catalog: Catalog
) -> None:
    demand = make_demand({"app": PLAIN | {"max_per_machine": 1}})
    group = make_compute(demand).node_groups[0].model_copy(update={"slots": {"app.cpu": 1}})
    assert full_in(demand, "main", catalog, group) == ("max_per_machine",)


def test_a_limit_binds_when_another_machine_would_be_too_many(
    make_demand: DemandMaker, make_compute: ComputeMaker, catalog: Catalog
) -> None:
    demand = make_demand({"app": PLAIN}, limits={"node_groups": 2})
    quotas = {"standard": 7, "g": 8}
    site = demand.aws_sites["main"].model_copy(update={"quotas": quotas})
    compute = make_compute(demand)
    group = compute.node_groups[0].model_copy(update={"slots": {"app.cpu": 1}})
    compute = compute.model_copy(update={"node_groups": (group,)})
    found = {
        limit.key: (limit.used, limit.most, limit.binds)
        for limit in limits_of(demand.model_copy(update={"sites": {"main": site}}), "main", catalog, compute)
    }
    assert found == {
        "limits.node_groups": (1, 2, False),
        "sites.main.quotas.g": (0, 8, False),
        "sites.main.quotas.standard": (6, 7, True),
    }


def test_load_is_dearest_at_its_highest_where_no_commitment_is_left_over(
    make_demand: DemandMaker, make_compute: ComputeMaker, catalog: Catalog
) -> None:
    demand = make_demand({"app": PLAIN | {"load": {"hourly_per_second": [40.0] * 8 + [30.0] * 8 + [10.0] * 8}}})
    needs = needs_of(demand, "main")
    (need,) = needs.services
    assert hours_words(dearest_hours(needs, need, [False] * 168)) == "daily 00:00-08:00"
    assert hours_words(dearest_hours(needs, need, [True] * 168)) == "daily 00:00-08:00"
    night = [hour % 24 < 8 for hour in range(168)]
    assert hours_words(dearest_hours(needs, need, night)) == "daily 08:00-16:00"

    compute = make_compute(demand, machines=([1] * 8 + [3] * 16) * 7)
    rate = catalog.offering("us-east-1", "m7g.large")
    term = next(each for each in rate.commitments if each.kind is CommitmentKind.COMPUTE_SAVINGS_PLAN)
    bought = Commitment(
        kind=term.kind, years=term.years, payment=Payment(term.payment), usd_per_hour=2 * rate.commitments[term]
    )
    committed = compute.model_copy(update={"commitments": (bought,)})
    assert left_over_hours(committed, catalog, "us-east-1") == tuple(night)
    assert not any(left_over_hours(compute, catalog, "us-east-1"))


def test_load_on_top_is_in_these_hours_alone(make_demand: DemandMaker) -> None:
    needs = needs_of(make_demand({"app": PLAIN | {"load": {"constant_per_second": 5}}}), "main")
    load = load_on_top(needs.services[0].service.load, (1, 3), 2.5)
    assert load["hourly_per_second"] == [5, 7.5, 5, 7.5, *[5] * 164]
    assert load["constant_per_second"] is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ((0, 1, 2), "mon 00:00-03:00"),
        (tuple(day * 24 + hour for day in range(5) for hour in (18, 19)), "mon-fri 18:00-20:00"),
        ((8, 9, 20), "mon 08:00-10:00, 20:00-21:00"),
        ((23, 24), "mon 23:00-24:00; tue 00:00-01:00"),
        (tuple(range(168)), "daily 00:00-24:00"),
    ],
)
def test_hours_are_written_by_day_and_clock(hours: tuple[int, ...], words: str) -> None:
    assert hours_words(hours) == words
