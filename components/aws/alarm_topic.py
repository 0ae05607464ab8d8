"""The topic on which alarms are heard, by the stack's owner."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.naming import SiteNames
from components.options import child_of


def alarm_topic(
    name: str,
    names: SiteNames,
    *,
    key_arn: pulumi.Output[str] | None,
    parent: pulumi.Resource,
    provider: pulumi.ProviderResource | None = None,
) -> aws.sns.Topic:
    """A topic; who owns the stack by mail address gets its alarms by mail, after confirming once."""
    options = child_of(parent, provider=provider)
    topic = aws.sns.Topic(
        name,
        display_name=f"Alarms of {names.stack}",
        # Never AWS's own key for SNS: CloudWatch may not use it, and alarms would be lost without a word.
        kms_master_key_id=key_arn,
        tags=names.tags("alarms"),
        opts=options,
    )
    owner = names.default_tags.get("owner", "")
    if "@" in owner:
        aws.sns.TopicSubscription(name, topic=topic.arn, protocol="email", endpoint=owner, opts=options)
    return topic
