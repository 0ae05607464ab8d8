"""Logical names of the resources that show that a control holds, made from the plan as the components make them.

Tests compare them with all that the components build: none is missing, none is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from poolwright.checks.approved import AUDIT_MEASURES, listed_names
from solver.model.security.effects import built_measures
from solver.plan.plan import SitePlan
from solver.plan.security import CI_UP_POLICIES, KeyPurpose
from solver.plan.shares import held_replicas


class _Add(Protocol):
    """What the parts below are given: a type without `aws:`, and names without the site's key."""

    def __call__(self, type_: str, *names: str) -> None: ...


def evidence_names(key: str, site: SitePlan) -> Mapping[str, tuple[str, ...]]:
    """By type token, the names of what the program builds for a site; types that bear no evidence are left out."""
    found: dict[str, set[str]] = {type_: set(names) for type_, names in listed_names(key, site).items()}

    def add(type_: str, *names: str) -> None:
        found.setdefault(f"aws:{type_}", set()).update(f"{key}-{name}" for name in names)

    _of_measures(site, add)
    _of_network(site, add)
    _of_roles(site, add)
    _of_storage(site, add)
    _of_compute(site, add)
    return {type_: tuple(sorted(names)) for type_, names in sorted(found.items()) if names}


_OF_MEASURES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "access-analyzer": (("accessanalyzer/analyzer:Analyzer", "analyzer"),),
    "account-public-access-block": (
        ("ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "public-access"),
        ("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "public-access"),
    ),
    "cloudtrail": (("cloudtrail/trail:Trail", "trail"),),
    "cloudtrail-alarms": tuple(
        (type_, alarm)
        for type_ in ("cloudwatch/logMetricFilter:LogMetricFilter", "cloudwatch/metricAlarm:MetricAlarm")
        for alarm in ("iam-changes", "root-use", "trail-changes")
    ),
    "cloudtrail-logs": (("cloudwatch/logGroup:LogGroup", "trail"), ("iam/rolePolicy:RolePolicy", "trail")),
    "config": (
        ("cfg/recorder:Recorder", "config"),
        ("cfg/recorderStatus:RecorderStatus", "config"),
        ("iam/rolePolicy:RolePolicy", "config"),
        ("iam/rolePolicyAttachment:RolePolicyAttachment", "config"),
    ),
    "ebs-default-encryption": (("ebs/encryptionByDefault:EncryptionByDefault", "ebs-encryption"),),
    "guardduty": (
        ("guardduty/detector:Detector", "guardduty"),
        ("guardduty/detectorFeature:DetectorFeature", "guardduty-objects"),
    ),
    "guardduty-runtime": (("guardduty/detectorFeature:DetectorFeature", "guardduty-runtime"),),
    "inspector-hosts": (("inspector2/enabler:Enabler", "inspector"),),
    "inspector-images": (("inspector2/enabler:Enabler", "inspector"),),
    "security-hub": (
        ("securityhub/account:Account", "security-hub"),
        ("securityhub/standardsSubscription:StandardsSubscription", "security-hub"),
    ),
}
"""Measure → type and name of what the security pool builds for it."""


def _of_measures(site: SitePlan, add: _Add) -> None:
    built = built_measures(site.security)
    for measure in sorted(built):
        for type_, name in _OF_MEASURES.get(measure, ()):
            add(type_, f"security-{name}")
    for waf in site.security.waf:
        name = f"guards-waf-{waf.load_balancer}"
        add("wafv2/webAclAssociation:WebAclAssociation", name)
        if "waf-logs" in built:
            add("wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", name)
            add("cloudwatch/logGroup:LogGroup", name)


def _of_network(site: SitePlan, add: _Add) -> None:
    network = site.network
    add("ec2/defaultSecurityGroup:DefaultSecurityGroup", "network-default-group")
    if network.dns is not None and network.dns.certificate_arn is None:
        add("acm/certificate:Certificate", "network-certificate")
    if network.flow_logs:
        add("cloudwatch/logGroup:LogGroup", "network-flow-logs")
        add("iam/rolePolicy:RolePolicy", "network-flow-logs")
    if any(target.moves_requests for balancer in network.load_balancers for target in balancer.targets):
        add("iam/rolePolicy:RolePolicy", "network-shifting")
    for balancer in network.load_balancers:
        add("lb/listener:Listener", f"network-{balancer.key}-http")
        if balancer.https:
            add("lb/listener:Listener", f"network-{balancer.key}-https")


def _of_roles(site: SitePlan, add: _Add) -> None:
    """Policies of workloads' and machines' roles."""
    policy = "iam/rolePolicy:RolePolicy"
    buckets = {bucket.key for bucket in site.storage.buckets}
    for role in site.security.roles:
        add(policy, f"security-{role.workload}-execution")
        if any(access.claim in buckets for access in role.access):
            add(policy, f"security-{role.workload}-task")
    add(policy, *(f"security-machine-{runtime}" for runtime in {each.runtime for each in site.compute.node_groups}))
    rotating = (f"security-secret-{each.secret}" for each in site.security.rotations)
    add("secretsmanager/secretRotation:SecretRotation", *rotating)
    if site.security.ci is not None:
        add(policy, "security-ci-preview")
        if site.security.ci.up is not None:
            add(
                "iam/rolePolicyAttachment:RolePolicyAttachment",
                *(f"security-ci-up-{subject}" for subject in CI_UP_POLICIES),
            )
    if site.compute.jobs:
        add(policy, "security-scheduler")
    if any(service.deployment is not None and service.deployment.hooks for service in site.compute.services):
        add(policy, "security-hooks")
    if any(volume.attach == "replica" for volume in site.storage.volumes):
        add("iam/rolePolicyAttachment:RolePolicyAttachment", "security-volumes")
        if {KeyPurpose.DATA, KeyPurpose.MACHINES} & set(site.security.keys):
            add(policy, "security-volumes")


def _of_storage(site: SitePlan, add: _Add) -> None:
    built = built_measures(site.security)
    for type_, end in (
        ("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "lifecycle"),
        ("s3/bucketPolicy:BucketPolicy", "policy"),
        ("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "public-access"),
        ("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "encryption"),
    ):
        add(type_, *(f"storage-bucket-{bucket.key}-{end}" for bucket in site.storage.buckets))
        if built & AUDIT_MEASURES:
            add(type_, "security-audit")
        if site.security.trail_lock is not None:
            add(type_, "security-trail")
    for bucket in site.storage.buckets:
        if bucket.replication is not None:
            place = "storage-bucket" if bucket.replication.site is None else "copies"
            add("iam/rolePolicy:RolePolicy", f"{place}-{bucket.key}-replication")
            add("s3/bucketReplicationConfig:BucketReplicationConfig", f"{place}-{bucket.key}-replication")
    backup = site.storage.backup
    if backup is not None and backup.lock is not None:
        add("backup/vaultLockConfiguration:VaultLockConfiguration", "storage-vault-lock")
    if backup is not None and backup.claims:
        volumes = {volume.key: volume.workloads for volume in site.storage.volumes}
        tagged = (f"storage-backup-{key}-{workload}" for key in backup.volumes for workload in volumes[key])
        named = (f"storage-backup-{key}" for key in (*backup.buckets, *backup.file_systems))
        add("backup/selection:Selection", *named, *tagged)
        add("iam/rolePolicy:RolePolicy", "storage-backup", "storage-restore")
    if "s3-access-logs" in built:
        buckets = (f"storage-bucket-{bucket.key}-logging" for bucket in site.storage.buckets)
        add("s3/bucketLogging:BucketLogging", *buckets)


def _of_compute(site: SitePlan, add: _Add) -> None:
    compute = site.compute
    images = (f"compute-images-{workload}-lifecycle" for workload in compute.repositories)
    add("ecr/lifecyclePolicy:LifecyclePolicy", *images)
    add("cloudwatch/logGroup:LogGroup", *(f"compute-logs-{each.key}" for each in (*compute.services, *compute.jobs)))
    if compute.services:
        add("ecs/cluster:Cluster", "compute-cluster")
    add("ecs/service:Service", *_services(site))
    add("cloudwatch/metricAlarm:MetricAlarm", *_alarms(site))
    if site.monitoring is not None:
        counted = (f"monitoring-{alarm.key}" for alarm in site.monitoring.alarms if alarm.pattern is not None)
        add("cloudwatch/logMetricFilter:LogMetricFilter", *counted)
        add("cloudwatch/metricAlarm:MetricAlarm", *(f"monitoring-{alarm.key}" for alarm in site.monitoring.alarms))


def _alarms(site: SitePlan) -> Iterator[str]:
    """Of each target group of a service, what ends its deployments."""
    for service in site.compute.services:
        if service.deployment is None or service.deployment.roll_back_on is None:
            continue
        watched = service.deployment.roll_back_on
        kinds = (("errors", watched.error_share), ("latency", watched.latency_ms))
        for balancer in service.load_balancers:
            for end in ("", "-second") if service.moves_requests else ("",):
                yield from (
                    f"compute-alarm-{service.key}-{balancer}{end}-{kind}" for kind, limit in kinds if limit is not None
                )


def _services(site: SitePlan) -> Iterator[str]:
    yield from (f"compute-daemon-{daemon.key}" for daemon in site.compute.daemons)
    for service in site.compute.services:
        for variant in service.variants:
            for held in held_replicas(site.compute, service.key, variant):
                on = "" if held.is_first else f"-{held.group.key}"
                yield f"compute-service-{service.key}-{variant.key}{on}"
