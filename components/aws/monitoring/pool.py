"""MonitoringPool: dashboards, alarms, synthetic checks, money, and who hears of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from components.aws.monitoring.alarms import RUNBOOK, build_alarm, count_lines
from components.aws.monitoring.dashboards import Watched, of_service, of_site
from components.aws.monitoring.money import build_anomalies, build_budget
from components.aws.monitoring.notices import heard_by
from components.aws.monitoring.site import WatchedSite
from components.aws.monitoring.synthetic import build_alarms_elsewhere, build_checks
from components.aws.monitoring.widgets import Widget, page
from components.naming import NameKind, SiteNames
from components.options import child_of
from components.outputs import ComputeOutputs, NetworkOutputs, SecurityOutputs
from solver.plan.compute import ComputePlan
from solver.plan.monitoring import CHECKS_REGION, MonitoringPlan


@dataclass(frozen=True, kw_only=True)
class MonitoringPoolArgs:
    """What the monitoring pool is built from."""

    plan: MonitoringPlan
    """What is watched."""
    compute_plan: ComputePlan
    """Services and machines, hour by hour."""
    time_zone: str
    """Of the plan's hours."""
    names: SiteNames
    """Names and tags of the site."""
    network: NetworkOutputs
    """Load balancers."""
    security: SecurityOutputs
    """The key of the topic."""
    compute: ComputeOutputs
    """Cluster, groups, the topic of deployments' alarms."""


class MonitoringPool(pulumi.ComponentResource):
    """What tells people how a site is."""

    def __init__(self, name: str, args: MonitoringPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:MonitoringPool", name, None, opts)
        plan, names = args.plan, args.names
        site = WatchedSite(
            names=names,
            compute=args.compute_plan,
            network=args.network,
            built=args.compute,
            check_ids=build_checks(self, name, plan, names),
        )
        alarms: dict[str, cloudwatch.MetricAlarm] = {}
        topic_arn = args.compute.alarm_topic_arn
        here = plan.alarms if names.region == CHECKS_REGION else plan.alarms_here
        if here:
            topic_arn = heard_by(name, plan, names, topic_arn=topic_arn, key_arn=args.security.log_key_arn, parent=self)
            for alarm in here:
                if alarm.pattern is not None:
                    count_lines(self, name, alarm, args.compute.log_groups[alarm.workload or ""], names)
                alarms[alarm.key] = build_alarm(
                    self, name, alarm, site, names, topic_arn=topic_arn, runbook=plan.runbook
                )
        if len(here) < len(plan.alarms):
            build_alarms_elsewhere(self, name, plan, site, names)
        watched = Watched(
            plan=plan,
            site=site,
            time_zone=args.time_zone,
            alarm_arns={key: alarm.arn for key, alarm in alarms.items()},
            rule_name=_interruptions(self, name, names) if plan.site_dashboard and site.has_spot() else None,
            runbook=plan.runbook or RUNBOOK,
        )
        if plan.site_dashboard:
            _dashboard(self, f"{name}-dashboard", of_site(watched, stack=names.stack, key=names.site), names)
        for key in plan.dashboards:
            _dashboard(self, f"{name}-dashboard-{key}", of_service(watched, key), names, key)
        if plan.budget is not None:
            build_budget(self, name, plan.budget, plan.emails, names)
        if plan.anomalies_usd is not None:
            build_anomalies(self, name, plan.anomalies_usd, plan, names)
        self.register_outputs(
            {"alarms": sorted(alarm.key for alarm in plan.alarms), "dashboards": list(plan.dashboards)}
        )


def _dashboard(
    parent: pulumi.Resource, name: str, widgets: Sequence[Widget], names: SiteNames, *keys: str
) -> cloudwatch.Dashboard:
    return cloudwatch.Dashboard(
        name,
        dashboard_name=names.physical(NameKind.DASHBOARD, *keys),
        dashboard_body=page(widgets, names.region),
        opts=child_of(parent),
    )


def _interruptions(parent: pulumi.Resource, name: str, names: SiteNames) -> pulumi.Output[str]:
    """A rule that counts warnings and does nothing: AWS says of no warning which stack its machine is of."""
    rule = cloudwatch.EventRule(
        f"{name}-spot",
        name=names.physical(NameKind.EVENT_RULE, "spot"),
        description="Spot machines of the account that AWS takes away",
        event_pattern=json.dumps({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}),
        tags=names.tags("spot"),
        opts=child_of(parent),
    )
    return rule.name
