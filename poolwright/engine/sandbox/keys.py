"""What tells two resources of a type apart in the store, where the provider's id alone does not."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.values import Properties

_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    # The provider's id is the family, of which AWS keeps many revisions.
    "ecs.TaskDefinition": ("arn",),
    "ecs.AccountSettingDefault": ("name",),
    "autoscaling.Schedule": ("autoscalingGroupName", "scheduledActionName"),
    "autoscaling.Policy": ("autoscalingGroupName", "name"),
    "autoscaling.LifecycleHook": ("autoscalingGroupName", "name"),
    "appautoscaling.Target": ("serviceNamespace", "resourceId", "scalableDimension"),
    "appautoscaling.Policy": ("serviceNamespace", "resourceId", "scalableDimension", "name"),
    "cloudwatch.EventRule": ("eventBusName", "name"),
}
SETTINGS: Final = frozenset(
    {
        "ebs.DefaultKmsKey",
        "ebs.EncryptionByDefault",
        "ec2.DefaultSecurityGroup",
        "ecs.AccountSettingDefault",
        "ecs.ClusterCapacityProviders",
        "ecr.RepositoryPolicy",
        "ecr.LifecyclePolicy",
        "efs.BackupPolicy",
        "efs.FileSystemPolicy",
        "iam.RolePolicy",
        "iam.RolePolicyAttachment",
        "iam.RolePoliciesExclusive",
        "backup.VaultLockConfiguration",
        "acm.CertificateValidation",
        "cfg.RecorderStatus",
        "appautoscaling.Target",
        "cloudwatch.EventTarget",
        "cloudwatch.Dashboard",
        "cloudwatch.MetricAlarm",
        "s3.BucketVersioning",
        "s3.BucketLifecycleConfiguration",
        "s3.BucketServerSideEncryptionConfiguration",
        "s3.BucketPublicAccessBlock",
        "s3.BucketPolicy",
        "s3.BucketOwnershipControls",
        "s3.BucketLogging",
        "s3.BucketObjectLockConfiguration",
        "s3.BucketReplicationConfig",
        "s3.Inventory",
        "s3.BucketMetric",
        "secretsmanager.SecretRotation",
        "secretsmanager.SecretVersion",
        "sqs.QueuePolicy",
        "sns.TopicPolicy",
        "wafv2.WebAclAssociation",
    }
)
"""Types that AWS sets rather than creates: setting one a second time is no error."""


def resource_key(kind: str, region: str, resource_id: str, outputs: Properties) -> str:
    """The store's key: the region, and the id or what tells the type's resources apart."""
    names = _FIELDS.get(kind, ())
    parts = [outputs.get(name) for name in names]
    told = bool(parts) and all(isinstance(part, str) for part in parts)
    return f"{region}/{'/'.join(str(part) for part in parts) if told else resource_id}"


def has_composite_key(kind: str) -> bool:
    """Whether the type's id alone is not enough."""
    return kind in _FIELDS
