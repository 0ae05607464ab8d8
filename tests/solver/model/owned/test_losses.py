"""Services that outlive a site: the cheapest hosts against counting out every placement, and what is left to AWS."""

from __future__ import annotations

from itertools import product
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.backend import backend
from solver.model.owned.hosts import HostKey
from solver.model.owned.placement import Placement
from solver.model.owned.rest import left_over, shares_of
from solver.model.owned.takeover import left_after_losses
from solver.model.standby import standby_of
from solver.proofs.flow import carried
from solver.solve import solve
from solver.vocabulary import Survive

HEADROOM = 0.25
SITES: tuple[str, ...] = ("a", "b", "c")
PARTS = {1: (1.0,), 2: (0.5, 0.5), 3: (0.5, 0.25, 0.25)}
"""Of a load, by how many locations it comes from."""


def demand_of(
    hosts: dict[str, list[tuple[int, int]]],
    *,
    rate: float = 10,
    load: float = 20,
    aws: bool = False,
    locations: dict[str, list[str]] | None = None,
    web: dict[str, Any] | None = None,
    quotas: dict[str, int] | None = None,
) -> Demand:
    """One service on Docker sites with hosts of (vCPU, cents an hour), of 1 vCPU a replica."""
    sites: dict[str, Any] = {
        site: {
            "kind": "docker",
            "hosts": {
                f"h{number}": {
                    "docker_host": f"ssh://{site}{number}",
                    "cpu": cpu,
                    "memory": "64Gi",
                    "usd_per_hour": cents / 100,
                }
                for number, (cpu, cents) in enumerate(each)
            },
        }
        for site, each in hosts.items()
    }
    if aws:
        sites["cloud"] = {
            "region": "us-east-1",
            "zones": 2,
            "network": {"cidr": "10.1.0.0/16", "dns": {"domain": "example.com"}},
            "quotas": quotas or {},
        }
    service: dict[str, Any] = {
        "kind": "service",
        "image": {},
        "headroom": HEADROOM,
        "max_utilisation": 1.0,
        "survive": "site",
        "load": {"constant_per_second": load},
        "variants": {"cpu": {"cpu": 1, "memory": "1Gi", "throughput_per_second": rate, "source": "x"}},
    }
    content: dict[str, Any] = {
        "stack": "small",
        "owner": "me@example.com",
        "sites": sites,
        "limits": {"machines": ["c7i.large"]},
    }
    if locations is not None:
        content["locations"] = {
            name: {"latency_ms": {site: 1 if site in near else 9 for site in sites}} for name, near in locations.items()
        }
        service |= {
            "exposure": "public",
            "max_latency_ms": 5,
            "load_from": dict(zip(locations, PARTS[len(locations)], strict=True)),
        }
    return Demand.model_validate(content | {"workloads": {"web": service | (web or {})}})


def cheapest(hosts: dict[str, list[tuple[int, int]]], rate: int, load: int) -> float:
    """USD an hour of the cheapest replicas that hold the load, without any one site or host too; by trying all."""
    least = inf
    places = [(site, cpu, cents) for site, each in hosts.items() for cpu, cents in each]
    for counts in product(*(range(cpu + 1) for _, cpu, _ in places)):
        rooms = {
            site: [count * rate for count, (at, _, _) in zip(counts, places, strict=True) if at == site]
            for site in hosts
        }
        served = sum(
            min(sum(room) / (1 + HEADROOM), sum(room) - max(room) if len(room) > 1 else inf) for room in rooms.values()
        )
        left = min(sum(sum(room) for site, room in rooms.items() if site != lost) for lost in hosts)
        if served >= load - 1e-9 and left >= load:
            used = sum(cents for count, (_, _, cents) in zip(counts, places, strict=True) if count)
            least = min(least, used / 100)
    return least


