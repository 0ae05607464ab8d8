"""Changes: what a preview would replace, delete or shrink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from poolwright.checks.check import Fault, Severity, on_changes
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import is_custom, part
from poolwright.engine.preview import Operation, ResourceChange

HOLDS_DATA = frozenset(
    {
        "aws:s3/bucket:Bucket",
        "aws:efs/fileSystem:FileSystem",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:ebs/volume:Volume",
        "aws:secretsmanager/secret:Secret",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ecr/repository:Repository",
        "aws:backup/vault:Vault",
        "docker:index/volume:Volume",
    }
)
"""Types whose deletion takes data with it; keys have a check of their own."""
SERVES = frozenset(
    {
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/eip:Eip",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/listener:Listener",
        "aws:lb/targetGroup:TargetGroup",
        "aws:route53/zone:Zone",
        "aws:ecs/cluster:Cluster",
        "aws:ecs/service:Service",
        "aws:ecs/capacityProvider:CapacityProvider",
        "aws:autoscaling/group:Group",
        "aws:batch/computeEnvironment:ComputeEnvironment",
        "aws:batch/jobQueue:JobQueue",
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    }
)
"""Types through which requests go while they are replaced."""
NEW_REVISIONS = frozenset({"aws:ecs/taskDefinition:TaskDefinition", "aws:batch/jobDefinition:JobDefinition"})
"""Types of which every change is a new revision, which the provider calls a replacement."""
_CLAIM = "Keep the claim in stacks/, or give its data up on purpose: poolwright destroy STACK --with-data"


def _number(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _why(change: ResourceChange) -> str:
    return f", because {', '.join(change.replace_reasons)} changes" if change.replace_reasons else ""


@on_changes(
    id="change.data",
    title="No change deletes data that the stack protects",
    remedy=_CLAIM,
)
def data_stays(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.type not in HOLDS_DATA or change.retained or not evidence.protects_data(change.name):
            continue
        if change.operation in (Operation.DELETE, Operation.REPLACE):
            yield Fault(text=f"would be {change.operation}d with all that it holds{_why(change)}", resource=change)


@on_changes(
    id="change.serving",
    title="Nothing through which requests go is replaced",
    remedy="Put back what forces it in stacks/, or move in two steps: add the new one, then remove the old one",
)
def what_serves_stays(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.type in SERVES and change.operation is Operation.REPLACE:
            yield Fault(text=f"would be replaced while it serves{_why(change)}", resource=change)


@on_changes(
    id="change.replacement",
    title="Replacements are looked at, one by one",
    severity=Severity.WARN,
    remedy="Look at what forces it in the preview; a logical or physical name may have changed (components/naming.py)",
)
def replacements_are_seen(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        seen_elsewhere = change.type in SERVES | HOLDS_DATA | NEW_REVISIONS or not is_custom(change.type)
        if change.operation is Operation.REPLACE and not seen_elsewhere:
            yield Fault(text=f"would be replaced{_why(change)}", resource=change)


@on_changes(
    id="change.left-behind",
    title="What leaves the stack and stays in the cloud is known",
    severity=Severity.WARN,
    remedy="Note it, delete it by hand when nobody needs it, or keep the claim in stacks/: it is still billed",
)
def what_stays_is_known(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        goes = change.operation is Operation.FORGET or (change.operation is Operation.DELETE and change.retained)
        if goes and change.type in HOLDS_DATA:
            yield Fault(text="would leave the stack and stay in the cloud", resource=change)


@on_changes(
    id="change.machines",
    title="No ceiling of machines goes below what runs",
    remedy="Wait for a quiet hour, or raise the demand in stacks/ to what is in use and plan again",
)
def machines_in_use_stay(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.type != "aws:autoscaling/group:Group" or change.operation is not Operation.UPDATE:
            continue
        most, runs = _number(change.inputs, "maxSize"), _number(change.before, "desiredCapacity")
        if most is not None and runs is not None and most < runs:
            yield Fault(text=f"would end {runs - most:.0f} of the {runs:.0f} machines that run", resource=change)


@on_changes(
    id="change.replicas",
    title="No ceiling of replicas goes below what serves",
    remedy="Wait for a quiet hour, or raise the load of the workload in stacks/ to what is in use and plan again",
)
def replicas_in_use_stay(evidence: Evidence) -> Iterator[Fault]:
    serving: dict[str, float] = {}
    for change in evidence.changes:
        count = _number(change.before, "desiredCount")
        if change.type == "aws:ecs/service:Service" and count is not None:
            serving[str(change.before.get("name"))] = count
    for change in evidence.changes:
        if change.type != "aws:appautoscaling/target:Target" or change.operation is not Operation.UPDATE:
            continue
        service = str(change.before.get("resourceId", "")).rpartition("/")[2]
        most, serves = _number(change.inputs, "maxCapacity"), serving.get(service)
        if most is not None and serves is not None and most < serves:
            yield Fault(text=f"would end {serves - most:.0f} of the {serves:.0f} replicas that serve", resource=change)


@on_changes(
    id="change.services",
    title="No service goes while replicas of it serve",
    remedy="Keep the workload in stacks/; to end it, lower its load to none first",
)
def services_in_use_stay(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.type == "aws:ecs/service:Service" and change.operation is Operation.DELETE:
            serves = _number(change.before, "desiredCount") or 0
            replaced = any(
                other.type == change.type
                and other.operation is Operation.CREATE
                and _workload(other.inputs) is not None
                and _workload(other.inputs) == _workload(change.before)
                for other in evidence.changes
            )
            if serves > 0 and not replaced:
                yield Fault(text=f"would end all {serves:.0f} replicas", resource=change)


def _workload(values: Mapping[str, Any]) -> str | None:
    tags = values.get("tags")
    return cast("Mapping[str, str]", tags).get("workload") if isinstance(tags, Mapping) else None


@on_changes(
    id="change.retention",
    title="No change deletes logs or objects earlier than they were promised",
    remedy="Keep `log_retention_days` and `retention_days` in stacks/, or say in the pull request that the data may go",
)
def promises_of_keeping_stay(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.operation is not Operation.UPDATE:
            continue
        if change.type == "aws:cloudwatch/logGroup:LogGroup":
            before, after = _number(change.before, "retentionInDays"), _number(change.inputs, "retentionInDays")
            if after and (not before or after < before):
                kept = "for ever" if not before else f"for {before:.0f} days"
                yield Fault(text=f"deletes events after {after:.0f} days, which were kept {kept}", resource=change)
        if change.type == "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration":
            before, after = _expires(change.before), _expires(change.inputs)
            if after is not None and (before is None or after < before):
                kept = "for ever" if before is None else f"for {before:.0f} days"
                yield Fault(text=f"deletes objects after {after:.0f} days, which were kept {kept}", resource=change)


def _expires(values: Mapping[str, Any]) -> float | None:
    rules = values.get("rules")
    found = [_number(part(rule, "expiration"), "days") for rule in rules or () if isinstance(rule, Mapping)]
    return min((days for days in found if days), default=None)


@on_changes(
    id="change.unprotected",
    title="Nothing loses the protection of its data",
    remedy="Keep `data_protection: true` in stacks/; destroy --with-data takes the protection off by itself",
)
def protection_stays(evidence: Evidence) -> Iterator[Fault]:
    for change in evidence.changes:
        if change.operation is not Operation.UPDATE:
            continue
        for name in ("enableDeletionProtection", "deletionProtection"):
            if change.before.get(name) is True and change.inputs.get(name) is not True:
                yield Fault(text=f"loses {name}", resource=change)
        if change.before.get("forceDestroy") is not True and change.inputs.get("forceDestroy") is True:
            yield Fault(text="may be emptied by the engine from now on", resource=change)
