"""VPC endpoints: services that the region has, in the form that the service has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, text, texts

_GATEWAYS: Final = frozenset({"s3", "dynamodb"})
# Services with interface endpoints that stacks use, from AWS's list of services that integrate with PrivateLink.
_INTERFACE_NAMES: Final = """
access-analyzer acm-pca application-autoscaling athena autoscaling backup batch bedrock bedrock-runtime cloudformation
cloudtrail codebuild config dynamodb ebs ec2 ec2messages ecr.api ecr.dkr ecs ecs-agent ecs-telemetry elasticache
elasticfilesystem elasticloadbalancing email-smtp events execute-api fis fsx glue guardduty guardduty-data imagebuilder
inspector2 kinesis-firehose kinesis-streams kms lambda logs monitoring networkmonitor rds rds-data redshift-data
rolesanywhere s3 sagemaker.api sagemaker.runtime scheduler secretsmanager securityhub servicediscovery
data-servicediscovery sns sqs ssm ssmmessages states sts synthetics wafv2 xray
"""
_INTERFACES: Final = frozenset(_INTERFACE_NAMES.split())
_LONGEST_POLICY: Final = 20_480
_NAME: Final = re.compile(r"^(?:cn\.)?com\.amazonaws\.([a-z0-9-]+)\.([a-z0-9.-]+)$")
_PRIVATE: Final = re.compile(r"^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]{17}$")


@validates("ec2.VpcEndpoint")
def endpoint_has_what_its_kind_needs(inputs: Properties) -> Iterator[Refusal]:
    """A gateway endpoint has route tables; an interface endpoint has subnets and security groups."""
    kind = inputs.get("vpcEndpointType")
    if kind == "Gateway":
        for name in ("subnetIds", "securityGroupIds"):
            if inputs.get(name):
                yield Refusal("InvalidParameter", f"Gateway endpoints take no {name}", name)
        if flag(inputs.get("privateDnsEnabled")):
            yield Refusal("InvalidParameter", "Gateway endpoints have no private DNS", "privateDnsEnabled")
    yield from policy_refusals(inputs.get("policy"), PolicyKind.ENDPOINT, "policy", "InvalidPolicyDocument")
    if len(text(inputs.get("policy")) or "") > _LONGEST_POLICY:
        words = f"The policy exceeds the maximum size of {_LONGEST_POLICY} characters"
        yield Refusal("InvalidPolicyDocument", words, "policy")
    if kind == "Interface" and inputs.get("routeTableIds"):
        yield Refusal("InvalidParameter", "Route table IDs are only supported for Gateway endpoints.", "routeTableIds")


@refuses("ec2.VpcEndpoint", on=(Action.CREATE,))
def endpoint_service_exists(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The service is one of the region, and has endpoints of that kind."""
    name = text(change.inputs.get("serviceName"))
    if name is None or _PRIVATE.match(name):
        return
    match = _NAME.match(name)
    region = text(change.inputs.get("serviceRegion")) or cloud.region
    kinds = _GATEWAYS if change.inputs.get("vpcEndpointType") == "Gateway" else _INTERFACES
    service = None if match is None else match.group(2)
    if match is None or match.group(1) != region or service not in _GATEWAYS | _INTERFACES:
        yield Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist", "serviceName")
    elif service not in kinds:
        kind = change.inputs.get("vpcEndpointType")
        words = f"The VPC endpoint service {name} does not support the endpoint type {kind}"
        yield Refusal("InvalidParameter", words, "vpcEndpointType")


@refuses("ec2.VpcEndpoint")
def endpoint_stays_in_its_vpc(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Subnets, one for each zone, security groups and route tables are of the endpoint's VPC; names are its own."""
    inputs = change.inputs
    vpc_id = text(inputs.get("vpcId"))
    for name, kind in (
        ("subnetIds", "ec2.Subnet"),
        ("securityGroupIds", "ec2.SecurityGroup"),
        ("routeTableIds", "ec2.RouteTable"),
    ):
        for found in texts(inputs.get(name)):
            owner = owner_vpc(kind, found, cloud)
            if owner is not None and owner != vpc_id:
                yield Refusal("InvalidParameter", f"{found} does not belong to network {vpc_id}", name)
    places = [cloud.get("ec2.Subnet", subnet) for subnet in texts(inputs.get("subnetIds"))]
    zones = Counter(str(place.outputs.get("availabilityZone")) for place in places if place is not None)
    if any(count > 1 for count in zones.values()):
        words = f"Found another VPC endpoint subnet in the availability zone of {zones.most_common(1)[0][0]}"
        yield Refusal("DuplicateSubnetsInSameZone", words, "subnetIds")
    vpc = cloud.get("ec2.Vpc", vpc_id)
    if vpc is not None and flag(inputs.get("privateDnsEnabled")):
        if not (flag(vpc.outputs.get("enableDnsHostnames")) and flag(vpc.outputs.get("enableDnsSupport"))):
            words = "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to "
            yield Refusal("InvalidParameter", f"{words}true for {vpc_id}", "privateDnsEnabled")
        for other in cloud.where("ec2.VpcEndpoint", "vpcId", vpc_id):
            same = other.outputs.get("serviceName") == inputs.get("serviceName")
            if same and other.id != change.id and flag(other.outputs.get("privateDnsEnabled")):
                words = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                yield Refusal("InvalidParameter", f"{words}{inputs.get('serviceName')} in the VPC {vpc_id}")


@refuses("ec2.VpcEndpoint", on=(Action.CREATE,))
def route_table_has_one_way_to_a_service(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A route table leads to a service through one gateway endpoint."""
    wanted = set(texts(change.inputs.get("routeTableIds")))
    for other in cloud.where("ec2.VpcEndpoint", "serviceName", change.inputs.get("serviceName")):
        both = wanted & set(texts(other.outputs.get("routeTableIds")))
        if both and other.outputs.get("vpcEndpointType") == "Gateway":
            table = sorted(both)[0]
            words = f"route table {table} already has a route with destination-prefix-list-id "
            yield Refusal("RouteAlreadyExists", f"{words}{other.outputs.get('prefixListId')}", "routeTableIds")
