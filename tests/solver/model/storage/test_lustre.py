"""Lustre: the cheapest size and class that holds and gives what is needed, and what the witness says of others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.network.needs import address_needs
from solver.model.security.flows import flows_of
from solver.model.storage.model import solve_storage
from solver.plan.storage import StoragePlan
from solver.proofs.coverage import coverage_faults
from solver.proofs.view import SiteView
from solver.vocabulary import Tier
from tests.components import plans
from tests.solver.model.storage.test_model import CLAIMS

DemandMaker = Callable[..., Demand]
CORPUS: dict[str, Any] = {"kind": "lustre", "bucket": "documents", "size": "1Ti", "throughput_mibps": 400}
JOB: dict[str, Any] = {
    "kind": "training",
    "load": None,
    "work": 1000,
    "window": {"opens": "22:00", "deadline": "06:00"},
    "uses": {"corpus": "read-write"},
}


def wished(make_demand: DemandMaker, mode: str = "read-write", **corpus: Any) -> Demand:
    job = {key: value for key, value in {**JOB, "uses": {"corpus": mode}}.items() if value is not None}
    demand = make_demand({"app": {}}, {**CLAIMS, "corpus": {**CORPUS, **corpus}})
    content = demand.model_dump(mode="json")
    service = content["workloads"]["app"]
    variants = service["variants"]
    content["workloads"]["train"] = {**job, "image": {}, "variants": variants}
    return Demand.model_validate(content)


@pytest.mark.parametrize(
    ("size", "speed"), [("100Gi", 100), ("1Ti", 400), ("3Ti", 300), ("2Ti", 2_000), ("9Ti", 9_000)]
)
def test_the_plan_is_the_cheapest_of_all_sizes_and_classes(
    catalog: Catalog, make_demand: DemandMaker, size: str, speed: float
) -> None:
    demand = wished(make_demand, size=size, throughput_mibps=speed)
    answer = solve_storage(demand, "main", catalog)
    (plan,) = answer.plan.lustre
    (line,) = [line for line in answer.lines if line.item == "lustre corpus"]
    need = demand.storage["corpus"]
    prices = {125: 0.145, 250: 0.21, 500: 0.34, 1000: 0.6}
    speeds = {125: 119, 250: 238, 500: 477, 1000: 953}
    holding = [
        gib * prices[each]
        for gib, each in product([1200, *range(2400, 50_000, 2400)], prices)
        if gib >= need.size and gib / 1024 * speeds[each] >= speed  # type: ignore[union-attr]
    ]
    assert line.usd_per_month == pytest.approx(min(holding))
    assert plan.size_gib * prices[plan.throughput_mb_per_tib] == pytest.approx(min(holding))


def test_what_nobody_writes_is_not_copied_back(catalog: Catalog, make_demand: DemandMaker) -> None:
    assert solve_storage(wished(make_demand), "main", catalog).plan.lustre[0].exports
    assert not solve_storage(wished(make_demand, "read"), "main", catalog).plan.lustre[0].exports


def test_it_stays_in_its_zone_and_never_shrinks(catalog: Catalog, make_demand: DemandMaker) -> None:
    large = solve_storage(wished(make_demand, size="5Ti"), "main", catalog).plan
    (before,) = large.lustre
    elsewhere = before.model_copy(update={"zone": "use1-az4"})
    previous = large.model_copy(update={"lustre": (elsewhere,)})
    zones = make_demand(storage=CLAIMS, zones=["use1-az2", "use1-az4"]).sites
    small = wished(make_demand).model_copy(update={"sites": zones})
    (after,) = solve_storage(small, "main", catalog, previous=previous).plan.lustre
    assert (after.zone, after.size_gib) == ("use1-az4", before.size_gib)


def test_servers_have_addresses_and_every_party_its_ports(catalog: Catalog, make_demand: DemandMaker) -> None:
    demand = wished(make_demand)
    storage = solve_storage(demand, "main", catalog).plan
    (plan,) = storage.lustre
    site = plans.minimal_site()
    flows = flows_of(demand, "main", site.network, storage)
    found = {
        (flow.source, flow.target, flow.port, flow.to_port) for flow in flows if "lustre" in flow.source + flow.target
    }
    pairs = [
        ("lustre corpus", "lustre corpus"),
        ("workload train", "lustre corpus"),
        ("lustre corpus", "workload train"),
    ]
    assert found == {(*pair, *ports) for pair in pairs for ports in ((988, None), (1018, 1023))}

    def private(of: StoragePlan) -> int:
        needs = address_needs([plan.zone], site.compute, of, (), interface_endpoints=0, nat_zones=[], growth=0.0)
        return next(count for subnet, count in needs.items() if subnet.tier is Tier.PRIVATE)

    assert private(storage) - private(storage.model_copy(update={"lustre": ()})) == 1 + -(-plan.size_gib // 1200)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"size_gib": 1200, "throughput_mb_per_tib": 125}, "gives 140 MiB/s, and 400 are needed"),
        ({"size_gib": 2500}, "are not for sale"),
        ({"bucket": "other"}, "not over the bucket"),
        ({"exports": False}, "does not reach the bucket"),
    ],
)
def test_the_witness_knows_what_was_needed(
    catalog: Catalog, make_demand: DemandMaker, change: dict[str, Any], words: str | None
) -> None:
    demand = wished(make_demand)
    content = solve_storage(demand, "main", catalog).plan.model_dump(mode="json")
    content["lustre"][0] |= change
    site = plans.minimal_site().model_copy(update={"storage": StoragePlan.model_validate(content)})
    found = [each for each in coverage_faults(SiteView("main", demand, catalog, site)) if "lustre" in each]
    assert found == [] if words is None else any(words in each for each in found)
