"""Plans of stacks with owned hosts: owned first, the rest bought, callees on their callers' hosts, and the witness."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan
from solver.proofs.beside import Beside
from solver.replay import Loss, replay
from solver.solve import solve
from solver.witness import plan_faults

DAY = [1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 8, 9, 10, 10, 9, 8, 8, 9, 10, 8, 6, 4, 2, 1]


def document() -> dict[str, Any]:
    """A region and a plant with two hosts: web and what it calls run on either, records stay in the plant."""
    return {
        "stack": "hybrid",
        "owner": "me@example.com",
        # Without measures that bill starts, of which the bound knows only some.
        "compliance": {"profile": "none"},
        "sites": {
            "cloud": {
                "region": "us-east-1",
                "zones": 2,
                "network": {"cidr": "10.1.0.0/16", "dns": {"domain": "api.example.com"}},
            },
            "plant": {
                "kind": "docker",
                "nfs": "nas.example.com:/records",
                "hosts": {
                    name: {"docker_host": f"ssh://{name}", "cpu": 6, "memory": "16Gi", "disk": "100Gi"}
                    for name in ("one", "two")
                },
            },
        },
        "workloads": {
            "web": service(exposure="public", calls=["rank"], load={"peak_per_second": 200, "shape": DAY}),
            "rank": service(load={"peak_per_second": 200, "shape": DAY}, cpu="500m", rate=60),
            "archive": service(
                exposure="internal",
                path="/records",
                uses={"records": "read-write"},
                load={"constant_per_second": 20},
                survive="zone",
            ),
        },
        "storage": {
            "records": {
                "kind": "file-system",
                "site": "plant",
                "size": "50Gi",
                "read_gib_per_month": 1,
                "write_gib_per_month": 1,
                "peak_mibps": 1,
            }
        },
        "limits": {"machines": ["c7i.*"], "fold": "day", "changes_per_day": 4},
    }


def service(*, cpu: str = "1", rate: float = 30, **more: Any) -> dict[str, Any]:
    variant = {"cpu": cpu, "memory": "1Gi", "throughput_per_second": rate, "source": "measured"}
    return {"kind": "service", "image": {"reference": "example.com/app:1"}, "variants": {"cpu": variant}, **more}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def demand() -> Demand:
    return Demand.model_validate(document())


@pytest.fixture(scope="module")
def plan(demand: Demand, catalog: Catalog) -> Plan:
    return solve(demand, catalog)


def hosted(plan: Plan) -> DockerSitePlan:
    return plan.docker_sites["plant"]


def test_owned_hosts_are_filled_and_the_peaks_are_bought(plan: Plan) -> None:
    served = {each.key: each.most_per_second for each in hosted(plan).services}
    assert 50 < served["web"] < 200
    bought = plan.aws_sites["cloud"].compute
    peaks = [hours.load_per_second["web"] for hours in bought.hour_classes]
    assert max(peaks) == pytest.approx(200 - served["web"])
    assert min(peaks) == 0
    # What starting machines pull through NAT is not in the bound.
    assert plan.proof.gap < 0.06


def test_records_and_what_uses_them_stay_in_the_plant(plan: Plan) -> None:
    assert [claim.key for claim in hosted(plan).claims] == ["records"]
    assert not plan.aws_sites["cloud"].storage.file_systems
    assert "archive" not in [each.key for each in plan.aws_sites["cloud"].compute.services]


def test_a_callee_is_on_each_host_of_its_callers_and_serves_what_they_serve(plan: Plan) -> None:
    services = {each.key: each for each in hosted(plan).services}
    assert services["rank"].most_per_second == pytest.approx(services["web"].most_per_second)
    for host in hosted(plan).hosts:
        if "web.cpu" in host.replicas:
            assert "rank.cpu" in host.replicas


def test_without_the_hosts_it_costs_more(plan: Plan, catalog: Catalog) -> None:
    wanted = document()
    del wanted["workloads"]["archive"], wanted["storage"]
    wanted["workloads"]["web"]["site"] = wanted["workloads"]["rank"]["site"] = "cloud"
    assert solve(Demand.model_validate(wanted), catalog).proof.cost_usd_per_month > plan.proof.cost_usd_per_month


def test_a_host_that_costs_more_than_machines_of_aws_is_not_used_where_nothing_must_run_on_it(catalog: Catalog) -> None:
    wanted = document()
    wanted["workloads"]["archive"]["survive"] = "none"
    for host in wanted["sites"]["plant"]["hosts"].values():
        host["usd_per_hour"] = 5.0
    dear = solve(Demand.model_validate(wanted), catalog)
    assert [line.usd_per_month for line in dear.cost_lines if line.site == "plant"] == [3650.0]
    assert sum(1 for host in hosted(dear).hosts if host.replicas) == 1


def test_what_no_host_holds_is_told(catalog: Catalog) -> None:
    wanted = document()
    wanted["workloads"]["archive"]["load"] = {"constant_per_second": 500}
    with pytest.raises(InfeasibleError, match="the hosts of plant don't hold together") as refused:
        solve(Demand.model_validate(wanted), catalog)
    assert [str(member) for member in refused.value.members] == [
        "workloads.archive.load: 500/s at its highest; 105/s would do"
    ]


def test_a_plan_from_its_own_lock_changes_nothing(plan: Plan, demand: Demand, catalog: Catalog) -> None:
    again = solve(demand, catalog, previous=plan)
    assert again.docker_sites == plan.docker_sites


def edited(plan: Plan, **host: Any) -> Plan:
    """The plan with something else on its first host."""
    site = hosted(plan)
    hosts = (site.hosts[0].model_copy(update=host), *site.hosts[1:])
    return plan.model_copy(update={"sites": {**plan.aws_sites, "plant": site.model_copy(update={"hosts": hosts})}})


def test_the_witness_refuses_a_host_that_holds_too_much_or_too_little(
    plan: Plan, demand: Demand, catalog: Catalog
) -> None:
    assert not list(plan_faults(plan, demand, catalog))
    replicas = hosted(plan).hosts[0].replicas
    more = {**replicas, "archive.cpu": 9}
    assert any("cpu: " in fault for fault in plan_faults(edited(plan, replicas=more), demand, catalog))
    less = {name: count for name, count in replicas.items() if not name.startswith("archive")}
    faults = list(plan_faults(edited(plan, replicas=less), demand, catalog))
    assert any("archive has" in fault and "after the loss of a host" in fault for fault in faults)
    alone = {name: count for name, count in replicas.items() if not name.startswith("rank")}
    faults = list(plan_faults(edited(plan, replicas=alone), demand, catalog))
    assert any("web calls rank, which is not on it" in fault for fault in faults)


def test_the_witness_refuses_a_bill_without_the_hosts(demand: Demand, catalog: Catalog) -> None:
    wanted = document()
    wanted["sites"]["plant"]["hosts"]["one"]["usd_per_hour"] = 0.5
    other = Demand.model_validate(wanted)
    plan = solve(other, catalog)
    lines = tuple(line for line in plan.cost_lines if line.site != "plant")
    faults = list(plan_faults(plan.model_copy(update={"cost_lines": lines}), other, catalog))
    assert faults == ["hosts are billed 0.00 USD a month and cost 365.00"]


def test_what_is_left_for_aws_is_the_load_above_the_hosts_rate(plan: Plan, demand: Demand) -> None:
    beside = Beside(demand, plan.docker_sites)
    rate = next(each.most_per_second for each in hosted(plan).services if each.key == "web")
    for load, left in zip(beside.week("web"), beside.left("web"), strict=True):
        assert float(left) == pytest.approx(max(0.0, float(load) - rate))


def test_a_replay_knows_hosts_as_what_may_be_lost(plan: Plan, demand: Demand, catalog: Catalog) -> None:
    cases = replay(plan, demand, catalog, factors=(1.0, 1.5), losses=(Loss.NOTHING, Loss.ZONE))
    archive = {(case.factor, case.loss): case for case in cases if case.workload == "archive"}
    assert archive[1.0, Loss.NOTHING].planned.share == 1
    assert archive[1.0, Loss.ZONE].planned.share == 1
    assert archive[1.0, Loss.ZONE].zone in ("one", "two")
    assert archive[1.5, Loss.ZONE].promised is False
    bought = [case for case in cases if case.site == "cloud" and case.workload == "web" and case.loss is Loss.NOTHING]
    assert [case.factor for case in bought] == [1.0, 1.5]
    assert bought[0].planned.share == 1


def test_a_replay_without_the_plant_or_the_region_counts_what_the_other_has(
    plan: Plan, demand: Demand, catalog: Catalog
) -> None:
    cases = replay(plan, demand, catalog, factors=(1.0,), losses=(Loss.SITE,))
    lost = {(case.site, case.workload): case for case in cases}
    assert set(lost) == {("plant", "archive"), ("plant", "web"), ("plant", "rank"), ("cloud", "web"), ("cloud", "rank")}
    assert lost["plant", "archive"].grown.share == 0
    held = sum(count for host in hosted(plan).hosts for name, count in host.replicas.items() if name == "web.cpu") * 21
    week = Beside(demand, {}).week("web")
    served = sum(min(float(load), held) for load in week) / float(sum(week))
    assert lost["cloud", "web"].planned.share == pytest.approx(served)
    assert lost["plant", "web"].planned.share < lost["plant", "web"].grown.share


def watched_alone(**more: Any) -> Demand:
    """One host of 2 vCPUs, on which each replica takes one, watched or not."""
    digest = f"sha256:{'0' * 64}"
    monitoring = {"prometheus": {"digest": digest}, "grafana": {"digest": digest}, "password": "grafana-password"}
    host = {"docker_host": "ssh://one", "cpu": 2, "memory": "4Gi", "disk": "10Gi"}
    plant = {"kind": "docker", "hosts": {"one": host}, "monitoring": {**monitoring, **more}}
    web = service(load={"constant_per_second": 12})
    return Demand.model_validate(
        {"stack": "lab", "owner": "me@example.com", "sites": {"plant": plant}, "workloads": {"web": web}}
    )


def test_what_measures_a_host_takes_from_what_its_services_may_have(catalog: Catalog) -> None:
    demand = watched_alone()
    plan = solve(demand, catalog)
    (site,) = plan.docker_sites.values()
    assert site.monitoring is not None
    assert site.secrets == ("grafana-password",)
    assert list(plan_faults(plan, demand, catalog)) == []
    wanted = demand.model_dump(mode="json", exclude_defaults=True)
    busier = Demand.model_validate({**wanted, "workloads": {"web": service(load={"constant_per_second": 30})}})
    with pytest.raises(InfeasibleError):
        solve(busier, catalog)
    sites = {"plant": {key: value for key, value in wanted["sites"]["plant"].items() if key != "monitoring"}}
    solve(Demand.model_validate({**busier.model_dump(mode="json", exclude_defaults=True), "sites": sites}), catalog)


def test_the_witness_refuses_a_watched_host_that_is_too_full_and_a_plan_that_forgets_to_watch(
    catalog: Catalog,
) -> None:
    demand = watched_alone()
    plan = solve(demand, catalog)
    (site,) = plan.docker_sites.values()
    full = site.model_copy(
        update={"hosts": tuple(host.model_copy(update={"replicas": {"web.cpu": 2}}) for host in site.hosts)}
    )
    forgotten = site.model_copy(update={"monitoring": None})
    for wrong, words in ((full, "cpu: 2000 asked for, 1250 there"), (forgotten, "is watched as the demand")):
        faults = list(plan_faults(plan.model_copy(update={"sites": {"plant": wrong}}), demand, catalog))
        assert any(words in fault for fault in faults), faults
