"""Who of the stack itself moves a property: autoscalers and schedules between floor and ceiling, parts that the cloud
shows again in the resource they belong to.

Each owner is a function for one property of one type, in `_OWNERS`; it explains a difference or leaves it to a hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from poolwright.engine.refreshed import Reading

_GROUP = "aws:autoscaling/group:Group"
_GROUP_SCHEDULE = "aws:autoscaling/schedule:Schedule"
_SERVICE = "aws:ecs/service:Service"
_TARGET = "aws:appautoscaling/target:Target"
_TARGET_SCHEDULE = "aws:appautoscaling/scheduledAction:ScheduledAction"
_BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"
_SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_ROLE = "aws:iam/role:Role"
_RULES = {
    "ingress": "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "egress": "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
}
_BUCKET_PARTS = {
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "versioning": "aws:s3/bucketVersioning:BucketVersioning",
    "lifecycleRules": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "logging": "aws:s3/bucketLogging:BucketLogging",
    "serverSideEncryptionConfiguration": "aws:s3/bucketServerSideEncryptionConfiguration:"
    "BucketServerSideEncryptionConfiguration",
    "replicationConfiguration": "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "objectLockConfiguration": "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
}


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Who made a difference, and how one knows."""

    by: Literal["autoscaler", "cloud"]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """One difference, with all that the stack has."""

    reading: Reading
    before: Any
    now: Any
    readings: Sequence[Reading]

    def known(self, name: str) -> Any:
        return self.reading.known.get(name)

    def of_type(self, kind: str) -> Iterator[Reading]:
        return (reading for reading in self.readings if reading.type == kind)


def explanation(reading: Reading, path: str, before: Any, now: Any, readings: Sequence[Reading]) -> Explanation | None:
    """What an owner of the stack or the cloud's own habit says of a difference; None where it is nobody's."""
    if path.startswith(('tags["aws:', 'tagsAll["aws:', "tags.aws:", "tagsAll.aws:")):
        return Explanation(by="cloud", reason="tags that begin with aws: are AWS's own")
    owner = _OWNERS.get((reading.type, path)) or _PARTS.get((reading.type, path.partition("[")[0].partition(".")[0]))
    return None if owner is None else owner(Case(reading=reading, before=before, now=now, readings=readings))


def _machines(case: Case) -> Explanation | None:
    """Desired capacity of an Auto Scaling group."""
    floors = [case.reading.inputs.get("minSize"), *(step.known.get("minSize") for step in _group_schedules(case))]
    ceilings = [case.reading.inputs.get("maxSize"), *(step.known.get("maxSize") for step in _group_schedules(case))]
    return _within(case, _numbers(floors), _numbers(ceilings), "ECS's capacity provider")


def _floor_of_machines(case: Case) -> Explanation | None:
    """The least size of a group, which its schedule moves by the hour."""
    steps = _numbers(
        [case.reading.inputs.get("minSize"), *(step.known.get("minSize") for step in _group_schedules(case))]
    )
    return _scheduled(case, steps, any(_group_schedules(case)))


def _group_schedules(case: Case) -> Iterator[Reading]:
    return (
        step for step in case.of_type(_GROUP_SCHEDULE) if step.known.get("autoscalingGroupName") == case.known("name")
    )


def _replicas(case: Case) -> Explanation | None:
    """Desired count of an ECS service, whose scaling target names it by cluster and name."""
    cluster = str(case.known("cluster") or "").rpartition("/")[2]
    wanted = f"service/{cluster}/{case.known('name')}"
    for target in case.of_type(_TARGET):
        if target.known.get("resourceId") == wanted:
            steps = list(_target_steps(case, wanted))
            floors = [target.inputs.get("minCapacity"), *(step.get("minCapacity") for step in steps)]
            ceilings = [target.inputs.get("maxCapacity"), *(step.get("maxCapacity") for step in steps)]
            return _within(case, _numbers(floors), _numbers(ceilings), "the service's autoscaling")
    return None


def _floor_of_replicas(case: Case) -> Explanation | None:
    steps = list(_target_steps(case, case.known("resourceId")))
    floors = [case.reading.inputs.get("minCapacity"), *(step.get("minCapacity") for step in steps)]
    return _scheduled(case, _numbers(floors), bool(steps))


def _target_steps(case: Case, resource_id: Any) -> Iterator[Mapping[str, Any]]:
    for step in case.of_type(_TARGET_SCHEDULE):
        if step.known.get("resourceId") == resource_id:
            yield cast("Mapping[str, Any]", step.known.get("scalableTargetAction") or {})


def _batch_machines(case: Case) -> Explanation | None:
    """Desired vCPUs of a Batch environment."""
    given = cast("Mapping[str, Any]", case.reading.inputs.get("computeResources") or {})
    return _within(case, _numbers([given.get("minVcpus")]), _numbers([given.get("maxVcpus")]), "AWS Batch")


