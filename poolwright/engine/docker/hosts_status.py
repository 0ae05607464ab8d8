"""What runs on the hosts of a stack's Docker sites beside what its lock places there: state, health, use, addresses."""

from __future__ import annotations

import io
import ssl
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

from components.docker.naming import DockerNames
from components.docker.proxy_config import HTTPS_PORT
from components.docker.replicas import replicas_on
from poolwright.engine.docker.reach import engine_of, reached
from poolwright.engine.sandbox.docker.hosts import Host
from solver.plan.docker import DockerSitePlan, HostedService, HostPlan
from solver.plan.plan import Plan
from solver.schema import Schema

PROXY = "proxy"
"""What stands for the workload of a host's proxy."""
WATCHING = ("grafana", "prometheus")
"""Likewise, of what measures a host."""
_SECONDS = 10
_NANO = 1e9
_MIB = 2**20
Json = dict[str, Any]
"""An answer of the engine."""
_ROOT_CERTIFICATE = "/data/pki/authorities/local/root.crt"
"""Where Caddy keeps the certificate of the authority that it makes for itself."""


class ContainerStatus(Schema):
    """One container that the lock places on a host."""

    site: str
    """The site."""
    host: str
    """The host."""
    name: str
    """On the host."""
    workload: str
    """The service, or `proxy`, `prometheus`, `grafana`."""
    state: str
    """running, exited, restarting, …, or `missing`."""
    health: Literal["healthy", "unhealthy", "starting", ""]
    """As its health check says; empty where it has none."""
    restarts: int = 0
    """How often it came back by itself."""
    cpu: float | None = None
    """vCPUs that it used in the last second or so; null where it does not run."""
    cpu_limit: float = 0.0
    """vCPUs that it may use; 0 for no limit."""
    memory_mib: float | None = None
    """Memory that it uses, file cache apart."""
    memory_limit_mib: float = 0.0
    """Memory that it may use."""

    @property
    def well(self) -> bool:
        """It runs and is not known to be unwell."""
        return self.state == "running" and self.health in ("", "healthy")


class AddressStatus(Schema):
    """A service's address on a host."""

    site: str
    """The site."""
    host: str
    """The host."""
    workload: str
    """The service."""
    url: str
    """Where it is reached."""
    status: int | None
    """HTTP status of a GET there; null: no answer."""
    words: str = ""
    """Why there is no answer."""

    @property
    def answers(self) -> bool:
        """Something answers there that is not a failure of the server's."""
        return self.status is not None and self.status < 500


class HostsStatus(Schema):
    """What runs on all hosts of a stack."""

    containers: tuple[ContainerStatus, ...]
    """By site, host and name."""
    addresses: tuple[AddressStatus, ...]
    """By site, host and service."""
    unreachable: dict[str, str]
    """Hosts whose engine does not answer, and why."""

    @property
    def well(self) -> bool:
        """Everything that is planned runs and answers."""
        return (
            not self.unreachable
            and all(each.well for each in self.containers)
            and all(each.answers for each in self.addresses)
        )


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One host with its engine."""

    stack: str
    site: str
    plan: DockerSitePlan
    host: HostPlan
    engine: Host
    client: Any


def hosts_status(plan: Plan, *, stood_in: bool) -> HostsStatus:
    """Asks each host's engine; `stood_in`: as the sandbox does, one engine for all hosts that are elsewhere."""
    containers: list[ContainerStatus] = []
    addresses: list[AddressStatus] = []
    unreachable: dict[str, str] = {}
    with ThreadPoolExecutor(max_workers=16) as pool:
        for key, site in sorted(plan.docker_sites.items()):
            for host in site.hosts:
                if not host.replicas:
                    continue
                found = engine_of(host, stood_in=stood_in)
                try:
                    client = reached(found.engine.address, _SECONDS, found.certificates).api
                except OSError as error:
                    unreachable[f"{key}.{host.key}"] = f"{found.engine}: {error}"
                    continue
                asked = _Asked(stack=plan.stack, site=key, plan=site, host=host, engine=found.engine, client=client)
                containers += pool.map(partial(_container, asked), _planned(asked))
                addresses += pool.map(partial(_address, asked), _exposed(asked))
    return HostsStatus(containers=tuple(containers), addresses=tuple(addresses), unreachable=unreachable)


def _planned(asked: _Asked) -> Iterator[tuple[str, str]]:
    """Names of containers and what they run."""
    names = DockerNames(stack=asked.stack, site=asked.site)
    for replica in replicas_on(asked.plan, asked.host, names):
        yield replica.name, replica.service.key
    watched = asked.plan.monitoring is not None
    for name in WATCHING if watched else ():
        yield names.on_host(asked.host.key, name), name
    if watched or list(_exposed(asked)):
        yield names.on_host(asked.host.key, PROXY), PROXY


