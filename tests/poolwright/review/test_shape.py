"""What a page draws: rows of placement, utilisation, network and guarantees say what the plan says."""

from __future__ import annotations

import pytest

from poolwright.review.guarantees import guarantees_of
from poolwright.review.networks import flows_of, networks_of
from poolwright.review.utilisation import DIMENSIONS
from solver.plan.comparison import Direction, compared
from solver.plan.explanation import ControlCost, Explanation, GuaranteeCost
from tests.components.docker import hosted
from tests.golden import resources, stories, told
from tests.poolwright.review.reviews import review_of_case

SHARED = "cache-and-encoder-share-machines"


@pytest.mark.parametrize("story", stories())
def test_the_review_of_a_golden_case_is_its_plan_to_the_cent_and_to_the_machine(story: str) -> None:
    plan, found = told(story).plan, review_of_case(story)

    shared = sum(round(row.usd_per_month * 100) for row in found.resources)
    elsewhere = sum(round(usd * 100) for usd in found.billed_elsewhere.values())
    items = sum(round(item.money.new * 100) for item in found.items)
    assert shared + elsewhere == items == round(plan.proof.cost_usd_per_month * 100)
    assert all(abs(row.usd_per_month * 100 - round(row.usd_per_month * 100)) < 1e-6 for row in found.resources)
    assert all(row.usd_per_month >= 0 and row.reason and "\n" not in row.reason for row in found.resources)
    assert len(found.resources) == len(resources(plan))

    assert all(0 <= part <= 1 for row in found.utilisation for part in row.hourly)
    assert {row.dimension for row in found.utilisation} <= set(DIMENSIONS)
    bought = {key for key, site in plan.aws_sites.items() if site.compute.node_groups}
    owned = {key for key, site in plan.docker_sites.items() if any(host.replicas for host in site.hosts)}
    assert {row.site for row in found.utilisation} == {row.site for row in found.placements} == bought | owned
    for row in found.placements:
        assert row.vcpus_asked <= row.vcpus
        assert row.memory_gib_asked <= row.memory_gib


def test_utilisation_is_what_replicas_ask_for_of_all_machines_of_the_hour() -> None:
    plan, found = told(SHARED).plan, review_of_case(SHARED)
    ((key, site),) = plan.aws_sites.items()
    asked = {
        f"{service.key}.{variant.key}": variant.cpu_millis
        for service in site.compute.services
        for variant in service.variants
    }
    vcpus = {group.key: group.vcpus for group in site.compute.node_groups}
    (row,) = [row for row in found.utilisation if (row.site, row.dimension) == (key, "vCPU")]
    for hours in site.compute.hour_classes:
        there = sum(placed.machines * vcpus[placed.node_group] * 1000 for placed in hours.placement)
        replicas = [
            (placed.machines, name, count) for placed in hours.placement for name, count in placed.replicas.items()
        ]
        used = sum(machines * count * asked[name] for machines, name, count in replicas)
        for hour in hours.hours:
            assert row.hourly[hour] == pytest.approx(used / there, abs=1e-4)
    assert row.highest == row.hourly[row.highest_hour] == max(row.hourly)


def test_machines_that_workloads_share_show_both() -> None:
    both = [row for row in review_of_case(SHARED).placements if len(row.holds) > 1]
    assert both
    assert {name.partition(".")[0] for name in both[0].holds} == {"cache", "encoder"}


def test_a_network_has_its_subnets_and_its_ways_out() -> None:
    plan = told("a-zone-is-lost-at-noon").plan
    ((key, site),) = plan.aws_sites.items()
    (network,) = networks_of(plan)
    assert network.site == key
    assert str(site.network.cidr) in network.where
    assert [subnet.range for subnet in network.subnets] == [str(subnet.cidr) for subnet in site.network.subnets]
    assert network.ways_out[0].startswith(f"NAT {site.network.nat.mode}")


def test_containers_on_hosts_are_reached_through_the_proxy() -> None:
    plan = told(SHARED).plan.model_copy(update={"sites": {"plant": hosted.site()}})
    flows = [(flow.source, flow.target) for flow in flows_of(plan)]
    assert ("callers", "proxy") in flows
    exposed = {f"workload {each.key}" for each in hosted.site().services if each.exposure is not None}
    assert {target for source, target in flows if source == "proxy"} == exposed
    (network,) = networks_of(plan)
    assert network.where.startswith("hosts ")


def test_a_guarantee_that_costs_money_has_a_positive_figure_and_controls_stand_once() -> None:
    def control(name: str, other: str) -> ControlCost:
        return ControlCost(
            site="main",
            control=name,
            usd_per_month=0.0,
            measures=(),
            together_with=(other,),
            together_usd_per_month=12.5,
        )

    explanation = Explanation(
        stack="prod",
        workload=None,
        cost_usd_per_month=100.0,
        bound_usd_per_month=100.0,
        solved=2,
        services=(),
        jobs=(),
        limits=(),
        load_prices=(),
        machines=(),
        guarantees=(
            GuaranteeCost(
                name="zone survival",
                kept="shop",
                without="nothing",
                comparison=compared(("x=1",), (100.0, 100.0), (60.0, 59.0), Direction.FREER),
            ),
            GuaranteeCost(name="gang", kept="trainer", without="1", comparison=None, impossible="it is too slow"),
        ),
        profile="pci-like",
        controls=(control("A.1", "A.2"), control("A.2", "A.1")),
        reasons=(),
    )
    found = guarantees_of(explanation)
    assert found is not None
    assert [(row.name, row.usd_per_month) for row in found] == [
        ("zone survival", 40.0),
        ("gang", None),
        ("control A.1", 12.5),
    ]
    assert found[0].note == "of the least possible $40.00 to $41.00"
    assert found[1].note == "it is too slow"
    assert guarantees_of(None) is None
