"""Dashboards: one of a site, and one of each service that the plan names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.aws.monitoring.needs import hour_of_week, need
from components.aws.monitoring.site import WatchedSite
from components.aws.monitoring.widgets import Bells, Bound, Graph, Line, Text, Widget
from components.metric_names import (
    BILLING_REGION,
    CHARGES_USD,
    CHECK_FIRST_BYTE_MS,
    CHECK_HEALTHY_PERCENT,
    CLUSTER_CPU_PERCENT,
    CLUSTER_CPU_RESERVED_PERCENT,
    CLUSTER_MEMORY_PERCENT,
    CLUSTER_MEMORY_RESERVED_PERCENT,
    INTERRUPTIONS,
    MACHINES,
    MACHINES_NEEDED,
    PERIOD_SECONDS,
    REQUESTS,
    RESPONSE_SECONDS,
    SERVER_ERRORS,
    SERVICE_CPU_PERCENT,
    SERVICE_MEMORY_PERCENT,
    SERVICE_REPLICAS,
    UNHEALTHY_TARGETS,
    Metric,
)
from solver.plan.compute import ServicePlan
from solver.plan.monitoring import CHECKS_REGION, AlarmPlan, MonitoringPlan, SyntheticCheckPlan
from solver.vocabulary import AlarmKind

_SIX_HOURS = 21_600
_PERCENTILES = ("p50", "p99")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What dashboards are about."""

    plan: MonitoringPlan
    site: WatchedSite
    time_zone: str
    alarm_arns: Mapping[str, pulumi.Output[str]]
    """By the alarm's key."""
    rule_name: pulumi.Output[str] | None
    """The rule that sees spot machines being taken away; None: the site has none."""
    runbook: str

    def bells(self, alarms: Sequence[AlarmPlan]) -> Iterator[Bells]:
        """The alarms' states, of those in the dashboard's region; nothing without any."""
        here = [self.alarm_arns[alarm.key] for alarm in alarms if alarm.key in self.alarm_arns]
        if here:
            yield Bells(title="Alarms", arns=here)


def of_site(watched: Watched, *, stack: str, key: str) -> list[Widget]:
    """All services together, machines, money."""
    return [
        Text(markdown=f"# {stack}, site {key}\nWhat each graph and alarm means: {watched.runbook}"),
        *watched.bells(watched.plan.alarms),
        *_services_together(watched),
        *_asked_from_outside(watched, watched.plan.synthetic_checks),
        *_machines(watched),
        *_money(watched),
    ]


def of_service(watched: Watched, key: str) -> list[Widget]:
    """One service: asked for and answered, had and needed."""
    service = watched.site.service(key)
    alarms = watched.plan.alarms_of(key)
    title = f"# {key}\nIts alarms: {watched.runbook}"
    return [
        Text(markdown=title),
        *watched.bells(tuple(alarms.values())),
        *_answers(watched, service, alarms),
        *_asked_from_outside(watched, [each for each in watched.plan.synthetic_checks if each.workload == key]),
        *_replicas(watched, service),
        *_utilisation(watched, service),
    ]


def _services_together(watched: Watched) -> Iterator[Graph]:
    balanced = [service for service in watched.site.services() if service.load_balancers]
    if balanced:
        rates = [line for number, service in enumerate(balanced) for line in _rate(watched, service, f"r{number}")]
        yield Graph(title="Load", unit="requests a second", lines=rates)
        yield Graph(
            title="99 % of answers within",
            unit="seconds",
            lines=[
                line
                for service in balanced
                for line in _of_targets(watched, service, RESPONSE_SECONDS, service.key, "p99")
            ],
        )


def _rate(watched: Watched, service: ServicePlan, identity: str) -> list[Line]:
    """Requests a second, from the requests of each target group in a minute."""
    parts = [
        Line(label=service.key, metric=REQUESTS, dimensions=dimensions, id=f"{identity}_{number}", visible=False)
        for number, dimensions in enumerate(watched.site.targets(service))
    ]
    total = ", ".join(f"FILL({part.id}, 0)" for part in parts)
    return [Line(label=service.key, expression=f"SUM([{total}]) / {PERIOD_SECONDS}", id=identity), *parts]


def _of_targets(
    watched: Watched, service: ServicePlan, metric: Metric, label: str, stat: str | None = None
) -> list[Line]:
    return [
        Line(label=f"{label} ({number + 1})" if number else label, metric=metric, dimensions=dimensions, stat=stat)
        for number, dimensions in enumerate(watched.site.targets(service))
    ]


