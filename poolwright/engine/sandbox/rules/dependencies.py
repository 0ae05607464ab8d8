"""What is still used can't be deleted: AWS's refusals of deletions, from what refers to the resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import ANY_TYPE, Action, Change, Refusal, refuses
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import flag, whole


@dataclass(frozen=True)
class Guard:
    """What keeps a type from being deleted."""

    code: str
    words: str
    users: tuple[tuple[str, str], ...]
    """Type and path of the properties that hold the resource's id, ARN or name."""
    unless: str = ""
    """An input that lets the deletion go through: the provider then removes the users itself."""


_GUARDS: Final[dict[str, Guard]] = {
    "ec2.Vpc": Guard(
        "DependencyViolation",
        "The vpc '{}' has dependencies and cannot be deleted.",
        (
            ("ec2.Subnet", "vpcId"),
            ("ec2.InternetGateway", "vpcId"),
            ("ec2.EgressOnlyInternetGateway", "vpcId"),
            ("ec2.RouteTable", "vpcId"),
            ("ec2.SecurityGroup", "vpcId"),
            ("ec2.NetworkAcl", "vpcId"),
            ("ec2.VpcEndpoint", "vpcId"),
            ("ec2transitgateway.VpcAttachment", "vpcId"),
        ),
    ),
    "ec2transitgateway.TransitGateway": Guard(
        "IncorrectState",
        "{} has non-deleted VPC Attachments.",
        (("ec2transitgateway.VpcAttachment", "transitGatewayId"),),
    ),
    "ec2.Subnet": Guard(
        "DependencyViolation",
        "The subnet '{}' has dependencies and cannot be deleted.",
        (
            ("ec2.NatGateway", "subnetId"),
            ("ec2.VpcEndpoint", "subnetIds"),
            ("ec2.VpcEndpointSubnetAssociation", "subnetId"),
            ("ec2.Instance", "subnetId"),
            ("ec2transitgateway.VpcAttachment", "subnetIds"),
            ("lb.LoadBalancer", "subnets"),
            ("efs.MountTarget", "subnetId"),
            ("fsx.LustreFileSystem", "subnetIds"),
            ("autoscaling.Group", "vpcZoneIdentifiers"),
            ("ecs.Service", "networkConfiguration.subnets"),
        ),
    ),
    "ec2.SecurityGroup": Guard(
        "DependencyViolation",
        "resource {} has a dependent object",
        (
            ("lb.LoadBalancer", "securityGroups"),
            ("ec2.VpcEndpoint", "securityGroupIds"),
            ("ec2.Instance", "vpcSecurityGroupIds"),
            ("efs.MountTarget", "securityGroups"),
            ("ecs.Service", "networkConfiguration.securityGroups"),
            ("vpc.SecurityGroupIngressRule", "referencedSecurityGroupId"),
            ("vpc.SecurityGroupEgressRule", "referencedSecurityGroupId"),
            ("ec2.SecurityGroupRule", "sourceSecurityGroupId"),
        ),
    ),
    "ec2.RouteTable": Guard(
        "DependencyViolation",
        "The routeTable '{}' has dependencies and cannot be deleted.",
        (("ec2.RouteTableAssociation", "routeTableId"), ("ec2.MainRouteTableAssociation", "routeTableId")),
    ),
    "ec2.Eip": Guard(
        "InvalidIPAddress.InUse",
        "The address with allocation id [{}] cannot be released because it is in use.",
        (("ec2.NatGateway", "allocationId"), ("lb.LoadBalancer", "subnetMappings.allocationId")),
    ),
    "lb.TargetGroup": Guard(
        "ResourceInUse",
        "Target group '{}' is currently in use by a listener or a rule",
        (
            ("lb.Listener", "defaultActions.targetGroupArn"),
            ("lb.Listener", "defaultActions.forward.targetGroups.arn"),
            ("lb.ListenerRule", "actions.targetGroupArn"),
            ("lb.ListenerRule", "actions.forward.targetGroups.arn"),
        ),
    ),
    "acm.Certificate": Guard(
        "ResourceInUseException", "Certificate {} in account is in use.", (("lb.Listener", "certificateArn"),)
    ),
    "route53.Zone": Guard(
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        (("route53.Record", "zoneId"),),
        unless="forceDestroy",
    ),
    "iam.Policy": Guard(
        "DeleteConflict", "Cannot delete a policy attached to entities.", (("iam.RolePolicyAttachment", "policyArn"),)
    ),
    "iam.Role": Guard(
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
        (("iam.RolePolicyAttachment", "role"), ("iam.RolePolicy", "role")),
        unless="forceDetachPolicies",
    ),
    "ecs.Cluster": Guard(
        "ClusterContainsServicesException",
        "The Cluster cannot be deleted while Services are active.",
        (("ecs.Service", "cluster"),),
    ),
    "ecs.CapacityProvider": Guard(
        "ResourceInUseException",
        "The specified capacity provider is in use and cannot be removed.",
        (("ecs.ClusterCapacityProviders", "capacityProviders"),),
    ),
    "batch.ComputeEnvironment": Guard(
        "ClientException",
        "Cannot delete, found existing JobQueue relationship",
        (("batch.JobQueue", "computeEnvironmentOrders.computeEnvironment"),),
    ),
    "batch.SchedulingPolicy": Guard(
        "ClientException",
        "Scheduling policy {} is in use by a job queue",
        (("batch.JobQueue", "schedulingPolicyArn"),),
    ),
    "efs.FileSystem": Guard(
        "FileSystemInUse",
        "The file system '{}' has mount targets and cannot be deleted.",
        (("efs.MountTarget", "fileSystemId"),),
    ),
    "fsx.LustreFileSystem": Guard(
        "BadRequest",
        "The file system {} has data repository associations and cannot be deleted",
        (("fsx.DataRepositoryAssociation", "fileSystemId"),),
    ),
    "backup.Plan": Guard(
        "InvalidRequestException",
        "Related backup plan selections must be deleted prior to backup plan deletion",
        (("backup.Selection", "planId"),),
    ),
    "cloudwatch.EventRule": Guard(
        "ValidationException", "Rule can't be deleted since it has targets.", (("cloudwatch.EventTarget", "rule"),)
    ),
    "servicediscovery.PrivateDnsNamespace": Guard(
        "ResourceInUse",
        "Namespace has associated services: {}",
        (("servicediscovery.Service", "namespaceId"), ("servicediscovery.Service", "dnsConfig.namespaceId")),
    ),
    "servicediscovery.HttpNamespace": Guard(
        "ResourceInUse",
        "Namespace has associated services: {}",
        (("servicediscovery.Service", "namespaceId"),),
    ),
    "wafv2.WebAcl": Guard(
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's "
        "associated with another resource.",
        (("wafv2.WebAclAssociation", "webAclArn"),),
    ),
}