@settings(max_examples=25, deadline=None)
@given(
    sites=st.lists(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), min_size=1, max_size=2), min_size=2, max_size=3
    ),
    rate=st.sampled_from([4, 10]),
    load=st.integers(1, 30),
)
def test_the_cheapest_hosts_that_outlive_each_site_are_found_and_proved(
    sites: list[list[tuple[int, int]]], rate: int, load: int
) -> None:
    hosts = dict(zip(SITES, sites, strict=False))
    least = cheapest(hosts, rate, load)
    held = Placement(shares_of(demand_of(hosts, rate=rate, load=load)), backend("highs")).held({})
    if least == inf:
        assert held is None
        return
    assert held is not None
    assert held.usd_per_month == pytest.approx(least * 730, abs=1e-3)
    assert held.bound_usd_per_month == pytest.approx(least * 730, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    near=st.lists(st.lists(st.sampled_from(SITES), min_size=1, unique=True), min_size=1, max_size=3),
    load=st.integers(1, 60),
)
def test_what_is_left_to_aws_is_what_no_way_to_serve_it_leaves_less_of(
    counts: list[int], near: list[list[str]], load: int
) -> None:
    """Cuts in the models, and flows in the proofs, say the same."""
    locations = {f"l{number}": [*sites, "cloud"] for number, sites in enumerate(near)}
    demand = demand_of({site: [(4, 0)] for site in SITES}, load=load, aws=True, locations=locations)
    replicas = {HostKey(site, "h0"): {"web.cpu": count} for site, count in zip(SITES, counts, strict=True)}
    for lost, left in zip(SITES, left_after_losses(shares_of(demand), replicas), strict=True):
        rooms = {site: 10.0 * count for site, count in zip(SITES, counts, strict=True) if site != lost}
        amounts = [
            (load * part, [site for site in sites if site != lost])
            for part, sites in zip(PARTS[len(near)], near, strict=True)
        ]
        assert float(left["web"][0]) == pytest.approx(load - carried(amounts, rooms), abs=1e-6)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


def test_no_placement_with_what_aws_has_beside_it_costs_less_than_the_bound(catalog: Catalog) -> None:
    """Every placement of two small hosts, each with its own sites of AWS planned in full."""
    hosts = {"a": [(2, 3)], "b": [(3, 2)]}
    demand = demand_of(hosts, load=18, aws=True)
    plan = solve(demand, catalog)
    shares = shares_of(demand)
    least = inf
    for at_a, at_b in product(range(3), range(4)):
        if 10 * (at_a + at_b) < 18:
            continue  # without AWS the hosts hold it all
        served = {"web": {"a": {"anywhere": at_a * 8.0}, "b": {"anywhere": min(at_b * 8.0, 18 - at_a * 8.0)}}}
        replicas = {HostKey("a", "h0"): {"web.cpu": at_a}, HostKey("b", "h0"): {"web.cpu": at_b}}
        rest = left_over(shares, served, after=left_after_losses(shares, replicas))
        owned = 730 * (0.03 * bool(at_a) + 0.02 * bool(at_b))
        bought = alone_usd(rest, catalog) if rest.workloads else 0.0
        least = min(least, owned + bought)
    assert plan.proof.bound_usd_per_month <= least + 0.02
    assert plan.proof.cost_usd_per_month == pytest.approx(least, abs=0.02)


def alone_usd(rest: Demand, catalog: Catalog) -> float:
    """What sites of AWS cost; by themselves their promise is about zones."""
    workloads = {key: entry.model_copy(update={"survive": Survive.ZONE}) for key, entry in rest.workloads.items()}
    return solve(rest.model_copy(update={"workloads": workloads}), catalog).proof.cost_usd_per_month


def test_a_standby_is_asked_for_where_aws_serves_nothing_before_a_loss() -> None:
    demand = demand_of({"a": [(4, 0)]}, load=20, aws=True)
    shares = shares_of(demand)
    held = Placement(shares, backend("highs")).held({"web": ((20.0, 1.0),)})
    assert held is not None
    rest = left_over(shares, held.served, after=left_after_losses(shares, held.replicas))
    assert standby_of(rest.workloads["web"]) == (20.0,) * 168
    web = rest.workloads["web"]
    assert isinstance(web, Service)
    assert set(web.load.week_per_second()) == {20 / 10**6}


def test_loads_that_fit_but_not_without_a_site_name_the_promise(catalog: Catalog) -> None:
    with pytest.raises(InfeasibleError) as refused:
        solve(demand_of({"a": [(4, 0)], "b": [(2, 0)]}, load=30), catalog)
    assert [str(member) for member in refused.value.members] == [
        "workloads.web.load: 30/s at its highest; 20/s would do",
        "workloads.web.survive: site; without it they fit",
    ]


def test_a_site_whose_hosts_hold_no_replica_is_no_second_site(catalog: Catalog) -> None:
    web = {"variants": {"cpu": {"cpu": 3, "memory": "1Gi", "throughput_per_second": 10, "source": "x"}}}
    with pytest.raises(InfeasibleError, match="web can't outlive the loss of a site: machines that hold it are on a"):
        solve(demand_of({"a": [(4, 0)], "b": [(2, 0)]}, load=5, web=web), catalog)


def test_a_quota_too_small_for_the_standby_names_the_promise(catalog: Catalog) -> None:
    with pytest.raises(InfeasibleError) as refused:
        solve(demand_of({"a": [(5, 0)]}, load=40, aws=True, quotas={"standard": 2}), catalog)
    assert [str(member) for member in refused.value.members][1:] == [
        "sites.cloud.quotas.standard: 2; sites.cloud.quotas.standard: 4 vCPU would do",
        "workloads.web.survive: site; without it there is a plan",
    ]