def _within(case: Case, floors: list[float], ceilings: list[float], owner: str) -> Explanation | None:
    now = _numbers([case.now])
    if not (now and floors and ceilings) or not min(floors) <= now[0] <= max(ceilings):
        return None
    floor, ceiling = min(floors), max(ceilings)
    return Explanation(
        by="autoscaler", reason=f"{owner} keeps it between the plan's floor {floor:g} and ceiling {ceiling:g}"
    )


def _scheduled(case: Case, steps: list[float], has_schedule: bool) -> Explanation | None:
    now = _numbers([case.now])
    if not has_schedule or not now or now[0] not in steps:
        return None
    return Explanation(by="autoscaler", reason="the plan's schedule moves it by the hour")


def _rules(property_name: str) -> Callable[[Case], Explanation | None]:
    """Rules of a security group that are resources of their own: AWS shows them in the group as well."""

    def owner(case: Case) -> Explanation | None:
        made = {
            rule
            for part in case.of_type(_RULES[property_name])
            if part.known.get("securityGroupId") == case.reading.id
            for rule in _as_rules(part.known)
        }
        shown = _entries((case.reading.now or {}).get(property_name))
        extra = [rule for entry in shown for rule in _as_rules(entry) if rule not in made]
        return None if extra else _shown_again("rules")

    return owner


def _as_rules(entry: Mapping[str, Any]) -> Iterator[str]:
    """Each source or target of a rule, in one form for both ways of writing it."""
    protocol = str(entry.get("ipProtocol") or entry.get("protocol") or "")
    ports = "" if protocol == "-1" else f"{entry.get('fromPort')}-{entry.get('toPort')}"
    one = [entry.get(key) for key in ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")]
    many = [
        value
        for key in ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups")
        for value in _list(entry.get(key))
    ]
    for other in [*(value for value in one if value), *many]:
        yield f"{protocol} {ports} {other}"


def _inline_policies(case: Case) -> Explanation | None:
    made = {
        part.known.get("name"): part.known.get("policy")
        for part in case.of_type("aws:iam/rolePolicy:RolePolicy")
        if part.known.get("role") in (case.reading.id, case.known("name"))
    }
    shown = _entries((case.reading.now or {}).get("inlinePolicies"))
    whole = all(
        entry.get("name") in made and _document(made[entry.get("name")]) == _document(entry.get("policy"))
        for entry in shown
    )
    return _shown_again("policies") if whole else None


def _attached_policies(case: Case) -> Explanation | None:
    made = {
        part.known.get("policyArn")
        for part in case.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if part.known.get("role") in (case.reading.id, case.known("name"))
    }
    shown = _list((case.reading.now or {}).get("managedPolicyArns"))
    return _shown_again("policies") if set(shown) <= made else None


def _bucket_part(property_name: str) -> Callable[[Case], Explanation | None]:
    def owner(case: Case) -> Explanation | None:
        parts = case.of_type(_BUCKET_PARTS[property_name])
        own = any(part.known.get("bucket") == case.reading.id for part in parts)
        return _shown_again("settings") if own else None

    return owner


def _shown_again(what: str) -> Explanation:
    return Explanation(
        by="cloud", reason=f"{what} that are resources of the stack, shown here again; a hand would show at those"
    )


def _numbers(values: Sequence[Any]) -> list[float]:
    # -1 is how a schedule says that it leaves a value as it is.
    return [float(value) for value in values if isinstance(value, int | float) and value >= 0]


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [cast("Mapping[str, Any]", entry) for entry in _list(value) if isinstance(entry, Mapping)]


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _document(text: Any) -> Any:
    try:
        return json.loads(str(text))
    except ValueError:
        return text


_OWNERS: dict[tuple[str, str], Callable[[Case], Explanation | None]] = {
    (_GROUP, "desiredCapacity"): _machines,
    (_GROUP, "minSize"): _floor_of_machines,
    (_SERVICE, "desiredCount"): _replicas,
    (_TARGET, "minCapacity"): _floor_of_replicas,
    (_BATCH, "computeResources.desiredVcpus"): _batch_machines,
}
"""By type and whole path."""
_PARTS: dict[tuple[str, str], Callable[[Case], Explanation | None]] = {
    **{(_SECURITY_GROUP, name): _rules(name) for name in _RULES},
    (_ROLE, "inlinePolicies"): _inline_policies,
    (_ROLE, "managedPolicyArns"): _attached_policies,
    **{("aws:s3/bucket:Bucket", name): _bucket_part(name) for name in _BUCKET_PARTS},
}
"""By type and the property that begins the path."""