@refuses(ANY_TYPE, on=(Action.DELETE,))
def nothing_uses_it(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A resource that another one names stays."""
    guard = _GUARDS.get(change.type)
    resource = change.existing
    if guard is None or resource is None or (guard.unless and flag(change.inputs.get(guard.unless))):
        return
    user = next(users_of(resource, guard.users, cloud), None)
    if user is not None:
        yield Refusal(guard.code, f"{guard.words.replace('{}', resource.id)} It is used by {user.type} {user.id}.")


def users_of(resource: Resource, holders: tuple[tuple[str, str], ...], cloud: Cloud) -> Iterator[Resource]:
    """Who holds the resource's id, ARN or name at one of the paths."""
    known = (resource.id, resource.outputs.get("arn"), resource.outputs.get("name"))
    names = {name for name in known if isinstance(name, str)}
    for kind, path in holders:
        for holder in cloud.all(kind):
            named = any(name in names for name in texts_at(holder.outputs, path))
            if named and _runs(holder) and not _is_own_rule(holder, resource):
                yield holder


@refuses("ec2.InternetGateway", on=(Action.DELETE,))
def gateway_has_no_public_addresses(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A gateway stays attached as long as its VPC has public addresses."""
    vpc_id = change.inputs.get("vpcId")
    public = [nat for nat in cloud.where("ec2.NatGateway", "vpcId", vpc_id) if nat.outputs.get("publicIp")]
    facing = [lb for lb in cloud.where("lb.LoadBalancer", "vpcId", vpc_id) if not flag(lb.outputs.get("internal"))]
    if vpc_id and (public or facing):
        yield Refusal(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
            "detaching the gateway.",
        )


@refuses("lb.LoadBalancer", on=(Action.DELETE,))
def balancer_is_not_protected(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A protected load balancer stays until the protection is taken away."""
    if flag(change.inputs.get("enableDeletionProtection")):
        words = f"Load balancer '{change.id}' cannot be deleted because deletion protection is enabled"
        yield Refusal("OperationNotPermitted", words)


@refuses("s3.Bucket", on=(Action.DELETE,))
def bucket_is_empty(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A bucket that holds objects goes only by force; `facts.objects` in the store says how many it holds."""
    held = 0 if change.existing is None else whole(change.existing.facts.get("objects")) or 0
    if held and not flag(change.inputs.get("forceDestroy")):
        yield Refusal("BucketNotEmpty", "The bucket you tried to delete is not empty")


@refuses("ecr.Repository", on=(Action.DELETE,))
def repository_is_empty(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A repository that holds images goes only by force; `facts.images` in the store says how many it holds."""
    held = 0 if change.existing is None else whole(change.existing.facts.get("images")) or 0
    if held and not flag(change.inputs.get("forceDelete")):
        words = f"The repository with name '{change.id}' cannot be deleted because it still contains images"
        yield Refusal("RepositoryNotEmptyException", words)


@refuses("backup.Vault", on=(Action.DELETE,))
def vault_is_empty(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A vault that holds recovery points goes only by force; `facts.recoveryPoints` in the store says how many."""
    held = 0 if change.existing is None else whole(change.existing.facts.get("recoveryPoints")) or 0
    if held and not flag(change.inputs.get("forceDestroy")):
        yield Refusal("InvalidRequestException", "Backup vault cannot be deleted because it contains recovery points.")


@refuses("cfg.DeliveryChannel", on=(Action.DELETE,))
def no_recorder_runs(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A running recorder needs its channel."""
    if any(flag(status.outputs.get("isEnabled")) for status in cloud.all("cfg.RecorderStatus")):
        yield Refusal(
            "LastDeliveryChannelDeleteFailedException",
            f"Failed to delete last specified delivery channel with name '{change.id}', because there is a running "
            "configuration recorder.",
        )


@refuses("ecs.ClusterCapacityProviders", on=(Action.UPDATE, Action.DELETE))
def strategy_keeps_its_provider(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A service's strategy names only providers of its cluster, so those can't be taken away."""
    kept = set(texts_at(change.inputs, "capacityProviders")) if change.action is Action.UPDATE else set[str]()
    cluster = change.inputs.get("clusterName")
    for service in cloud.all("ecs.Service"):
        if str(service.outputs.get("cluster")).rpartition("/")[2] == cluster:
            for name in texts_at(service.outputs, "capacityProviderStrategies.capacityProvider"):
                if name not in kept:
                    words = "The specified capacity provider is in use and cannot be removed."
                    yield Refusal("ResourceInUseException", f"{words} {name} is used by service {service.id}.")


def _runs(holder: Resource) -> bool:
    """Whether a group or service has machines or tasks at all: without any it holds no interface in a subnet."""
    if holder.type == "autoscaling.Group":
        return bool(holder.outputs.get("desiredCapacity"))
    return holder.type != "ecs.Service" or holder.outputs.get("desiredCount") != 0


def _is_own_rule(holder: Resource, resource: Resource) -> bool:
    """A group's rule about itself goes with the group."""
    return resource.type == "ec2.SecurityGroup" and holder.outputs.get("securityGroupId") == resource.id
