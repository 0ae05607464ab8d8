"""Alarms of services and of the cluster; each says what is wrong in a sentence, and where the runbook has it.

A service's target groups are watched together: while a deployment moves requests it has two, and either may be empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import pulumi
from pulumi_aws import cloudwatch

from components.aws.monitoring.site import Dimensions, WatchedSite
from components.metric_names import (
    CHECK_STATUS,
    CLUSTER_CPU_PERCENT,
    CLUSTER_MEMORY_PERCENT,
    LOG_PERIOD_SECONDS,
    PERIOD_SECONDS,
    REQUESTS,
    RESPONSE_SECONDS,
    SERVER_ERRORS,
    UNHEALTHY_TARGETS,
    Metric,
    log_errors,
)
from components.naming import SiteNames
from components.options import child_of
from solver.plan.monitoring import AlarmPlan
from solver.vocabulary import AlarmKind

RUNBOOK = "docs/monitoring.md"
"""The project's own page; its parts have the kinds' names."""


@dataclass(frozen=True)
class _Bad:
    """How many of how many minutes must be bad: one may be chance."""

    minutes: int
    of: int


_PATIENCE = {
    AlarmKind.LOAD: _Bad(10, 15),
    AlarmKind.LATENCY: _Bad(5, 5),
    AlarmKind.ERRORS: _Bad(3, 5),
    # A replica that starts is unhealthy until its model is loaded.
    AlarmKind.REPLICAS: _Bad(15, 15),
    AlarmKind.LOG: _Bad(1, 1),
    AlarmKind.CPU: _Bad(15, 15),
    AlarmKind.MEMORY: _Bad(15, 15),
    # The checkers have asked several times already before they say so.
    AlarmKind.SYNTHETIC: _Bad(2, 2),
}


def build_alarm(
    parent: pulumi.Resource,
    name: str,
    alarm: AlarmPlan,
    site: WatchedSite,
    names: SiteNames,
    *,
    topic_arn: pulumi.Input[str],
    runbook: str | None,
    provider: pulumi.ProviderResource | None = None,
) -> cloudwatch.MetricAlarm:
    """One alarm of the plan, heard by the topic, also when all is well again; in the provider's region."""
    patience = _PATIENCE[alarm.kind]
    return cloudwatch.MetricAlarm(
        f"{name}-{alarm.key}",
        alarm_description=f"{alarm.workload or 'cluster'}: {_words(alarm)}. Runbook: {runbook or RUNBOOK}#{alarm.kind}",
        metric_queries=_queries(alarm, site),
        comparison_operator="GreaterThanThreshold",
        threshold=alarm.above,
        evaluation_periods=patience.of,
        datapoints_to_alarm=patience.minutes,
        # A service that nobody asks has no values; a check that measures nothing is no check.
        treat_missing_data="breaching" if alarm.kind is AlarmKind.SYNTHETIC else "notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags=names.tags(alarm.key, workload=alarm.workload),
        opts=child_of(parent, provider=provider),
    )


def _words(alarm: AlarmPlan) -> str:
    match alarm.kind:
        case AlarmKind.LOAD:
            return f"more than {alarm.above:g} requests a second, which is what the plan is made for"
        case AlarmKind.LATENCY:
            return f"{100 - (alarm.percentile or 0):.4g} % of requests take longer than {alarm.above:g} ms"
        case AlarmKind.ERRORS:
            return f"more than {alarm.above:.4g} of requests answered with 5xx"
        case AlarmKind.REPLICAS:
            return "replicas stay unhealthy"
        case AlarmKind.LOG:
            return f"more than {alarm.above:g} lines of its log in five minutes match {alarm.pattern}"
        case AlarmKind.CPU:
            return f"more than {alarm.above:.4g} of the cpu is in use"
        case AlarmKind.MEMORY:
            return f"more than {alarm.above:.4g} of the memory is in use"
        case AlarmKind.SYNTHETIC:
            return "checkers outside get no good answer from its public path"
        case _:
            assert_never(alarm.kind)


