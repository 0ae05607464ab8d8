"""A monitoring plan with all that one can have, for the full site, and the pool that is built from it."""

from __future__ import annotations

from dataclasses import replace

from components.aws.monitoring.pool import MonitoringPool, MonitoringPoolArgs
from components.outputs import ComputeOutputs
from solver.plan.monitoring import AlarmPlan, BudgetPlan, MonitoringPlan, SyntheticCheckPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import AlarmKind, CheckerRegion
from tests.components import plans
from tests.components.aws import upstream

BALANCED = ("assistant", "recommender")
"""Services of the full site with a load balancer."""
ALARMS = (
    *(
        AlarmPlan(workload=workload, kind=kind, above=above, percentile=99 if kind is AlarmKind.LATENCY else None)
        for workload in BALANCED
        for kind, above in (
            (AlarmKind.LOAD, 2400.0),
            (AlarmKind.ERRORS, 0.05),
            (AlarmKind.LATENCY, 130.0),
            (AlarmKind.REPLICAS, 0.0),
        )
    ),
    AlarmPlan(workload="training", kind=AlarmKind.LOG, above=5.0, pattern="?ERROR ?CRITICAL"),
    AlarmPlan(kind=AlarmKind.CPU, above=0.95),
    AlarmPlan(kind=AlarmKind.MEMORY, above=0.95),
)
FULL = MonitoringPlan(
    site_dashboard=True,
    dashboards=BALANCED,
    planned_usd_per_month=4210.5,
    alarms=ALARMS,
    budget=BudgetPlan(usd_per_month=5000.0),
    anomalies_usd=50.0,
    emails=("ai-platform@example.com", "on-call@example.com"),
    runbook="https://wiki.example.com/monitoring",
)
REGIONS = tuple(CheckerRegion)
PLAIN = SyntheticCheckPlan(
    workload="assistant", host="ai.example.com", path="/healthz", interval_seconds=30, regions=REGIONS, failures=3
)
CLOSE = SyntheticCheckPlan(
    workload="recommender",
    host="ai.example.com",
    path="/v1/models/recommender",
    text="AVAILABLE",
    interval_seconds=10,
    regions=REGIONS[:3],
    failures=2,
    measures_latency=True,
)
ON_CHECKS = tuple(AlarmPlan(workload=each.workload, kind=AlarmKind.SYNTHETIC, above=0) for each in (PLAIN, CLOSE))
"""Alarms on them."""
WEBHOOKS = {"poolwright:webhooks": '{"chat": "https://chat.example.com/hook"}'}


def watched(site: SitePlan, **changes: object) -> SitePlan:
    """The site with the plan, or with the plan changed."""
    return site.model_copy(update={"monitoring": FULL.model_copy(update=changes)})


def asked(site: SitePlan, **changes: object) -> SitePlan:
    """The site with the plan and synthetic checks, or with that changed."""
    checks = {"alarms": (*ALARMS, *ON_CHECKS), "synthetic_checks": (PLAIN, CLOSE), "checks_key": True}
    return watched(site, **checks | changes)


def pool(
    site: SitePlan, *, topic: bool = False, time_zone: str = "Europe/Dublin", region: str = "eu-west-1"
) -> MonitoringPool:
    """The monitoring pool of a site, on made-up pools before it."""
    assert site.monitoring is not None
    groups = [group.key for group in site.compute.node_groups if group.runtime == "ecs"]
    compute = ComputeOutputs(
        cluster_name=upstream.out("prod-main"),
        cluster_arn=upstream.out("arn:cluster"),
        repository_urls={},
        log_group_names={},
        service_names={},
        log_groups={"training": upstream.out("/poolwright/prod/main/workload/training")},
        auto_scaling_group_names={key: upstream.out(f"group-{key}") for key in groups},
        alarm_topic_arn=upstream.out("arn:aws:sns:eu-west-1:123456789012:deployments") if topic else None,
    )
    return MonitoringPool(
        "monitoring",
        MonitoringPoolArgs(
            plan=site.monitoring,
            compute_plan=site.compute,
            time_zone=time_zone,
            names=replace(plans.names(), region=region, default_tags={"owner": FULL.emails[0]}),
            network=upstream.network(site),
            security=upstream.security(site),
            compute=compute,
        ),
    )
