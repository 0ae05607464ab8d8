"""`survive: site` in whole plans: hosts and AWS hold the load without any one site, and the witness sees where not."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.explain import explain
from solver.plan.docker import DockerSitePlan
from solver.plan.plan import Plan
from solver.questions import guarantee_questions
from solver.replay import Loss, broken_promises, replay
from solver.solve import solve
from solver.witness import plan_faults
from tests.solver.test_owned_hosts import DAY, document


def hosts(**cpus: int) -> dict[str, Any]:
    return {
        name: {"docker_host": f"ssh://{name}", "cpu": cpu, "memory": "16Gi", "disk": "100Gi"}
        for name, cpu in cpus.items()
    }


def two_plants(**web: Any) -> dict[str, Any]:
    """The hybrid stack with a second Docker site, of one host, which holds less than the load; web outlives a site."""
    wanted = document()
    wanted["sites"]["plant"]["hosts"] = hosts(one=12, two=12)
    wanted["sites"]["depot"] = {"kind": "docker", "hosts": hosts(three=8)}
    wanted["workloads"]["web"] |= {"survive": "site", **web}
    return wanted


DEMAND = Demand.model_validate(two_plants())


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return solve(DEMAND, catalog)


def test_aws_stands_by_for_what_the_other_hosts_leave_of_a_lost_site(plan: Plan) -> None:
    assert plan.proof.gap < 0.06
    assert "3 losses of a site survived" in plan.proof.witness
    assert {key: site.host("three").replicas for key, site in plan.docker_sites.items() if key == "depot"} == {
        "depot": {"rank.cpu": 3, "web.cpu": 6}
    }
    bought = plan.aws_sites["cloud"].compute
    peak = max(bought.hour_classes, key=lambda hours: sum(each.machines for each in hours.placement))
    # The depot does 126 of 200 a second, and before a loss the hosts serve all.
    assert peak.load_per_second["web"] < 1
    replicas = sum(each.machines * each.replicas["web.cpu"] for each in peak.placement)
    assert 200 - 126 <= replicas * 21 < 200


def test_a_replay_without_each_site_serves_what_outlives_it(plan: Plan, catalog: Catalog) -> None:
    cases = replay(plan, DEMAND, catalog, factors=(1.0, 1.5), losses=(Loss.SITE,))
    assert broken_promises(cases) == ()
    promised = {(case.site, case.workload) for case in cases if case.promised}
    assert promised == {(site, "web") for site in ("cloud", "depot", "plant")}
    whole = {(case.site, case.workload) for case in cases if case.factor == 1 and case.planned.share == 1}
    assert whole == promised | {(site, "rank") for site in ("cloud", "depot", "plant")}


def test_what_only_stands_by_is_not_counted_before_a_loss(plan: Plan, catalog: Catalog) -> None:
    cases = replay(plan, DEMAND, catalog, factors=(1.0,), losses=(Loss.NOTHING,))
    assert {(case.site, case.workload) for case in cases} == {
        ("depot", "rank"),
        ("depot", "web"),
        ("plant", "archive"),
        ("plant", "rank"),
        ("plant", "web"),
    }


def test_a_plan_from_its_own_lock_changes_nothing(plan: Plan, catalog: Catalog) -> None:
    again = solve(DEMAND, catalog, previous=plan)
    assert (again.docker_sites, again.aws_sites) == (plan.docker_sites, plan.aws_sites)


def test_it_costs_more_than_without_and_explain_says_so(plan: Plan, catalog: Catalog) -> None:
    (question,) = [each for each in guarantee_questions(DEMAND, None) if each.name == "site survival"]
    assert (question.kept, dict(question.values)) == ("web", {"workloads.web.survive": "none"})
    less = solve(question.asked_of(DEMAND, catalog)[0], catalog)
    assert less.proof.cost_usd_per_month < plan.proof.cost_usd_per_month
    standing = {each.workload: each for each in explain(plan, DEMAND, catalog, quick=True).services}
    assert standing["web"].need_per_second >= 74
    assert "headroom or site loss" in {each.promise for each in standing["web"].binds}
    (why,) = [each.text for each in plan.reasons if each.subject == "workload web"]
    assert "0/s need 74/s with headroom and for the loss of another site" in why
    (reason,) = [each for each in plan.reasons if each.subject == "sites of web after a loss"]
    assert reason.text == (
        "200/s are asked for at its highest: without cloud hosts of other sites can do 336/s; without plant hosts of "
        "other sites can do 126/s; without depot hosts of other sites can do 210/s, AWS the rest."
    )


def with_site(plan: Plan, key: str, host: str, **replicas: int) -> Plan:
    """The plan with other numbers of replicas on a host."""
    site = plan.docker_sites[key]
    other = {name: replicas.get(name.partition(".")[0], count) for name, count in site.host(host).replicas.items()}
    changed = tuple(each.model_copy(update={"replicas": other}) if each.key == host else each for each in site.hosts)
    return with_docker(plan, key, site.model_copy(update={"hosts": changed}))


def with_docker(plan: Plan, key: str, site: DockerSitePlan) -> Plan:
    return plan.model_copy(update={"sites": {**plan.sites, key: site}})


def test_the_witness_misses_replicas_for_the_loss_of_a_site(plan: Plan, catalog: Catalog) -> None:
    assert list(plan_faults(plan, DEMAND, catalog)) == []
    fewer = with_site(plan, "depot", "three", web=3, rank=3)
    faults = list(plan_faults(fewer, DEMAND, catalog))
    assert any(fault.startswith("web: hour") and "after the loss of plant" in fault for fault in faults)


def test_the_witness_misses_callees_that_can_do_less_than_their_callers(plan: Plan, catalog: Catalog) -> None:
    faults = list(plan_faults(with_site(plan, "depot", "three", rank=2), DEMAND, catalog))
    assert "rank: has 84/s on depot three, callers there can ask for 126/s" in faults


def test_the_witness_misses_a_standby_at_aws(plan: Plan, catalog: Catalog) -> None:
    cloud = plan.aws_sites["cloud"]
    halves = tuple(hours.model_copy(update={"placement": hours.placement[:1]}) for hours in cloud.compute.hour_classes)
    compute = cloud.compute.model_copy(update={"hour_classes": halves})
    without = plan.model_copy(update={"sites": {**plan.sites, "cloud": cloud.model_copy(update={"compute": compute})}})
    faults = list(plan_faults(without, DEMAND, catalog))
    assert any(fault.startswith("web: hour") and "after the loss of" in fault for fault in faults)


def test_docker_sites_alone_outlive_each_other(catalog: Catalog) -> None:
    wanted = two_plants(sites=["plant", "depot"], load={"constant_per_second": 120})
    wanted["workloads"]["rank"] |= {"sites": ["plant", "depot"], "load": {"constant_per_second": 120}}
    demand = Demand.model_validate(wanted)
    plan = solve(demand, catalog)
    assert not plan.aws_sites
    assert "2 losses of a site survived" in plan.proof.witness
    for key, site in plan.docker_sites.items():
        assert sum(host.replicas.get("web.cpu", 0) for host in site.hosts) * 21 >= 120, key


def test_users_are_taken_over_only_by_sites_that_may_serve_them(catalog: Catalog) -> None:
    wanted = two_plants(load_from={"north": 0.5, "south": 0.5}, max_latency_ms=20)
    wanted["locations"] = {
        "north": {"latency_ms": {"plant": 5, "depot": 15, "cloud": 40}},
        "south": {"latency_ms": {"depot": 5, "cloud": 15, "plant": 40}},
    }
    wanted["workloads"]["web"]["load"] = wanted["workloads"]["rank"]["load"] = {"constant_per_second": 100}
    demand = Demand.model_validate(wanted)
    plan = solve(demand, catalog)
    depot = sum(host.replicas.get("web.cpu", 0) for host in plan.docker_sites["depot"].hosts) * 21
    # Without AWS it has the south, without the plant the north; the plant has the north without it.
    assert depot >= 50
    assert sum(host.replicas.get("web.cpu", 0) for host in plan.docker_sites["plant"].hosts) * 21 >= 50
    cases = replay(plan, demand, catalog, factors=(1.0,), losses=(Loss.SITE,))
    assert [case.planned.share for case in cases if case.workload == "web"] == [1, 1, 1]


def test_hours_of_which_hosts_take_over_all_ask_nothing_of_aws(catalog: Catalog) -> None:
    """Rates that are no whole numbers leave no crumbs of a load, for which AWS would have to survive a zone."""
    wanted = two_plants(load={"peak_per_second": 121, "shape": DAY}, headroom=0.1)
    wanted["sites"]["plant"]["hosts"], wanted["sites"]["depot"]["hosts"] = hosts(one=8), hosts(two=9)
    del wanted["workloads"]["archive"], wanted["storage"]
    wanted["workloads"]["rank"]["load"] = {"peak_per_second": 121, "shape": DAY}
    plan = solve(Demand.model_validate(wanted), catalog)
    least = min(hours.load_per_second["web"] for hours in plan.aws_sites["cloud"].compute.hour_classes)
    assert least == 0
