"""What is said of running containers, from answers as a Docker Engine gives them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from poolwright.engine.docker import hosts_status
from poolwright.engine.docker.hosts_status import AddressStatus, ContainerStatus, HostsStatus
from poolwright.render.hosts_status_view import hosts_status_view
from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.plan.plan import Plan
from solver.solve import solve

DEMAND = """owner: a@example.com
sites:
  desk: {kind: docker, hosts: {here: {cpu: 2, memory: 4Gi}}}
workloads:
  hello:
    kind: service
    exposure: internal
    image: {reference: registry.example.com/hello:1}
    load: {constant_per_second: 12}
    variants: {cpu: {cpu: 250m, memory: 128Mi, throughput_per_second: 12, source: a guess}}
"""
INSPECTED = {
    "State": {"Status": "running", "Health": {"Status": "healthy"}},
    "RestartCount": 2,
    "HostConfig": {"NanoCpus": 250_000_000, "Memory": 128 * 2**20},
}
STATS = {
    "cpu_stats": {"cpu_usage": {"total_usage": 3_000_000_000}, "system_cpu_usage": 100_000_000_000, "online_cpus": 4},
    "precpu_stats": {"cpu_usage": {"total_usage": 2_950_000_000}, "system_cpu_usage": 96_000_000_000},
    "memory_stats": {"usage": 70 * 2**20, "stats": {"total_inactive_file": 6 * 2**20}},
}


class Engine:
    """Answers for containers whose names it knows."""

    def __init__(self, running: dict[str, dict[str, Any]]) -> None:
        self.running = running

    def inspect_container(self, name: str) -> dict[str, Any]:
        from docker.errors import NotFound

        if name not in self.running:
            raise NotFound(name)
        return self.running[name]

    def stats(self, name: str, *, stream: bool) -> dict[str, Any]:
        assert not stream
        return STATS

    def get_archive(self, name: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        raise OSError(f"{name}{path}")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("local") / "local.yaml"
    path.write_text(DEMAND, "utf-8")
    return solve(load_demand(path).demand, load_catalog(None, []))


def asked(monkeypatch: pytest.MonkeyPatch, plan: Plan, engine: Engine, status: int | None = 200) -> HostsStatus:
    def reached(*_: object) -> SimpleNamespace:
        return SimpleNamespace(api=engine)

    def asked_once(*_: object) -> tuple[int | None, str]:
        return status, "" if status else "refused"

    monkeypatch.setattr(hosts_status, "reached", reached)
    monkeypatch.setattr(hosts_status, "_asked_once", asked_once)
    return hosts_status.hosts_status(plan, stood_in=True)


def test_use_is_what_docker_stats_shows(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    names = ["local-desk-here-hello-cpu-0", "local-desk-here-hello-cpu-1", "local-desk-here-proxy"]
    status = asked(monkeypatch, plan, Engine(dict.fromkeys(names, INSPECTED)))
    assert status.well
    assert [each.name for each in status.containers] == names
    first = status.containers[0]
    assert (first.cpu, first.cpu_limit) == (pytest.approx(0.05), 0.25)  # 50 ms of four cores' 4 s
    assert (first.memory_mib, first.memory_limit_mib, first.restarts) == (64, 128, 2)
    assert [(each.workload, each.url) for each in status.addresses] == [("hello", "https://localhost:8443/")]


def test_what_is_missing_unwell_or_silent_is_not_well(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    sick: dict[str, Any] = {**INSPECTED, "State": {"Status": "running", "Health": {"Status": "unhealthy"}}}
    status = asked(monkeypatch, plan, Engine({"local-desk-here-hello-cpu-0": sick}), status=None)
    assert not status.well
    assert [(each.state, each.well) for each in status.containers] == [
        ("running", False),
        ("missing", False),
        ("missing", False),
    ]
    assert not status.addresses[0].answers


def test_an_engine_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    def refuse(*_: object) -> None:
        raise OSError("Connection refused")

    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    monkeypatch.setattr(hosts_status, "reached", refuse)
    status = hosts_status.hosts_status(plan, stood_in=True)
    assert status.unreachable == {"desk.here": "unix:///nowhere.sock: Connection refused"}
    assert not status.well


def test_the_view_has_bars_and_addresses() -> None:
    container = ContainerStatus(
        site="desk",
        host="here",
        name="local-desk-here-hello-cpu-0",
        workload="hello",
        state="running",
        health="healthy",
        cpu=0.125,
        cpu_limit=0.25,
        memory_mib=32,
        memory_limit_mib=128,
    )
    address = AddressStatus(site="desk", host="here", workload="hello", url="https://localhost:8443/", status=200)
    console = Console(width=160, record=True, file=None, color_system=None)
    with console.capture() as shown:
        console.print(hosts_status_view(HostsStatus(containers=(container,), addresses=(address,), unreachable={})))
    assert "█████░░░░░  50 %" in shown.get()
    assert "https://localhost:8443/  hello  answers 200" in shown.get()


def test_a_host_that_is_stood_in_for_is_called_where_its_proxy_is_published(
    monkeypatch: pytest.MonkeyPatch, plan: Plan
) -> None:
    site = plan.docker_sites["desk"]
    away = tuple(host.model_copy(update={"docker_host": "ssh://ops@desk", "address": "desk"}) for host in site.hosts)
    elsewhere = plan.model_copy(update={"sites": {"desk": site.model_copy(update={"hosts": away})}})
    ports = {"8443/tcp": [{"HostIp": "127.0.7.9", "HostPort": "8443"}]}
    proxy = {**INSPECTED, "NetworkSettings": {"Ports": ports}}
    found = asked(monkeypatch, elsewhere, Engine({"local-desk-here-proxy": proxy}))
    assert [address.url for address in found.addresses] == ["https://127.0.7.9:8443/"]
    gone = asked(monkeypatch, elsewhere, Engine({}))
    assert [address.url for address in gone.addresses] == ["https://desk:8443/"]
