"""`survive: site` is refused, with the lines, where no other site is left for some of the load."""

from __future__ import annotations

from typing import Any

from solver.demand.demand import Demand
from tests.solver.demand.test_docker_rules import VARIANT, document, told


def wanted(**web: Any) -> dict[str, Any]:
    """Two Docker sites, one with a single host, and a region; web may run on all and outlives any one."""
    content = document()
    content["sites"]["cloud"]["network"]["dns"] = {"domain": "example.com"}
    host = {"docker_host": "ssh://far", "cpu": 4, "memory": "8Gi"}
    content["sites"]["depot"] = {"kind": "docker", "hosts": {"far": host}}
    content["workloads"]["web"] |= {"survive": "site", **web}
    return content


def called_by(content: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    """With a hidden service that web calls, and another workload that calls it too."""
    content["workloads"]["web"]["calls"] = ["rank"]
    rank = {"kind": "service", "image": {}, "load": {"constant_per_second": 5}, "variants": {"cpu": VARIANT}}
    content["workloads"] |= {"rank": rank, name: {"image": {}, "calls": ["rank"], "variants": {"cpu": VARIANT}} | more}
    return content


def test_sites_of_one_host_may_outlive_each_other() -> None:
    assert Demand.model_validate(wanted(sites=["plant", "depot"])).workloads["web"]
    assert Demand.model_validate(wanted()).workloads["web"]


def test_a_service_of_one_site_outlives_none() -> None:
    assert told(wanted(site="plant")) == [
        "workloads.web.survive: none or zone is allowed: it may run on plant alone. "
        "site needs a second site that may run it"
    ]


def test_data_that_is_on_one_site_is_named() -> None:
    content = wanted(uses={"records": "read"})
    content["storage"] = {"records": {"kind": "volume", "site": "depot", "size": "5Gi", "attach": "machine"}}
    (text,) = [each for each in told(content) if each.startswith("workloads.web.survive")]
    assert text == (
        "workloads.web.survive: none or zone is allowed: it may run on depot alone, since it uses records. "
        "site needs a second site that may run it"
    )


def test_users_near_one_site_alone_are_named() -> None:
    content = wanted(exposure="public", load_from={"north": 0.5, "south": 0.5}, max_latency_ms=20)
    content["locations"] = {
        "north": {"latency_ms": {"plant": 5, "depot": 15, "cloud": 40}},
        "south": {"latency_ms": {"plant": 50, "depot": 15, "cloud": 40}},
    }
    assert told(content) == [
        "workloads.web.survive: none or zone is allowed: within workloads.web.max_latency_ms 20 of "
        "workloads.web.load_from.south is depot alone. site needs a second site that may serve each location"
    ]


def test_several_regions_are_refused() -> None:
    content = wanted()
    content["sites"]["west"] = {"region": "us-west-2", "zones": 2, "network": {"cidr": "10.2.0.0/16"}}
    assert told(content) == [
        "workloads.web.survive: none or zone is allowed with several sites of the kind aws; there are cloud and west. "
        "site is for Docker sites, alone or beside one site of the kind aws"
    ]


def test_what_is_called_on_its_callers_site_outlives_no_site_without_them() -> None:
    content = called_by(wanted(survive="none"), "night", kind="batch", work=10, window=NIGHT)
    del content["workloads"]["night"]
    content["workloads"]["rank"]["survive"] = "site"
    assert told(content) == [
        "workloads.rank.survive: none or zone is allowed: web, on whose site it is called, does not outlive a site. "
        "workloads.web.survive: site takes rank along"
    ]


def test_a_callee_that_a_job_needs_beside_it_can_not_go_along() -> None:
    content = called_by(wanted(), "night", kind="batch", work=10, window=NIGHT)
    assert told(content) == [
        "workloads.web.survive: none or zone is allowed: job night calls rank on its own site. "
        "rank runs on every site of web; jobs, on sites of the kind aws alone"
    ]


def test_more_sites_than_are_counted_are_refused() -> None:
    content = wanted()
    for number in range(9):
        host = {"docker_host": f"ssh://far{number}", "cpu": 4, "memory": "8Gi"}
        content["sites"][f"edge-{number}"] = {"kind": "docker", "hosts": {"far": host}}
    assert told(content) == ["workloads.web.survive: none or zone is allowed with more than 10 sites; it may run on 12"]


NIGHT = {"opens": "22:00", "deadline": "06:00"}
