"""Changes of one input of a working resource that AWS refuses, each with AWS's code: a slip in a component.

`references()` makes one for each property that names another resource, from the sandbox's own table of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from poolwright.engine.sandbox.rules.reference_table import REFERENCES

NOBODY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}'
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")
_Mapping = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """One change."""

    type: str
    path: str
    """The input; empty: the resource is asked for a second time."""
    value: Any
    """What it becomes, or what becomes of what it was; None takes it away."""
    code: str
    applies: Callable[[_Mapping], bool] = lambda inputs: True
    """Whether AWS would refuse it of a resource with these inputs."""

    def __str__(self) -> str:
        return f"{self.type} {self.path or 'again'} → {self.code}"

    def of(self, inputs: _Mapping) -> _Mapping:
        """The inputs with the change."""
        if not self.path:
            return inputs
        return cast("_Mapping", _changed(inputs, _steps(self.path), self.value))


def _steps(path: str) -> list[str | int]:
    return [int(index) if index else key for index, key in _STEP.findall(path)]


def _changed(value: Any, steps: list[str | int], new: Any) -> Any:
    if not steps:
        return new(value) if callable(new) else new
    step, *rest = steps
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        place, rest = (step, rest) if isinstance(step, int) else (0, steps)
        return [_changed(each, rest, new) if at == place else each for at, each in enumerate(entries)]
    inside = cast("_Mapping", value or {})
    changed = {**inside, str(step): _changed(inside.get(str(step)), rest, new)}
    return {key: entry for key, entry in changed.items() if entry is not None}


def has(path: str) -> Callable[[_Mapping], bool]:
    """Applies where there is something at the path."""

    def there(inputs: _Mapping) -> bool:
        value: Any = inputs
        try:
            for step in _steps(path):
                if isinstance(step, str) and isinstance(value, list):
                    value = cast("list[Any]", value)[0]
                value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
        return value not in (None, [], {})

    return there


def is_(name: str, value: Any) -> Callable[[_Mapping], bool]:
    """Applies where an input has this value."""
    return lambda inputs: inputs.get(name) == value


def twice(value: list[Any]) -> list[Any]:
    """The first entry once more."""
    return [*value, value[0]]


def _far(arn: str) -> str:
    """The same in another region."""
    return ":".join("ap-south-1" if place == 3 else part for place, part in enumerate(arn.split(":")))


def _first(value: list[Any]) -> list[Any]:
    return value[:1]


def _padded(policy: str) -> str:
    return policy + " " * 20480


def _longer(policy: str) -> str:
    """A policy with resources beyond what IAM takes."""
    document = json.loads(policy)
    document["Statement"][0]["Resource"] = [f"arn:aws:s3:::bucket-number-{number}" for number in range(400)]
    return json.dumps(document)


def _resources_alone(inputs: _Mapping) -> bool:
    return not inputs.get("conditions") and not inputs.get("selectionTags")


def _for_everybody(policy: str) -> str:
    """A policy that lets anyone read."""
    document = json.loads(policy)
    resources = document["Statement"][0]["Resource"]
    document["Statement"].append({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources})
    return json.dumps(document)


def _many(rules: list[_Mapping]) -> list[_Mapping]:
    """Twenty more rules with numbers of their own."""
    return [*rules, *({**rules[0], "ruleNo": 32000 + number} for number in range(20))]


_SSH: _Mapping = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["10.0.0.0/8"]}
_M = Mutation
MUTATIONS: tuple[Mutation, ...] = (
    _M("ec2.Vpc", "cidrBlock", "10.0.0.0/8", "InvalidVpc.Range"),
    _M("ec2.Subnet", "cidrBlock", "10.20.0.0/29", "InvalidSubnet.Range"),
    _M("ec2.Subnet", "cidrBlock", "10.99.0.0/24", "InvalidSubnet.Range"),
    _M("ec2.Subnet", "", None, "InvalidSubnet.Conflict"),
    _M("ec2.Subnet", "availabilityZone", "eu-west-1z", "InvalidParameterCombination"),
    _M("ec2.InternetGateway", "", None, "Resource.AlreadyAssociated"),
    _M("ec2.RouteTable", "routes", [{"cidrBlock": "0.0.0.0/0"}], "InvalidParameterCombination"),
    _M("ec2.RouteTableAssociation", "subnetId", None, "InvalidParameterCombination"),
    _M("ec2.RouteTableAssociation", "", None, "Resource.AlreadyAssociated"),
    _M("ec2.NatGateway", "allocationId", None, "MissingParameter"),
    _M("ec2.NatGateway", "", None, "Resource.AlreadyAssociated"),
    _M("ec2.NetworkAcl", "ingress[0].ruleNo", 0, "InvalidParameterValue", has("ingress[0]")),
    _M("ec2.NetworkAcl", "ingress", twice, "NetworkAclEntryAlreadyExists", has("ingress[0]")),
    _M("ec2.NetworkAcl", "ingress", _many, "NetworkAclEntryLimitExceeded", has("ingress[0]")),
    _M("ec2.Subnet", "ipv6CidrBlock", "2001:db8::/63", "InvalidParameterValue"),
    _M("ec2.VpcEndpoint", "subnetIds", twice, "DuplicateSubnetsInSameZone", has("subnetIds[0]")),
    _M("ec2.VpcEndpoint", "serviceName", "com.amazonaws.eu-west-1.none", "InvalidServiceName"),
    _M("ec2.VpcEndpoint", "policy", "{", "InvalidPolicyDocument"),
    _M("ec2.SecurityGroup", "description", "für alle", "InvalidParameterValue"),
    _M("ec2.SecurityGroup", "", None, "InvalidGroup.Duplicate"),
    _M("ec2.SecurityGroup", "ingress", [_SSH] * 61, "RulesPerSecurityGroupLimitExceeded"),
    _M("vpc.SecurityGroupIngressRule", "toPort", 70000, "InvalidParameterValue", is_("ipProtocol", "tcp")),
    _M("vpc.SecurityGroupIngressRule", "prefixListId", "pl-1", "InvalidParameterCombination"),
    _M("vpc.SecurityGroupIngressRule", "", None, "InvalidPermission.Duplicate"),
    _M("vpc.SecurityGroupEgressRule", "ipProtocol", "http", "InvalidParameterValue"),
    _M("ec2.LaunchTemplate", "instanceType", "c9.nano", "InvalidInstanceType", has("instanceType")),
    _M("ec2.LaunchTemplate", "userData", "echo hello", "InvalidUserData.Malformed"),
    _M(
        "ec2.LaunchTemplate",
        "capacityReservationSpecification",
        {"capacityReservationTarget": {"capacityReservationId": "mine"}},
        "InvalidCapacityReservationId.Malformed",
    ),
    _M("ec2.LaunchTemplate", "imageId", "ami-latest", "InvalidAMIID.Malformed"),
    _M("ec2.LaunchTemplate", "", None, "InvalidLaunchTemplateName.AlreadyExistsException"),
    _M("ec2.LaunchTemplate", "tagSpecifications", twice, "InvalidParameterValue", has("tagSpecifications[0]")),
    _M("ec2.FlowLog", "trafficType", "SOME", "InvalidParameter"),
    _M("ec2.FlowLog", "", None, "FlowLogAlreadyExists"),
    _M("lb.LoadBalancer", "name", "internal-shop", "ValidationError"),
    _M("lb.LoadBalancer", "idleTimeout", 5000, "ValidationError"),
    _M("lb.LoadBalancer", "subnets", _first, "ValidationError"),
    _M("lb.LoadBalancer", "ipAddressType", "dualstack", "ValidationError"),
    _M("lb.LoadBalancer", "", None, "DuplicateLoadBalancerName"),
    _M("lb.TargetGroup", "port", None, "ValidationError"),
    _M("lb.TargetGroup", "healthCheck.timeout", 300, "ValidationError"),
    _M("lb.Listener", "certificateArn", None, "CertificateNotFound", is_("protocol", "HTTPS")),
    _M("lb.Listener", "", None, "DuplicateListener"),
    _M("lb.ListenerRule", "priority", 0, "ValidationError"),
    _M("lb.ListenerRule", "", None, "PriorityInUse"),
    _M("acm.Certificate", "validationMethod", "POST", "ValidationException"),
    _M("acm.Certificate", "domainName", "a" * 64 + ".example.com", "InvalidDomainName"),
    _M("route53.Zone", "name", "a" * 64 + ".example.com", "InvalidDomainName"),
    _M("route53.Record", "ttl", None, "InvalidInput", has("ttl")),
    _M("servicediscovery.PrivateDnsNamespace", "", None, "NamespaceAlreadyExists"),
    _M("servicediscovery.Service", "", None, "ServiceAlreadyExists"),
    _M("iam.Role", "name", "r" * 65, "ValidationError"),
    _M("iam.Role", "path", "team", "ValidationError"),
    _M("iam.Role", "assumeRolePolicy", NOBODY, "MalformedPolicyDocument"),
    _M("iam.Role", "", None, "EntityAlreadyExists"),
    _M("iam.Role", "permissionsBoundary", "workloads", "InvalidInput"),
    _M("iam.Role", "permissionsBoundary", "arn:aws:iam::999999999999:policy/workloads", "NoSuchEntity"),
    _M("iam.RolePolicy", "policy", NOBODY, "MalformedPolicyDocument"),
    _M("iam.RolePolicy", "policy", _longer, "LimitExceeded"),
    _M("iam.Policy", "policy", NOBODY, "MalformedPolicyDocument"),
    _M("iam.RolePolicyAttachment", "policyArn", "AmazonEC2", "InvalidInput"),
    _M("iam.InstanceProfile", "", None, "EntityAlreadyExists"),
    _M("iam.OpenIdConnectProvider", "url", "http://token.actions.githubusercontent.com", "InvalidInput"),
    _M("kms.Key", "deletionWindowInDays", 5, "ValidationException"),
    _M("kms.Key", "policy", NOBODY, "MalformedPolicyDocumentException"),
    _M("kms.Alias", "name", "data", "ValidationException"),
    _M("secretsmanager.Secret", "recoveryWindowInDays", 3, "InvalidParameterException"),
    _M("secretsmanager.Secret", "", None, "ResourceExistsException"),
    _M("secretsmanager.SecretRotation", "rotationRules.automaticallyAfterDays", 0, "InvalidParameterException"),
    _M("secretsmanager.SecretRotation", "rotationLambdaArn", _far, "AccessDeniedException"),
    _M("s3.Bucket", "bucket", "Documents", "InvalidBucketName"),
    _M("s3.Bucket", "", None, "BucketAlreadyOwnedByYou"),
    _M("s3.BucketPolicy", "policy", NOBODY, "MalformedPolicy"),
    _M("s3.BucketPolicy", "policy", _padded, "PolicyTooLarge"),
    _M("s3.BucketPolicy", "policy", _for_everybody, "AccessDenied"),
    _M("s3.BucketVersioning", "versioningConfiguration.status", "On", "IllegalVersioningConfigurationException"),
    _M("s3.BucketOwnershipControls", "rule.objectOwnership", "Everybody", "MalformedXML"),
    _M(
        "s3.BucketServerSideEncryptionConfiguration",
        "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        "DES",
        "MalformedXML",
    ),
    _M("s3.BucketLifecycleConfiguration", "rules", twice, "InvalidArgument"),
    _M("s3.BucketLifecycleConfiguration", "rules[0].status", "On", "MalformedXML"),
    _M("s3.BucketReplicationConfig", "rules[0].status", "On", "MalformedXML"),
    _M("s3.Inventory", "destination.bucket.bucketArn", "arn:aws:s3:::none-at-all", "InvalidS3DestinationBucket"),
    _M("s3.Inventory", "schedule.frequency", "Hourly", "MalformedXML"),
    _M("efs.FileSystem", "throughputMode", "provisioned", "BadRequest"),
    _M("efs.FileSystem", "", None, "FileSystemAlreadyExists"),
    _M("efs.FileSystemPolicy", "policy", NOBODY, "InvalidPolicyException"),
    _M("efs.MountTarget", "", None, "MountTargetConflict"),
    _M("efs.BackupPolicy", "backupPolicy.status", "DAILY", "ValidationException"),
    _M("fsx.LustreFileSystem", "storageCapacity", 1000, "BadRequest"),
    _M("fsx.DataRepositoryAssociation", "fileSystemPath", "data", "BadRequest"),
    _M("fsx.DataRepositoryAssociation", "", None, "BadRequest"),
    _M("backup.Vault", "name", "v", "InvalidParameterValueException"),
    _M("backup.VaultLockConfiguration", "minRetentionDays", 0, "InvalidParameterValueException"),
    _M("backup.Plan", "rules", twice, "InvalidParameterValueException"),
    _M("backup.Plan", "rules[0].schedule", "daily", "InvalidParameterValueException"),
    _M("backup.Plan", "rules[0].lifecycle.deleteAfter", 0, "InvalidParameterValueException"),
    _M("backup.Selection", "resources", None, "InvalidParameterValueException", _resources_alone),
    _M("autoscaling.Group", "maxSize", -1, "ValidationError"),
    _M("autoscaling.Group", "vpcZoneIdentifiers", None, "ValidationError"),
    _M("autoscaling.Group", "maxInstanceLifetime", 60, "ValidationError"),
    _M("autoscaling.Group", "instanceRefresh.preferences.minHealthyPercentage", 101, "ValidationError"),
    _M(
        "autoscaling.Group",
        "mixedInstancesPolicy.launchTemplate.overrides",
        twice,
        "ValidationError",
        has("mixedInstancesPolicy"),
    ),
    _M("autoscaling.Group", "warmPool", {"poolState": "Asleep"}, "ValidationError"),
    _M("autoscaling.Schedule", "recurrence", "at eight", "ValidationError"),
    _M("autoscaling.Schedule", "timeZone", "Mars/Base", "ValidationError"),
    _M("appautoscaling.Target", "minCapacity", 99, "ValidationException"),
    _M("appautoscaling.Target", "resourceId", "service/none/none", "ValidationException"),
    _M("appautoscaling.Policy", "resourceId", "service/none/none", "ObjectNotFoundException"),
    _M("appautoscaling.Policy", "targetTrackingScalingPolicyConfiguration", None, "ValidationException"),
    _M("appautoscaling.ScheduledAction", "schedule", "cron(0 8 * * * *)", "ValidationException"),
    _M("appautoscaling.ScheduledAction", "timezone", "Mars/Base", "ValidationException"),
    _M("ecs.Cluster", "name", "my shop", "InvalidParameterException"),
    _M("ecs.CapacityProvider", "name", "aws-shop", "ClientException"),
    _M("ecs.CapacityProvider", "", None, "ClientException"),
    _M(
        "ecs.CapacityProvider",
        "autoScalingGroupProvider.managedScaling.targetCapacity",
        101,
        "InvalidParameterException",
    ),
    _M("ecs.ClusterCapacityProviders", "capacityProviders", ["none"], "InvalidParameterException"),
    _M("ecs.TaskDefinition", "containerDefinitions", "[]", "ClientException"),
    _M("ecs.TaskDefinition", "family", "my task", "InvalidParameterException"),
    _M("ecs.Service", "desiredCount", -1, "InvalidParameterException"),
    _M("ecs.Service", "launchType", "EC2", "InvalidParameterException", has("capacityProviderStrategies[0]")),
    _M("ecs.Service", "networkConfiguration", None, "InvalidParameterException"),
    _M("ecs.Service", "deploymentConfiguration.strategy", "LATER", "InvalidParameterException"),
    _M("ecr.Repository", "name", "Shop", "InvalidParameterException"),
    _M("ecr.Repository", "", None, "RepositoryAlreadyExistsException"),
    _M("ecr.LifecyclePolicy", "policy", "{}", "InvalidParameterException"),
    _M("batch.ComputeEnvironment", "computeResources.minVcpus", 999_999, "ClientException"),
    _M("batch.ComputeEnvironment", "name", "my machines", "ClientException"),
    _M("batch.JobQueue", "priority", -1, "ClientException"),
    _M("batch.JobQueue", "", None, "ClientException"),
    _M("batch.JobDefinition", "timeout.attemptDurationSeconds", 59, "ClientException"),
    _M("scheduler.Schedule", "scheduleExpression", "daily", "ValidationException"),
    _M("scheduler.Schedule", "", None, "ConflictException"),
    _M("sns.Topic", "name", "my topic", "InvalidParameter"),
    _M("cloudwatch.LogGroup", "retentionInDays", 2, "InvalidParameterException"),
    _M("cloudwatch.MetricAlarm", "comparisonOperator", "Above", "ValidationError"),
    _M("cloudtrail.Trail", "name", "t", "InvalidTrailNameException"),
    _M("guardduty.Detector", "findingPublishingFrequency", "DAILY", "BadRequestException"),
    _M("securityhub.Account", "", None, "ResourceConflictException"),
    _M("inspector2.Enabler", "resourceTypes", ["S3"], "ValidationException"),
    _M("wafv2.WebAcl", "scope", "GLOBAL", "WAFInvalidParameterException"),
    _M("wafv2.WebAcl", "rules", twice, "WAFInvalidParameterException"),
    _M("cfg.DeliveryChannel", "", None, "MaxNumberOfDeliveryChannelsExceededException"),
    _M("ec2.Vpc", "tags", {"aws:owner": "me"}, "InvalidParameterValue"),
    _M("iam.Role", "tags", {f"k{number}": "v" for number in range(51)}, "TagLimitExceeded"),
)


_SPEAK_FIRST: Final = {
    ("s3.BucketPolicy", "bucket"): "the policy names the bucket, which a preview sees",
    ("lb.TargetGroup", "vpcId"): "a change of it makes a new group, and a component gives that a new name",
    ("ecs.Service", "cluster"): "as above",
}
"""References of which another rule, or nobody, speaks before the cloud looks for what is named."""


def references() -> Iterator[Mutation]:
    """A name of nothing at each property that names a resource."""
    for each in REFERENCES:
        if (each.holder, each.path) not in _SPEAK_FIRST:
            yield Mutation(each.holder, each.path, _nothing, each.code, _names_something_of_ours(each.path))


def _names_something_of_ours(path: str) -> Callable[[_Mapping], bool]:
    there = has(path)
    return lambda inputs: there(inputs) and "::aws:" not in str(inputs.get(path))


def _nothing(value: Any) -> Any:
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        return [_nothing(entries[0]), *entries[1:]]
    text = str(value)
    return text[:-1] + ("1" if text[-1] == "0" else "0")