def _queries(alarm: AlarmPlan, site: WatchedSite) -> list[cloudwatch.MetricAlarmMetricQueryArgsDict]:
    targets = [each for service in site.services() if service.key == alarm.workload for each in site.targets(service)]
    match alarm.kind:
        case AlarmKind.LOAD:
            return _over("requests a second", f"SUM({{0}}) / {PERIOD_SECONDS}", targets, REQUESTS)
        case AlarmKind.LATENCY:
            stat = f"p{alarm.percentile:g}"
            return _over("milliseconds", "1000 * MAX({0})", targets, RESPONSE_SECONDS, stat=stat)
        case AlarmKind.ERRORS:
            share = "SUM({1}) / SUM({0})"
            return _over("part of requests answered with 5xx", share, targets, REQUESTS, SERVER_ERRORS)
        case AlarmKind.REPLICAS:
            return _over("unhealthy replicas", "SUM({0})", targets, UNHEALTHY_TARGETS)
        case AlarmKind.LOG:
            metric = log_errors(site.names.stack, site.names.site, alarm.workload or "")
            return _over("lines in five minutes", "SUM({0})", [{}], metric, period=LOG_PERIOD_SECONDS)
        case AlarmKind.CPU:
            return _over("part of the cpu in use", "SUM({0}) / 100", [site.cluster], CLUSTER_CPU_PERCENT)
        case AlarmKind.MEMORY:
            return _over("part of the memory in use", "SUM({0}) / 100", [site.cluster], CLUSTER_MEMORY_PERCENT)
        case AlarmKind.SYNTHETIC:
            asked = _query("asked", site.check(alarm.workload or ""), CHECK_STATUS, None, PERIOD_SECONDS)
            watched = _whole("1 where its public path is unhealthy", "1 - asked")
            return [watched, asked]
        case _:
            assert_never(alarm.kind)


def _over(
    label: str,
    expression: str,
    resources: list[Dimensions],
    *metrics: Metric,
    stat: str | None = None,
    period: int = PERIOD_SECONDS,
) -> list[cloudwatch.MetricAlarmMetricQueryArgsDict]:
    """The expression over each metric of all resources; `{0}` in it is the list of the first metric's."""
    queries: list[cloudwatch.MetricAlarmMetricQueryArgsDict] = []
    lists: list[str] = []
    for place, metric in enumerate(metrics):
        ids = [f"m{place}_{number}" for number in range(len(resources))]
        # A metric without a value is not 0 but missing, and a sum with it would be missing too.
        lists.append(f"[{', '.join(f'FILL({each}, 0)' for each in ids)}]")
        queries += [_query(*named, metric, stat, period) for named in zip(ids, resources, strict=True)]
    return [_whole(label, expression.format(*lists)), *queries]


def _whole(label: str, expression: str) -> cloudwatch.MetricAlarmMetricQueryArgsDict:
    return {"id": "watched", "expression": expression, "label": label, "return_data": True}


def _query(
    query_id: str, dimensions: Dimensions, metric: Metric, stat: str | None, period: int
) -> cloudwatch.MetricAlarmMetricQueryArgsDict:
    return {
        "id": query_id,
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": dimensions,
            "period": period,
            "stat": stat or metric.statistic,
        },
    }


def count_lines(
    parent: pulumi.Resource, name: str, alarm: AlarmPlan, log_group: pulumi.Input[str], names: SiteNames
) -> cloudwatch.LogMetricFilter:
    """The filter that makes a metric of the lines that an alarm is about."""
    metric = log_errors(names.stack, names.site, alarm.workload or "")
    return cloudwatch.LogMetricFilter(
        f"{name}-{alarm.key}",
        name=metric.name,
        log_group_name=log_group,
        pattern=alarm.pattern or "",
        metric_transformation={
            "name": metric.name,
            "namespace": metric.namespace,
            "value": "1",
            "default_value": "0",
        },
        opts=child_of(parent),
    )
