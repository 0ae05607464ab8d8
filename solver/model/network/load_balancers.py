"""Load balancers: one for each exposure that occurs, and the capacity units that its traffic takes hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

from solver.catalog.services import NetworkService
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.network.traffic import KIB_PER_GIB, SECONDS_PER_HOUR
from solver.plan.network import LoadBalancerPlan, TargetPlan
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.vocabulary import Exposure, Protocol

CATALOG_NAME = "application-load-balancer"
"""Under which the catalog has its prices, capacity unit and limits."""
FREE_RULES = 10
REQUESTS_PER_CONNECTION = 5.0
CONNECTION_SECONDS = 120.0
"""Clients send five requests over a connection that lasts two minutes: the example of AWS's price page
(https://aws.amazon.com/elasticloadbalancing/pricing/, one new connection and five requests a second)."""


def load_balancers(demand: Demand, site_key: str, kind: NetworkService) -> tuple[LoadBalancerPlan, ...]:
    """Load balancers of the site by key; InfeasibleError for what an application load balancer can't do."""
    most = int(min(kind.limits["rules_per_listener"], kind.limits["target_groups"]))
    found: list[LoadBalancerPlan] = []
    for exposure in sorted(Exposure):
        services = exposed_services(demand, site_key, exposure)
        if not services:
            continue
        dns = demand.aws_sites[site_key].network.dns
        https = exposure is Exposure.PUBLIC or (dns is not None and dns.internal)
        if exposure is Exposure.PUBLIC and dns is None:
            raise InfeasibleError(
                "a public service is reached over HTTPS, which needs a name and its certificate",
                conflict=(
                    *(f"workloads.{key}.exposure: public" for key in services),
                    f"sites.{site_key}.network.dns: nothing",
                ),
                hint="network.dns.domain names it",
            )
        for key, service in services.items():
            _check(key, service, https=https)
        if len(services) > most:
            raise InfeasibleError(
                f"a load balancer has at most {most} services; {len(services)} are {exposure}",
                conflict=tuple(f"workloads.{key}.exposure: {exposure}" for key in services),
                hint="a second site, or one service in front of others, is needed",
            )
        targets = [
            TargetPlan(
                workload=key,
                path=service.path,
                port=service.port,
                protocol=service.protocol,
                health_path=service.health_check.path,
                health_interval_seconds=service.health_check.interval_seconds,
                moves_requests=service.deployment is not None and service.deployment.moves_requests,
            )
            for key, service in services.items()
        ]
        found.append(
            LoadBalancerPlan(
                key=exposure.value,
                exposure=exposure,
                targets=tuple(sorted(targets, key=lambda target: (-len(target.path), target.path, target.workload))),
                https=https,
            )
        )
    return tuple(found)


def exposed_services(demand: Demand, site_key: str, exposure: Exposure) -> dict[str, Service]:
    """Services of the site behind the load balancer of that exposure, by key."""
    return {
        key: entry
        for key, entry in sorted(demand.workloads.items())
        if isinstance(entry, Service) and entry.exposure is exposure and demand.site_of(entry) == site_key
    }


def lcu_hours_per_month(services: Mapping[str, Service], kind: NetworkService) -> float:
    """Capacity units of one load balancer over a mean month: in each hour the dimension that takes most.

    New connections, active connections, bytes, and rule evaluations beyond the ten first rules, as AWS counts them for
    targets that are IP addresses.
    """
    week = [0.0] * HOURS_PER_WEEK
    gib = [0.0] * HOURS_PER_WEEK
    for service in services.values():
        kib = service.request_kib + service.response_kib
        for hour, rate in enumerate(service.load.week_per_second()):
            week[hour] += rate
            gib[hour] += rate * SECONDS_PER_HOUR * kib / KIB_PER_GIB
    rules = max(0, len(services) - FREE_RULES)
    unit = kind.capacity_unit
    return WEEKS_PER_MONTH * fsum(
        max(
            requests / REQUESTS_PER_CONNECTION / unit["new_connections_per_second"],
            requests / REQUESTS_PER_CONNECTION * CONNECTION_SECONDS / unit["active_connections"],
            gib[hour] / unit["gib_per_hour"],
            requests * rules / unit["rule_evaluations_per_second"],
        )
        for hour, requests in enumerate(week)
    )


def _check(key: str, service: Service, *, https: bool) -> None:
    if service.protocol is Protocol.TCP:
        raise InfeasibleError(
            "an application load balancer speaks http and grpc, not plain tcp",
            conflict=(f"workloads.{key}.protocol: tcp", f"workloads.{key}.exposure: {service.exposure}"),
        )
    if service.protocol is Protocol.GRPC and not https:
        raise InfeasibleError(
            "a load balancer takes grpc on a listener with a certificate only",
            conflict=(f"workloads.{key}.protocol: grpc", f"workloads.{key}.exposure: {service.exposure}"),
            hint="a public service of a site with network.dns has a certificate, an internal one with "
            "network.dns.internal; others can be called without exposure",
        )
