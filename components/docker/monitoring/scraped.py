"""Scraped: what of a service on a host has metrics, and what the plan says that they should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.docker.naming import DockerNames
from solver.plan.docker import DockerSitePlan, HostedService, HostedVariant, HostPlan
from solver.vocabulary import Framework

METRICS_PORT = "METRICS_PORT"
"""Setting of the project's images, and of any other that has metrics: where they are; 0 for none."""
_USUAL_PORT = 9090
_TENSORFLOW_PATH = "/monitoring/prometheus/metrics"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a server calls its metrics."""

    requests: str
    """Counter of answers."""
    failed: str
    """Matches those that failed."""
    seconds_bucket: str
    """Histogram of the time to an answer."""
    per_second: float
    """What of its unit is a second."""


_OURS = Words(
    requests="requests_total", failed='status=~"5.."', seconds_bucket="request_seconds_bucket", per_second=1.0
)
_TENSORFLOW = Words(
    requests=":tensorflow:serving:request_count",
    failed='status!="OK"',
    seconds_bucket=":tensorflow:serving:request_latency_bucket",
    per_second=1e6,
)


@dataclass(frozen=True, kw_only=True)
class Scraped:
    """One service on one host."""

    key: str
    """The workload."""
    address: str
    """Name of all its replicas on the host, for Docker's DNS."""
    port: int
    """Where metrics are."""
    path: str
    """Likewise."""
    words: Words
    """What they are called."""
    replicas: int
    """That the plan has on the host."""
    most_per_second: float
    """Load that these are planned for at most."""


def scraped_on(plan: DockerSitePlan, host: HostPlan, names: DockerNames) -> tuple[Scraped, ...]:
    """Services of a host that have metrics, by key."""
    return tuple(_scraped(plan, host, names))


def _scraped(plan: DockerSitePlan, host: HostPlan, names: DockerNames) -> Iterator[Scraped]:
    for service in plan.services:
        there = [(each, host.replicas.get(f"{service.key}.{each.key}", 0)) for each in service.variants]
        running = [(each, count) for each, count in there if count]
        places = {_place(service, each) for each, _ in running}
        # Replicas of all variants have one name: where these have their metrics in several places, none is asked.
        if len(places) != 1:
            continue
        (place,) = places
        if place is None:
            continue
        port, path, words = place
        yield Scraped(
            key=service.key,
            address=names.address_of(service.key),
            port=port,
            path=path,
            words=words,
            replicas=sum(count for _, count in running),
            most_per_second=sum(each.load_per_replica_per_second * count for each, count in running),
        )


def _place(service: HostedService, variant: HostedVariant) -> tuple[int, str, Words] | None:
    """Port, path and words; None where the image is not known to have metrics."""
    if variant.framework is Framework.TENSORFLOW:
        return service.port, _TENSORFLOW_PATH, _TENSORFLOW
    said = variant.environment.get(METRICS_PORT)
    if said is not None:
        return (int(said), "/metrics", _OURS) if said.isdigit() and 0 < int(said) < 65536 else None
    if variant.framework in (Framework.PYTHON, Framework.PYTORCH):
        return _USUAL_PORT, "/metrics", _OURS
    return None