def _answers(watched: Watched, service: ServicePlan, alarms: Mapping[AlarmKind, AlarmPlan]) -> Iterator[Graph]:
    if not service.load_balancers:
        return
    load, latency = alarms.get(AlarmKind.LOAD), alarms.get(AlarmKind.LATENCY)
    yield Graph(
        title="Load",
        unit="requests a second",
        lines=_rate(watched, service, "rate"),
        bounds=[] if load is None else [Bound(label="the plan's highest", value=load.above)],
    )
    wanted = [] if latency is None else [f"p{latency.percentile:g}"]
    times = [*_PERCENTILES, *(stat for stat in wanted if stat not in _PERCENTILES)]
    yield Graph(
        title="Time to the answer",
        unit="seconds",
        lines=[line for stat in times for line in _of_targets(watched, service, RESPONSE_SECONDS, stat, stat)],
        bounds=[] if latency is None else [Bound(label="target", value=latency.above / 1000)],
    )
    yield Graph(title="Answers with 5xx", unit="a minute", lines=_of_targets(watched, service, SERVER_ERRORS, "errors"))
    yield Graph(
        title="Unhealthy replicas",
        unit="replicas",
        lines=_of_targets(watched, service, UNHEALTHY_TARGETS, "unhealthy"),
    )


def _asked_from_outside(watched: Watched, checks: Sequence[SyntheticCheckPlan]) -> Iterator[Graph]:
    """Public paths as the checkers see them."""
    shown = (
        ("Checkers with a good answer", "percent", CHECK_HEALTHY_PERCENT, checks),
        (
            "First byte, as checkers see it",
            "milliseconds",
            CHECK_FIRST_BYTE_MS,
            [c for c in checks if c.measures_latency],
        ),
    )
    for title, unit, metric, of in shown:
        lines = [
            Line(
                label=f"{check.workload} {check.path}",
                metric=metric,
                dimensions=watched.site.check(check.workload),
                region=CHECKS_REGION,
            )
            for check in of
        ]
        if lines:
            yield Graph(title=title, unit=unit, lines=lines)


def _replicas(watched: Watched, service: ServicePlan) -> Iterator[Graph]:
    """Running replicas beside those that the plan has in that hour."""
    parts = list(watched.site.parts(service))
    lines: list[Line] = []
    for number, part in enumerate(parts):
        dimensions = {**watched.site.cluster, "ServiceName": part.name}
        runs, week = f"runs{number}", part.replicas.hourly()
        lines.append(Line(label=part.name, metric=SERVICE_REPLICAS, dimensions=dimensions, id=runs))
        hour = f"h{number}"
        needed = need(hour, week)
        if needed is not None:
            lines += [
                Line(label="hour", expression=hour_of_week(runs, watched.time_zone), id=hour, visible=False),
                Line(label=f"{part.name}: the plan's", expression=needed, id=f"need{number}"),
            ]
    bounds = [
        bound
        for part in parts
        for bound in (
            Bound(label=f"{part.name}: fewest", value=part.replicas.low),
            Bound(label=f"{part.name}: most", value=part.replicas.high),
        )
    ]
    yield Graph(title="Replicas", unit="replicas", lines=lines, bounds=bounds)


def _utilisation(watched: Watched, service: ServicePlan) -> Iterator[Graph]:
    for title, metric in (("Cpu", SERVICE_CPU_PERCENT), ("Memory", SERVICE_MEMORY_PERCENT)):
        yield Graph(
            title=f"{title} in use, of what replicas reserve",
            unit="percent",
            lines=[
                Line(label=part.name, metric=metric, dimensions={**watched.site.cluster, "ServiceName": part.name})
                for part in watched.site.parts(service)
            ],
        )


def _machines(watched: Watched) -> Iterator[Graph]:
    site = watched.site
    if site.built.cluster_name is not None:
        for title, used, reserved in (
            ("Cpu", CLUSTER_CPU_PERCENT, CLUSTER_CPU_RESERVED_PERCENT),
            ("Memory", CLUSTER_MEMORY_PERCENT, CLUSTER_MEMORY_RESERVED_PERCENT),
        ):
            pairs = (("in use", used), ("reserved", reserved))
            lines = [Line(label=label, metric=metric, dimensions=site.cluster) for label, metric in pairs]
            yield Graph(title=f"{title} of the cluster", unit="percent", lines=lines)
    groups = sorted(site.built.auto_scaling_group_names.items())
    if groups:
        yield Graph(
            title="Machines",
            unit="machines",
            lines=[
                Line(label=f"{key}{label}", metric=metric, dimensions={"AutoScalingGroupName": name})
                for key, name in groups
                for label, metric in (("", MACHINES), (": the plan's", MACHINES_NEEDED))
            ],
        )
    if watched.rule_name is not None:
        yield Graph(
            title="Spot machines of the account taken away",
            unit="warnings",
            lines=[Line(label="warnings", metric=INTERRUPTIONS, dimensions={"RuleName": watched.rule_name})],
        )


def _money(watched: Watched) -> Iterator[Graph]:
    planned = watched.plan.planned_usd_per_month
    if planned is None:
        return
    charges = Line(label="so far", metric=CHARGES_USD, dimensions={"Currency": "USD"}, region=BILLING_REGION)
    budget = watched.plan.budget
    yield Graph(
        title="The account's bill of the month",
        unit="USD",
        lines=[charges],
        bounds=[
            Bound(label="the plan's month", value=planned),
            *([] if budget is None else [Bound(label="budget", value=budget.usd_per_month)]),
        ],
        period_seconds=_SIX_HOURS,
    )