def _exposed(asked: _Asked) -> Iterator[HostedService]:
    here = {replica.partition(".")[0] for replica in asked.host.replicas}
    yield from (service for service in asked.plan.services if service.exposure is not None and service.key in here)


def _container(asked: _Asked, planned: tuple[str, str]) -> ContainerStatus:
    from docker.errors import NotFound

    name, workload = planned

    try:
        found: Json = asked.client.inspect_container(name)
    except NotFound:
        return ContainerStatus(
            site=asked.site, host=asked.host.key, name=name, workload=workload, state="missing", health=""
        )
    state, limits = found["State"], found["HostConfig"]
    running = state["Status"] == "running"
    stats: Json = asked.client.stats(name, stream=False) if running else {}
    return ContainerStatus(
        site=asked.site,
        host=asked.host.key,
        name=name,
        workload=workload,
        state=state["Status"],
        health=_health(state),
        restarts=found.get("RestartCount", 0),
        cpu=_cpu(stats) if stats else None,
        cpu_limit=_cpu_limit(limits),
        memory_mib=_memory_mib(stats) if stats else None,
        memory_limit_mib=limits.get("Memory", 0) / _MIB,
    )


def _health(state: Json) -> Literal["healthy", "unhealthy", "starting", ""]:
    health: Json = state.get("Health") or {}
    words = str(health.get("Status", ""))
    return cast("Any", words) if words in ("healthy", "unhealthy", "starting") else ""


def _cpu(stats: Json) -> float:
    """vCPUs between the two readings that the engine gives: its own time by that of all of the machine's cores."""
    now, before = stats["cpu_stats"], stats["precpu_stats"]
    used = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    whole = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)
    cores = int(now.get("online_cpus") or 1)
    return used / whole * cores if whole > 0 else 0.0


def _cpu_limit(limits: Json) -> float:
    if limits.get("NanoCpus"):
        return limits["NanoCpus"] / _NANO
    period = limits.get("CpuPeriod") or 100_000
    return max(0.0, (limits.get("CpuQuota") or 0) / period)


def _memory_mib(stats: Json) -> float:
    """What the kernel can't take back: file pages that were not used lately are left out, as `docker stats` does."""
    memory = stats["memory_stats"]
    detail: Json = memory.get("stats") or {}
    cache = detail.get("total_inactive_file", detail.get("inactive_file", 0))
    return max(0, memory.get("usage", 0) - cache) / _MIB


def _place(asked: _Asked) -> str:
    """Where the host's proxy is reached; of a host that is stood in for, where its ports are really published."""
    from docker.errors import APIError

    published: list[Json] = []
    if asked.engine.stood_in:
        proxy = DockerNames(stack=asked.stack, site=asked.site).on_host(asked.host.key, PROXY)
        with suppress(APIError, OSError):
            settings: Json = asked.client.inspect_container(proxy).get("NetworkSettings") or {}
            ports: dict[str, list[Json] | None] = settings.get("Ports") or {}
            published = ports.get(f"{HTTPS_PORT}/tcp") or []
    return str(published[0]["HostIp"]) if published else asked.host.address


def _address(asked: _Asked, service: HostedService) -> AddressStatus:
    url = f"https://{_place(asked)}:{asked.plan.network.https_port}{service.path}"
    status, words = _asked_once(url, asked)
    return AddressStatus(
        site=asked.site, host=asked.host.key, workload=service.key, url=url, status=status, words=words
    )


def _asked_once(url: str, asked: _Asked) -> tuple[int | None, str]:
    """Status of a GET, with the certificate verified by the authority of the host's own proxy where it has one."""
    trust = ssl.create_default_context()
    root = _root_certificate(asked)
    if root is not None:
        trust.load_verify_locations(cadata=root)
    # The address under which a stood-in host is reached here is none of those that its certificate names.
    trust.check_hostname = not asked.engine.stood_in
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS, context=trust) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return None, " ".join(str(reason).split())


def _root_certificate(asked: _Asked) -> str | None:
    from docker.errors import APIError

    try:
        proxy = DockerNames(stack=asked.stack, site=asked.site).on_host(asked.host.key, PROXY)
        chunks, _ = asked.client.get_archive(proxy, _ROOT_CERTIFICATE)
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as files:
            member = files.next()
            content = None if member is None else files.extractfile(member)
            return None if content is None else content.read().decode()
    except (APIError, tarfile.TarError, OSError):
        return None
