"""Notices: who hears of alarms, by mail and by posts to addresses that stand in no file in clear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from components.aws.alarm_topic import alarm_topic
from components.naming import SiteNames
from components.options import child_of
from solver.errors import ConfigError, Problem
from solver.plan.monitoring import MonitoringPlan

SETTING = "poolwright:webhooks"
"""Where Pulumi's configuration has the addresses, by name."""


def refuse_unset_webhooks(plans: Iterable[MonitoringPlan | None], stack: str) -> None:
    """ConfigError that names the command for each webhook of these plans without an address."""
    webhooks = {name for plan in plans if plan is not None and plan.alarms for name in plan.webhooks}
    given = pulumi.Config("poolwright").get_object("webhooks") if webhooks else None
    named: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, dict) else {}
    missing = [name for name in sorted(webhooks) if not named.get(name)]
    if missing:
        raise ConfigError(
            [
                Problem(
                    file=f"stacks/Pulumi.{stack}.yaml",
                    path=f"{SETTING}.{name}",
                    found="nothing",
                    allowed="an address is needed: alarms are posted to it",
                    hint=f"Run: pulumi config set --stack {stack} --secret --path '{SETTING}.{name}'",
                )
                for name in missing
            ]
        )


def heard_by(
    name: str,
    plan: MonitoringPlan,
    names: SiteNames,
    *,
    topic_arn: pulumi.Output[str] | None,
    key_arn: pulumi.Output[str] | None,
    parent: pulumi.Resource,
    provider: pulumi.ProviderResource | None = None,
) -> pulumi.Output[str]:
    """The topic of alarms, made where deployments have made none, with all who are to hear it; another provider's is
    in another region."""
    options = child_of(parent, provider=provider)
    if topic_arn is None:
        topic_arn = alarm_topic(f"{name}-alarms", names, key_arn=key_arn, parent=parent, provider=provider).arn
    owner = names.default_tags.get("owner", "")
    for email in plan.emails:
        # The topic has its owner already.
        if email != owner:
            aws.sns.TopicSubscription(
                f"{name}-{_slug(email)}", topic=topic_arn, protocol="email", endpoint=email, opts=options
            )
    if plan.webhooks:
        addresses = pulumi.Config("poolwright").require_secret_object("webhooks")
        for webhook in plan.webhooks:
            aws.sns.TopicSubscription(
                f"{name}-webhook-{webhook}",
                topic=topic_arn,
                protocol="https",
                endpoint=addresses.apply(lambda found, webhook=webhook: str(found[webhook])),
                opts=options,
            )
    return topic_arn


def _slug(email: str) -> str:
    return "mail-" + "".join(letter if letter.isalnum() else "-" for letter in email)
