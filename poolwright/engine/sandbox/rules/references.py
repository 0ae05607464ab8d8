"""What a resource names must exist: in the same account, and in the same region for what is regional."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.reference_table import REFERENCES, Reference
from poolwright.engine.sandbox.rules.rule import ANY_TYPE, Action, Change, Refusal, refuses
from poolwright.engine.sandbox.store import Resource

_ACCOUNT_OF_ARN: Final = re.compile(r"^arn:[\w-]+:[\w-]+:[\w-]*:(\w*):")


_BY_HOLDER: Final[dict[str, list[Reference]]] = {}
for _reference in REFERENCES:
    _BY_HOLDER.setdefault(_reference.holder, []).append(_reference)


@refuses(ANY_TYPE, on=(Action.CREATE, Action.UPDATE))
def references_exist(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Each reference of the table names something that exists."""
    for reference in _BY_HOLDER.get(change.type, ()):
        for value in texts_at(change.inputs, reference.path):
            if not named_elsewhere(reference, value, cloud) and target_of(reference, value, cloud) is None:
                yield Refusal(reference.code, reference.words.replace("{}", value), reference.path)


def target_of(reference: Reference, value: str, cloud: Cloud) -> Resource | None:
    """What a reference's value names; None when there is no such resource."""
    kind = reference.target
    if reference.by in ("id", "any"):
        found = cloud.get(kind, value) or _brought_along(kind, value, cloud)
        if found is not None:
            return found
    if reference.by in ("arn", "any"):
        found = cloud.by_arn(kind, value)
        if found is not None:
            return found
    if reference.by in ("name", "any"):
        return next(iter(cloud.where(kind, "name", value)), None)
    return None


def named_elsewhere(reference: Reference, value: str, cloud: Cloud) -> bool:
    """Whether the value names something that this account does not have to have: another account's, or AWS's own."""
    match = _ACCOUNT_OF_ARN.match(value)
    if match:
        return match.group(1) not in ("", cloud.identity.account)
    if reference.target == "kms.Key":
        # AWS's own keys go by aliases that exist in each account.
        return value.startswith("alias/aws/")
    if reference.target == "scheduler.ScheduleGroup":
        return value == "default"
    if (reference.holder, reference.path) == ("s3.BucketLogging", "targetBucket"):
        # S3 finds a bucket of any region, and then says that logs don't cross.
        return any(bucket.id == value for bucket in cloud.everywhere("s3.Bucket"))
    if reference.target == "servicediscovery.PrivateDnsNamespace":
        return cloud.get("servicediscovery.HttpNamespace", value) is not None
    return False


_BROUGHT: Final = {"ec2.SecurityGroup": "defaultSecurityGroupId", "ec2.RouteTable": "mainRouteTableId"}


def _brought_along(kind: str, value: str, cloud: Cloud) -> Resource | None:
    """The VPC that brought a default security group or main route table along."""
    name = _BROUGHT.get(kind)
    return None if name is None else next(iter(cloud.where("ec2.Vpc", name, value)), None)


def owner_vpc(kind: str, resource_id: str, cloud: Cloud) -> str | None:
    """The VPC of a subnet, group or route table; None when there is no such resource."""
    found = cloud.get(kind, resource_id)
    if found is not None:
        return str(found.outputs.get("vpcId"))
    brought = _brought_along(kind, resource_id, cloud)
    return None if brought is None else brought.id
