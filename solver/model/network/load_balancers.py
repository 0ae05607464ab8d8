"""Load balancers: one for each exposure that occurs, and the capacity units that its traffic takes hour by hour."""

from __future__ import annotations

from math import fsum

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.errors import InfeasibleError
from solver.model.network.traffic import KIB_PER_GIB, SECONDS_PER_HOUR
from solver.plan.network import LoadBalancerPlan, TargetPlan
from solver.quantity import HOURS_PER_WEEK, WEEKS_PER_MONTH
from solver.vocabulary import Exposure, Protocol

NEW_CONNECTIONS_PER_LCU = 25.0
"""A second."""
ACTIVE_CONNECTIONS_PER_LCU = 3_000.0
"""In a minute."""
GIB_PER_LCU_HOUR = 1.0
RULE_EVALUATIONS_PER_LCU = 1_000.0
"""A second."""
FREE_RULES = 10
REQUESTS_PER_CONNECTION = 5.0
CONNECTION_SECONDS = 120.0
"""Clients send five requests over a connection that lasts two minutes: the example of AWS's price page
(https://aws.amazon.com/elasticloadbalancing/pricing/, one new connection and five requests a second)."""
MOST_TARGETS = 100
"""AWS's default quota of rules and of target groups for one load balancer."""


def load_balancers(demand: Demand, site_key: str) -> tuple[LoadBalancerPlan, ...]:
    """Load balancers of the site by key; InfeasibleError for what an application load balancer can't do."""
    has_name = demand.sites[site_key].network.dns is not None
    found: list[LoadBalancerPlan] = []
    for exposure in sorted(Exposure):
        services = exposed_services(demand, site_key, exposure)
        if not services:
            continue
        https = exposure is Exposure.PUBLIC and has_name
        for key, service in services.items():
            _check(key, service, https=https)
        if len(services) > MOST_TARGETS:
            raise InfeasibleError(
                f"a load balancer has at most {MOST_TARGETS} services; {len(services)} are {exposure}",
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


def lcu_hours_per_month(services: dict[str, Service]) -> float:
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
    return WEEKS_PER_MONTH * fsum(
        max(
            requests / REQUESTS_PER_CONNECTION / NEW_CONNECTIONS_PER_LCU,
            requests / REQUESTS_PER_CONNECTION * CONNECTION_SECONDS / ACTIVE_CONNECTIONS_PER_LCU,
            gib[hour] / GIB_PER_LCU_HOUR,
            requests * rules / RULE_EVALUATIONS_PER_LCU,
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
            hint="a public service of a site with network.dns has a certificate; others can be called without exposure",
        )
