"""Synthetic checks: health checks of Route 53 that ask public paths from outside, and where their alarms are heard.

Route 53 writes what it measures to us-east-1, whatever it asks, and an alarm watches metrics of its own region and
writes to topics of its own region. So a site elsewhere has a topic there, with a provider and, where the site's topics
are encrypted with a key of the stack's, a key of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pulumi
import pulumi_aws as aws

from components.aws.monitoring.alarms import build_alarm
from components.aws.monitoring.notices import heard_by
from components.aws.monitoring.site import WatchedSite
from components.aws.provider import site_provider
from components.aws.security.keys import alarms_key_policy
from components.naming import SiteNames
from components.options import child_of
from solver.plan.monitoring import CHECKS_REGION, MonitoringPlan, SyntheticCheckPlan

_HTTPS = 443
_DELETION_DAYS = 7
"""Nothing is kept that the key is needed for."""


def build_checks(
    parent: pulumi.Resource, name: str, plan: MonitoringPlan, names: SiteNames
) -> Mapping[str, pulumi.Output[str]]:
    """Ids of the planned checks, by service; they belong to no region."""
    return {check.workload: _check(parent, name, check, names).id for check in plan.synthetic_checks}


def _check(parent: pulumi.Resource, name: str, check: SyntheticCheckPlan, names: SiteNames) -> aws.route53.HealthCheck:
    return aws.route53.HealthCheck(
        f"{name}-check-{check.workload}",
        type="HTTPS" if check.text is None else "HTTPS_STR_MATCH",
        fqdn=check.host,
        port=_HTTPS,
        resource_path=check.path,
        search_string=check.text,
        # Load balancers choose the certificate by the name that they are asked for.
        enable_sni=True,
        request_interval=check.interval_seconds,
        failure_threshold=check.failures,
        measure_latency=check.measures_latency,
        regions=[str(region) for region in check.regions],
        tags=names.tags("check", check.workload, workload=check.workload),
        opts=child_of(parent),
    )


def build_alarms_elsewhere(
    parent: pulumi.Resource, name: str, plan: MonitoringPlan, site: WatchedSite, names: SiteNames
) -> None:
    """Alarms on checks of a site that is not in us-east-1, where they are; who hears the site's own hears them too."""
    there = replace(names, region=CHECKS_REGION)
    provider = site_provider(
        f"{name}-checks", region=CHECKS_REGION, account_id=names.account_id, tags=names.default_tags, parent=parent
    )
    key_arn = _key(parent, name, there, provider).arn if plan.checks_key else None
    topic_arn = heard_by(
        f"{name}-checks", plan, there, topic_arn=None, key_arn=key_arn, parent=parent, provider=provider
    )
    for alarm in plan.alarms_on_checks:
        build_alarm(parent, name, alarm, site, there, topic_arn=topic_arn, runbook=plan.runbook, provider=provider)


def _key(parent: pulumi.Resource, name: str, names: SiteNames, provider: pulumi.ProviderResource) -> aws.kms.Key:
    return aws.kms.Key(
        f"{name}-checks-key",
        description=f"Poolwright {names.stack} {names.site}: alarms of synthetic checks",
        enable_key_rotation=True,
        deletion_window_in_days=_DELETION_DAYS,
        policy=alarms_key_policy(names),
        tags=names.tags("key", "checks"),
        opts=child_of(parent, provider=provider),
    )
