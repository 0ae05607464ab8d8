"""Data sources: what a program may ask of the cloud without making anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.values import Properties, text

Answer: TypeAlias = "Properties | list[Failure]"
_INVOKES: Final[dict[str, Callable[[Properties, Cloud], Answer]]] = {}


def invoked(token: str, arguments: Properties, cloud: Cloud) -> Answer:
    """The data source's result, or what is wrong with the question."""
    function = _INVOKES.get(token)
    if function is None:
        known = ", ".join(sorted(name.rpartition(":")[2] for name in _INVOKES))
        return [Failure("", f"the sandbox does not answer {token}; it answers {known}")]
    return function(arguments, cloud.in_region(text(arguments.get("region")) or cloud.region))


def answers(*tokens: str) -> Callable[[Callable[[Properties, Cloud], Answer]], Callable[[Properties, Cloud], Answer]]:
    """Register a function for data source tokens."""

    def register(function: Callable[[Properties, Cloud], Answer]) -> Callable[[Properties, Cloud], Answer]:
        for token in tokens:
            _INVOKES[token] = function
        return function

    return register


@answers("aws:index/getCallerIdentity:getCallerIdentity")
def caller_identity(arguments: Properties, cloud: Cloud) -> Answer:
    """The account that the provider works in."""
    account = cloud.identity.account
    arn = cloud.identity.arn("sts", "assumed-role/poolwright-sandbox/session", region="")
    return {"id": account, "accountId": account, "arn": arn, "userId": "AROAPOOLWRIGHTSANDBOX:session"}


@answers("aws:index/getRegion:getRegion")
def region(arguments: Properties, cloud: Cloud) -> Answer:
    """The region that the provider works in."""
    name = cloud.region
    return {
        "id": name,
        "region": name,
        "name": name,
        "description": name,
        "endpoint": f"ec2.{name}.{cloud.identity.dns_suffix}",
    }


@answers("aws:index/getPartition:getPartition")
def partition(arguments: Properties, cloud: Cloud) -> Answer:
    """The partition of the region, and its DNS suffix."""
    suffix = cloud.identity.dns_suffix
    return {
        "id": cloud.identity.partition,
        "partition": cloud.identity.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }
