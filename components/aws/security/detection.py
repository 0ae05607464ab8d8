"""Detection: each security measure of the plan with what builds it.

A measure is built here, is a part of another one here, or is built by the pool whose resources it is about; a measure
that is none of these is an error, so that a plan never claims a control that nothing covers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pulumi
import pulumi_aws as aws

from components.aws.security.recorder import recorder
from components.aws.security.trail import trail
from components.aws.security.watch import Watch
from solver.errors import PoolwrightError
from solver.plan.security import SecurityPlan


def access_analyzer(watch: Watch) -> None:
    """Reports what others outside the account can reach."""
    aws.accessanalyzer.Analyzer(
        f"{watch.name}-analyzer",
        analyzer_name=f"{watch.names.stack}-{watch.names.site}",
        type="ACCOUNT",
        tags=watch.names.tags("analyzer"),
        opts=watch.child(),
    )


def public_access_block(watch: Watch) -> None:
    """No bucket and no snapshot of the account can be made public, whoever makes it."""
    aws.s3.AccountPublicAccessBlock(
        f"{watch.name}-public-access",
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=watch.account_setting(),
    )
    aws.ebs.SnapshotBlockPublicAccess(
        f"{watch.name}-public-access", state="block-all-sharing", opts=watch.account_setting()
    )


def ebs_default_encryption(watch: Watch) -> None:
    """Every new volume of the account in the region is encrypted."""
    aws.ebs.EncryptionByDefault(f"{watch.name}-ebs-encryption", enabled=True, opts=watch.account_setting())


def guardduty(watch: Watch) -> None:
    """A detector, with the protection plans that were chosen and not those that AWS turns on by itself."""
    detector = aws.guardduty.Detector(
        f"{watch.name}-guardduty",
        enable=True,
        finding_publishing_frequency="FIFTEEN_MINUTES",
        tags=watch.names.tags("guardduty"),
        opts=watch.child(),
    )
    # AWS turns S3 protection on in each new detector, and it costs by the event: the plan says whether it is wanted.
    aws.guardduty.DetectorFeature(
        f"{watch.name}-guardduty-objects",
        detector_id=detector.id,
        name="S3_DATA_EVENTS",
        status="ENABLED" if "guardduty-object-events" in watch.measures else "DISABLED",
        opts=watch.child(),
    )
    if "guardduty-runtime" in watch.measures:
        aws.guardduty.DetectorFeature(
            f"{watch.name}-guardduty-runtime",
            detector_id=detector.id,
            name="RUNTIME_MONITORING",
            status="ENABLED",
            additional_configurations=[{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"}],
            opts=watch.child(),
        )


def inspector(watch: Watch) -> None:
    """Vulnerability scans of machines and images, as chosen; one switch for both."""
    wanted = {"inspector-hosts": "EC2", "inspector-images": "ECR"}
    aws.inspector2.Enabler(
        f"{watch.name}-inspector",
        account_ids=[watch.names.account_id],
        resource_types=[kind for measure, kind in wanted.items() if measure in watch.measures],
        opts=watch.child(),
    )


def security_hub(watch: Watch, waits_for: pulumi.Resource | None) -> None:
    """Security Hub with AWS's foundational standard, and no other that it would turn on (and bill) by itself."""
    account = aws.securityhub.Account(
        f"{watch.name}-security-hub",
        enable_default_standards=False,
        auto_enable_controls=True,
        control_finding_generator="SECURITY_CONTROL",
        # Its checks read what Config records.
        opts=pulumi.ResourceOptions(parent=watch.parent, depends_on=[] if waits_for is None else [waits_for]),
    )
    standard = "standards/aws-foundational-security-best-practices/v/1.0.0"
    aws.securityhub.StandardsSubscription(
        f"{watch.name}-security-hub",
        standards_arn=f"arn:{watch.names.partition}:securityhub:{watch.names.region}::{standard}",
        opts=pulumi.ResourceOptions(parent=watch.parent, depends_on=[account]),
    )


BUILT_HERE: Mapping[str, Callable[[Watch], object]] = {
    "access-analyzer": access_analyzer,
    "account-public-access-block": public_access_block,
    "cloudtrail": trail,
    "ebs-default-encryption": ebs_default_encryption,
    "guardduty": guardduty,
}
"""Measure → what builds it."""
BUILT_WITH: Mapping[str, tuple[str, ...]] = {
    "cloudtrail-alarms": ("cloudtrail",),
    "cloudtrail-encryption": ("cloudtrail",),
    "cloudtrail-logs": ("cloudtrail",),
    "cloudtrail-object-events": ("cloudtrail",),
    "config": ("security-hub",),
    "guardduty-object-events": ("guardduty",),
    "guardduty-runtime": ("guardduty",),
    "inspector-hosts": ("inspector-images",),
    "inspector-images": ("inspector-hosts",),
    "security-hub": ("config",),
}
"""Measure → others with which it is built together here."""
BUILT_ELSEWHERE: Mapping[str, str] = {
    "container-insights": "the ECS cluster's setting",
    "kms-customer-keys": "keys for the purposes of the plan",
    "ecr-scan-on-push": "a setting of each repository",
    "load-balancer-logs": "a setting of each load balancer, into the audit bucket",
    "log-retention-year": "the retention of each log group in the plan",
    "poolwright-defaults": "the pools as they are",
    "s3-access-logs": "a setting of each bucket, into the audit bucket",
    "vpc-flow-logs": "flow logs of the network pool",
    "waf": "a web ACL for each public load balancer, made by Guards",
    "waf-logs": "the web ACL's log, made by Guards",
}
"""Measure → what else builds it."""


def detection(watch: Watch) -> None:
    """Builds the chosen measures, in the order of their names; PoolwrightError for one that nothing builds."""
    refuse_unknown(watch.plan)
    for measure in sorted(watch.measures & BUILT_HERE.keys()):
        BUILT_HERE[measure](watch)
    recording = recorder(watch) if "config" in watch.measures else None
    if "security-hub" in watch.measures:
        security_hub(watch, recording)
    if watch.measures & {"inspector-hosts", "inspector-images"}:
        inspector(watch)


def refuse_unknown(plan: SecurityPlan) -> None:
    """PoolwrightError when the plan wants a measure that nothing builds."""
    known = BUILT_HERE.keys() | BUILT_WITH.keys() | BUILT_ELSEWHERE.keys()
    unknown = sorted({measure.name for measure in plan.measures if measure.build} - known)
    if unknown:
        raise PoolwrightError(
            f"the plan wants security measures that nothing builds: {', '.join(unknown)}",
            hint="the lock may come from a newer poolwright; otherwise add a builder in components/aws/security",
        )
