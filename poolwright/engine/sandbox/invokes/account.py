"""Who and where the provider is."""

from __future__ import annotations

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.invokes.invoke import Answer, answers
from poolwright.engine.sandbox.values import Properties


@answers("getCallerIdentity")
def caller_identity(arguments: Properties, cloud: Cloud) -> Answer:
    """The account, and a role in it."""
    account = cloud.identity.account
    arn = cloud.identity.arn("sts", "assumed-role/poolwright-sandbox/sandbox", region="")
    return {"id": account, "accountId": account, "arn": arn, "userId": "AROASANDBOXSANDBOX234:sandbox"}


@answers("getRegion")
def region(arguments: Properties, cloud: Cloud) -> Answer:
    """The region."""
    name = cloud.region
    endpoint = f"ec2.{name}.{cloud.identity.dns_suffix}"
    return {"id": name, "region": name, "name": name, "description": name, "endpoint": endpoint}


@answers("getPartition")
def partition(arguments: Properties, cloud: Cloud) -> Answer:
    """The partition and its domain."""
    name, suffix = cloud.identity.partition, cloud.identity.dns_suffix
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": name, "partition": name, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


@answers("getDefaultTags")
def default_tags(arguments: Properties, cloud: Cloud) -> Answer:
    """The tags that the provider gives every resource."""
    return {"id": cloud.identity.partition, "tags": {**cloud.identity.default_tags}}


@answers("getServicePrincipal")
def service_principal(arguments: Properties, cloud: Cloud) -> Answer:
    """The principal of a service, in the partition's form."""
    service = str(arguments.get("serviceName"))
    suffix = "amazonaws.com"
    name = f"{service}.{cloud.region}.{suffix}"
    return {"id": name, "name": f"{service}.{suffix}", "serviceName": service, "suffix": suffix, "region": cloud.region}
