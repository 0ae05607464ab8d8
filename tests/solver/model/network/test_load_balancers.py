"""Load balancers: one for each exposure, and the capacity units of its traffic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.services import NetworkService
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.network.charges import dns_plan
from solver.model.network.load_balancers import exposed_services, lcu_hours_per_month, load_balancers
from solver.vocabulary import Exposure

DemandMaker = Callable[..., Demand]
KIND = NetworkService(
    title="load balancer",
    costs=(),
    limits={"rules_per_listener": 100, "target_groups": 100},
    capacity_unit={
        "new_connections_per_second": 25,
        "active_connections": 3000,
        "gib_per_hour": 1,
        "rule_evaluations_per_second": 1000,
    },
)


def service_of(demand: Demand, key: str = "app") -> dict[str, Service]:
    found = demand.workloads[key]
    assert isinstance(found, Service)
    return {key: found}


def test_each_exposure_that_occurs_has_one_load_balancer(make_demand: DemandMaker) -> None:
    demand = make_demand(
        {
            "shop": {"exposure": "public", "path": "/shop"},
            "pay": {"exposure": "public", "path": "/shop/pay"},
            "stock": {"exposure": "internal"},
            "worker": {},
        },
    )
    internal, public = load_balancers(demand, "main", KIND)
    assert (internal.key, public.key) == ("internal", "public")
    assert [target.workload for target in public.targets] == ["pay", "shop"]
    assert public.https
    assert not internal.https
    assert [target.workload for target in internal.targets] == ["stock"]


def test_a_stack_without_exposure_has_none(make_demand: DemandMaker) -> None:
    assert load_balancers(make_demand(), "main", KIND) == ()


@pytest.mark.parametrize(
    ("rate", "kib", "units"),
    [
        # 125 requests/s are 25 new connections/s, and 25 × 120 s of them are open: one unit each.
        (125.0, 0.0, 1.0),
        # 100 requests/s of 1,024 KiB are 351.6 GiB an hour.
        (100.0, 1024.0, 100 * 3600 / 1024),
    ],
)
def test_the_dimension_that_takes_most_counts(make_demand: DemandMaker, rate: float, kib: float, units: float) -> None:
    demand = make_demand(
        {"app": {"load": {"constant_per_second": rate}, "request_kib": 0, "response_kib": kib, "exposure": "internal"}}
    )
    assert lcu_hours_per_month(service_of(demand), KIND) == pytest.approx(units * 730)


def test_capacity_units_follow_the_hours(make_demand: DemandMaker) -> None:
    demand = make_demand(
        {
            "app": {
                "load": {"hourly_per_second": [0.0] * 12 + [250.0] * 12},
                "request_kib": 0,
                "response_kib": 0,
                "exposure": "internal",
            }
        }
    )
    assert lcu_hours_per_month(service_of(demand), KIND) == pytest.approx(730)


def test_more_than_ten_rules_are_paid(make_demand: DemandMaker) -> None:
    workloads = {
        f"app-{number}": {"exposure": "internal", "path": f"/{number}", "request_kib": 0, "response_kib": 0}
        for number in range(30)
    }
    services = exposed_services(make_demand(workloads), "main", Exposure.INTERNAL)
    # 300 requests/s: 2.4 units by connections, 300 × 20 rules / 1,000 = 6 by rules.
    assert lcu_hours_per_month(services, KIND) == pytest.approx(6 * 730)


def test_plain_tcp_behind_a_load_balancer_is_refused(make_demand: DemandMaker) -> None:
    with pytest.raises(InfeasibleError, match="plain tcp"):
        load_balancers(make_demand({"app": {"exposure": "internal", "protocol": "tcp"}}), "main", KIND)


def test_grpc_without_a_certificate_is_refused(make_demand: DemandMaker) -> None:
    with pytest.raises(InfeasibleError, match="certificate"):
        load_balancers(make_demand({"app": {"exposure": "internal", "protocol": "grpc"}}), "main", KIND)


def test_a_public_service_without_a_name_is_refused(make_demand: DemandMaker) -> None:
    with pytest.raises(InfeasibleError, match="HTTPS") as error:
        load_balancers(make_demand({"app": {"exposure": "public"}}, network={"dns": None}), "main", KIND)
    assert error.value.conflict == ("workloads.app.exposure: public", "sites.main.network.dns: nothing")


def test_an_internal_load_balancer_has_https_and_takes_grpc_where_the_demand_asks_for_it(
    make_demand: DemandMaker,
) -> None:
    app = {"app": {"exposure": "internal", "protocol": "grpc"}}
    secure = make_demand(app, network={"dns": {"domain": "api.example.com", "internal": True}})
    (balancer,) = load_balancers(secure, "main", KIND)
    assert balancer.https
    plan = dns_plan(secure, "main", (balancer,))
    assert plan is not None and plan.domain == "api.example.com"
    plain = make_demand(app, network={"dns": {"domain": "api.example.com"}})
    with pytest.raises(InfeasibleError, match="takes grpc on a listener with a certificate only"):
        load_balancers(plain, "main", KIND)
