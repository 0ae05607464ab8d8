"""Quotas on numbers of resources: one more than the account may have is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quota_codes import quota_words
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.rule import ANY_TYPE, Action, Change, Refusal, refuses


@dataclass(frozen=True)
class Limit:
    """A quota on a type; those count that have the same values of `scope`."""

    quota: str
    code: str
    words: str
    scope: tuple[str, ...] = ()
    where: tuple[str, str] | None = None
    """Only resources whose property has this value count."""


LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    "ec2.Vpc": (Limit("vpcs", "VpcLimitExceeded", "The maximum number of VPCs has been reached."),),
    "ec2.Subnet": (
        Limit(
            "subnets-per-vpc",
            "SubnetLimitExceeded",
            "The maximum number of subnets for this VPC has been reached.",
            ("vpcId",),
        ),
    ),
    "ec2.InternetGateway": (
        Limit(
            "internet-gateways",
            "InternetGatewayLimitExceeded",
            "The maximum number of internet gateways has been reached.",
        ),
    ),
    "ec2.Eip": (Limit("elastic-ips", "AddressLimitExceeded", "The maximum number of addresses has been reached."),),
    "ec2.RouteTable": (
        Limit(
            "route-tables-per-vpc",
            "RouteTableLimitExceeded",
            "The maximum number of route tables for this VPC has been reached.",
            ("vpcId",),
        ),
    ),
    "ec2.Route": (
        Limit(
            "routes-per-table",
            "RouteLimitExceeded",
            "The maximum number of routes for this route table has been reached.",
            ("routeTableId",),
        ),
    ),
    "ec2.SecurityGroup": (
        Limit(
            "security-groups",
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
        ),
    ),
    "vpc.SecurityGroupIngressRule": (
        Limit(
            "rules-per-security-group",
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
            ("securityGroupId",),
        ),
    ),
    "vpc.SecurityGroupEgressRule": (
        Limit(
            "rules-per-security-group",
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
            ("securityGroupId",),
        ),
    ),
    "ec2.VpcEndpoint": (
        Limit(
            "interface-endpoints-per-vpc",
            "VpcEndpointLimitExceeded",
            "The maximum number of interface VPC endpoints has been reached.",
            ("vpcId",),
            ("vpcEndpointType", "Interface"),
        ),
        Limit(
            "gateway-endpoints",
            "VpcEndpointLimitExceeded",
            "The maximum number of gateway VPC endpoints has been reached.",
            (),
            ("vpcEndpointType", "Gateway"),
        ),
    ),
    "lb.LoadBalancer": (
        Limit(
            "application-load-balancers",
            "TooManyLoadBalancers",
            "You have reached the maximum number of load balancers",
            (),
            ("loadBalancerType", "application"),
        ),
        Limit(
            "network-load-balancers",
            "TooManyLoadBalancers",
            "You have reached the maximum number of load balancers",
            (),
            ("loadBalancerType", "network"),
        ),
    ),
    "lb.TargetGroup": (
        Limit("target-groups", "TooManyTargetGroups", "You have reached the maximum number of target groups"),
    ),
    "lb.Listener": (
        Limit(
            "listeners-per-load-balancer",
            "TooManyListeners",
            "The maximum number of listeners has been reached",
            ("loadBalancerArn",),
        ),
    ),
    "acm.Certificate": (
        Limit("certificates", "LimitExceededException", "Error: you have reached your limit of certificates."),
    ),
    "route53.Zone": (Limit("hosted-zones", "TooManyHostedZones", "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER"),),
    "route53.HealthCheck": (
        Limit("health-checks", "TooManyHealthChecks", "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER"),
    ),
    "route53.Record": (
        Limit("records-per-zone", "LimitsExceeded", "Limits Exceeded: MAX_RRSETS_BY_ZONE", ("zoneId",)),
    ),
    "iam.Role": (Limit("roles", "LimitExceeded", "Cannot exceed quota for RolesPerAccount"),),
    "iam.InstanceProfile": (
        Limit("instance-profiles", "LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount"),
    ),
    "iam.Policy": (Limit("customer-managed-policies", "LimitExceeded", "Cannot exceed quota for PoliciesPerAccount"),),
    "iam.RolePolicyAttachment": (
        Limit("managed-policies-per-role", "LimitExceeded", "Cannot exceed quota for PoliciesPerRole", ("role",)),
    ),
    "iam.OpenIdConnectProvider": (
        Limit("open-id-connect-providers", "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount"),
    ),
    "autoscaling.Group": (
        Limit("auto-scaling-groups", "LimitExceeded", "You have reached the limit of Auto Scaling groups."),
    ),
    "ec2.LaunchTemplate": (
        Limit("launch-templates", "LaunchTemplateLimitExceeded", "You have reached the limit of launch templates."),
    ),
    "ecs.Cluster": (Limit("ecs-clusters", "LimitExceededException", "The limit of clusters has been reached."),),
    "ecs.Service": (
        Limit(
            "services-per-cluster",
            "InvalidParameterException",
            "The limit of services per cluster has been reached.",
            ("cluster",),
        ),
    ),
    "batch.ComputeEnvironment": (
        Limit("batch-compute-environments", "ClientException", "Compute environment limit exceeded"),
    ),
    "batch.JobQueue": (Limit("batch-job-queues", "ClientException", "Job queue limit exceeded"),),
    "s3.Bucket": (Limit("buckets", "TooManyBuckets", "You have attempted to create more buckets than allowed"),),
    "efs.FileSystem": (
        Limit("file-systems", "FileSystemLimitExceeded", "The limit of file systems has been reached."),
    ),
    "cloudtrail.Trail": (
        Limit("trails", "MaximumNumberOfTrailsExceededException", "User already has the maximum number of trails"),
    ),
    "cfg.Recorder": (
        Limit(
            "configuration-recorders",
            "MaxNumberOfConfigurationRecordersExceededException",
            "Failed to put configuration recorder because the maximum number of configuration recorders is reached.",
        ),
    ),
    "guardduty.Detector": (
        Limit(
            "detectors",
            "BadRequestException",
            "The request is rejected because a detector already exists for the current account.",
        ),
    ),
    "accessanalyzer.Analyzer": (
        Limit(
            "account-analyzers",
            "ServiceQuotaExceededException",
            "The number of analyzers of type ACCOUNT exceeds the quota",
            (),
            ("type", "ACCOUNT"),
        ),
    ),
    "cloudwatch.EventRule": (
        Limit(
            "event-rules-per-bus",
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
            ("eventBusName",),
        ),
    ),
    "ecr.Repository": (
        Limit("ecr-repositories", "LimitExceededException", "The limit of repositories has been reached."),
    ),
}


@refuses(ANY_TYPE, on=(Action.CREATE,))
def quotas_hold(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The new resource fits beside those that exist."""
    for limit in LIMITS.get(change.type, ()):
        most = quota(limit.quota)
        if most is None or (limit.where is not None and change.inputs.get(limit.where[0]) != limit.where[1]):
            continue
        there = sum(
            1
            for other in cloud.all(change.type)
            if all(other.outputs.get(name) == change.inputs.get(name) for name in limit.scope)
            and (limit.where is None or other.outputs.get(limit.where[0]) == limit.where[1])
        )
        if there >= most:
            yield reached(limit, most)


def reached(limit: Limit, most: int) -> Refusal:
    """AWS's words for a quota that is used up, with the quota and its value, which AWS's own mostly leave out."""
    return Refusal(limit.code, f"{limit.words} ({quota_words(limit.quota, most)})")
