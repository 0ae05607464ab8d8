"""Prometheus and Grafana on hosts: what they may do, whom they reach, what their files say."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components.docker.monitoring.grafana_files import grafana_files
from components.docker.monitoring.prometheus_config import alert_rules, prometheus_config
from components.docker.monitoring.scraped import Scraped, scraped_on
from components.docker.proxy_config import proxy_config
from poolwright.checks.hosted_names import hosted_names
from poolwright.render.report.network_chart import network_chart
from poolwright.review.networks import flows_of, networks_of
from solver.vocabulary import Exposure, Framework
from tests.components import plans
from tests.components.docker import hosted
from tests.recorder import Record, Recording

CONTAINER = "docker:index/container:Container"
WATCHING = ("prometheus", "grafana")


@cache
def made() -> Recording[dict[str, Any]]:
    """A watched site, recorded once."""
    return hosted.recorded(hosted.watched())


def named(name: str) -> Record:
    """The container of that name on the first host."""
    (found,) = [each for each in made().of_type(CONTAINER) if each.name == f"prod-plant-one-{name}"]
    return found


def networks(name: str) -> set[str]:
    """Networks of a container of the first host, without what all names have."""
    return {str(each["name"]).removeprefix("prod-plant-one-") for each in named(name).inputs["networksAdvanced"]}


def scraped(**more: Any) -> tuple[Scraped, ...]:
    """What is asked on the first host of a site."""
    plan = hosted.watched(**more)
    return scraped_on(plan, plan.host("one"), hosted.names())


def config(name: str, path: str) -> Any:
    """A file that a container of the first host reads."""
    (text,) = [each["content"] for each in named(f"{name}-config-writer").inputs["uploads"] if each["file"] == path]
    return json.loads(text)


def test_each_used_host_has_its_own_and_an_idle_one_has_none() -> None:
    running = {each.name for each in made().of_type(CONTAINER) if each.inputs["restart"] == "unless-stopped"}
    assert {f"prod-plant-{host}-{name}" for host in ("one", "two") for name in WATCHING} <= running
    assert not [name for name in running if name.startswith("prod-plant-idle")]


@pytest.mark.parametrize("name", WATCHING)
def test_what_measures_may_do_no_more_than_a_replica(name: str) -> None:
    inputs = named(name).inputs
    assert inputs["user"] == "10001:10001"
    assert inputs["readOnly"] is True
    assert inputs["capabilities"] == {"drops": ["ALL"]}
    assert inputs["securityOpts"] == ["no-new-privileges"]
    assert inputs["memory"] == inputs["memorySwap"] > 0
    assert "ports" not in inputs
    assert "@sha256:" in str([each.inputs["name"] for each in made().of_type("docker:index/remoteImage:RemoteImage")])


def test_prometheus_reaches_services_and_grafana_reaches_prometheus_alone() -> None:
    assert networks("prometheus") == {"shop-watched", "stock-watched", "measurements"}
    assert networks("grafana") == {"measurements", "to-grafana"}
    assert networks("proxy") & {"shop-watched", "measurements"} == set()
    assert "to-grafana" in networks("proxy")
    inner = {each.name: each.inputs["internal"] for each in made().of_type("docker:index/network:Network")}
    for network in ("shop-watched", "stock-watched", "measurements", "to-grafana"):
        assert inner[f"prod-plant-one-{network}"] is True


def test_no_two_services_are_on_one_network_for_measurements() -> None:
    assert networks("shop-cpu-0") & networks("stock-cpu-0") == {"shop-to-stock"}


def test_retention_is_bounded_by_days_and_by_the_disk_that_the_plan_keeps() -> None:
    command = named("prometheus").inputs["command"]
    assert "--storage.tsdb.retention.time=15d" in command
    assert "--storage.tsdb.retention.size=4096MB" in command


def test_the_password_is_a_secret_in_a_file_and_in_no_setting() -> None:
    grafana = named("grafana").inputs
    assert "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/grafana-password" in grafana["envs"]
    assert not [each for each in grafana["envs"] if each.startswith("GF_SECURITY_ADMIN_PASSWORD=")]
    assert "GF_AUTH_ANONYMOUS_ENABLED=false" in grafana["envs"]
    assert "whisper" not in str(grafana)


def test_services_of_unknown_make_are_asked_where_they_say_so() -> None:
    other = hosted.variant(framework=Framework.OTHER)
    told = hosted.variant(framework=Framework.OTHER, environment={"METRICS_PORT": "9100"})
    silent = hosted.variant(environment={"METRICS_PORT": "0"})
    found = {
        service.key: service.port
        for service in scraped(
            hosts=(hosted.host("one", {"a.cpu": 1, "b.cpu": 1, "c.cpu": 1, "d.cpu": 1}),),
            services=(
                hosted.service("a", other),
                hosted.service("b", told),
                hosted.service("c", silent),
                hosted.service("d", hosted.variant(framework=Framework.TENSORFLOW), port=8501),
            ),
        )
    }
    assert found == {"b": 9100, "d": 8501}


def test_replicas_and_load_are_those_that_the_plan_has_on_the_host() -> None:
    shop = next(each for each in scraped() if each.key == "shop")
    assert (shop.replicas, shop.most_per_second) == (2, 15.0)
    rules = config("prometheus", "/etc/poolwright/rules.json")["groups"][0]["rules"]
    of_shop = {rule["alert"]: rule for rule in rules if rule["labels"]["workload"] == "shop"}
    assert of_shop["load"]["expr"].endswith("> 15")
    assert of_shop["replicas"]["expr"].endswith("< 2")
    assert of_shop["errors"]["annotations"]["runbook"] == "docs/monitoring.md#errors"


def test_targets_carry_what_observe_asks_for() -> None:
    job = config("prometheus", "/etc/poolwright/prometheus.json")["scrape_configs"][0]
    labels = {each["target_label"]: each["replacement"] for each in job["relabel_configs"]}
    assert labels == {"stack": "prod", "site": "plant", "host": "one", "workload": "shop"}
    assert job["dns_sd_configs"][0]["names"] == ["shop.plant.prod.internal"]


def test_a_dashboard_of_the_host_and_one_of_each_service() -> None:
    files = grafana_files(scraped(), prometheus="prometheus", stack="prod", site="plant", host="one", scrape_seconds=15)
    boards = [json.loads(text) for path, text in files.items() if path.startswith("dashboards/")]
    assert [board["uid"] for board in boards] == ["poolwright-host", "poolwright-shop", "poolwright-stock"]
    for board in boards:
        places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
        assert len(set(places)) == len(places)
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"prometheus"}


def test_the_proxy_leads_to_grafana_before_a_service_at_the_root() -> None:
    plan = hosted.watched(services=(hosted.service("shop", exposure=Exposure.PUBLIC),))
    text = proxy_config(plan, plan.host("one"), addresses={"shop": "shop.plant.prod.internal"}, overflow={})
    routes = json.loads(text)["apps"]["http"]["servers"]["services"]["routes"]
    paths = [route["match"][0]["path"] for route in routes if "match" in route]
    assert paths == [["/grafana", "/grafana/*"], ["/*"]]


def test_a_site_that_is_not_watched_is_as_it_was() -> None:
    names = {each.name for each in hosted.whole().custom()}
    assert not [name for name in names if "prometheus" in name or "grafana" in name or "watched" in name]


def test_prometheus_takes_its_files(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    every = scraped()
    main = prometheus_config(every, stack="prod", site="plant", host="one", scrape_seconds=15)
    (tmp_path / "rules.json").write_text(alert_rules(every, error_share=0.05, runbook=None), encoding="utf-8")
    rules = str(tmp_path / "rules.json")
    (tmp_path / "prometheus.json").write_text(main.replace("/etc/poolwright/rules.json", rules), encoding="utf-8")
    done = subprocess.run(
        [promtool, "check", "config", str(tmp_path / "prometheus.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_checks_know_all_containers_that_run_on_a_watched_site() -> None:
    running = {each.name for each in made().of_type(CONTAINER) if each.inputs["restart"] == "unless-stopped"}
    assert hosted_names("prod", "plant", hosted.watched())[CONTAINER] == running


def test_a_review_shows_who_reaches_whom() -> None:
    plan = plans.plan("prod", main=plans.minimal_site())
    flows = list(flows_of(plan.model_copy(update={"sites": {"plant": hosted.watched()}})))
    found = {(flow.source, flow.target, flow.ports) for flow in flows}
    assert ("proxy", "Grafana", "3000") in found
    assert ("Prometheus", "workload shop", "9090") in found
    assert ("Prometheus", "workload vision", "9090") in found
    assert network_chart(list(networks_of(plan)), flows) is not None
