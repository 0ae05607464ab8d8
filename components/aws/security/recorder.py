"""AWS Config: a record of each resource's configuration and of every change to it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws.security.audit_bucket import CONFIG_PREFIX
from components.aws.security.policies import allow, document, trust
from components.aws.security.watch import Watch
from components.naming import NameKind


def recorder(watch: Watch) -> pulumi.Resource:
    """Recorder, its role, the channel to the audit bucket, and the switch; gives the switch.

    The role is the stack's own: Config's service-linked role exists once in an account, and a stack that made it would
    fail wherever another region or team had Config before.
    """
    names = watch.names
    role = aws.iam.Role(
        f"{watch.name}-config",
        name=names.physical(NameKind.ROLE, "config"),
        description="AWS Config reads configurations and delivers their history",
        assume_role_policy=trust(
            "config.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": names.account_id}}
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags("config"),
        opts=watch.child(),
    )
    # AWS maintains the list of read actions for every resource type that Config knows.
    reads = aws.iam.RolePolicyAttachment(
        f"{watch.name}-config",
        role=role.name,
        policy_arn=names.aws_policy_arn("service-role/AWS_ConfigRole"),
        opts=watch.child(),
    )
    bucket_arn = f"arn:{names.partition}:s3:::{names.audit_bucket}"
    delivers = aws.iam.RolePolicy(
        f"{watch.name}-config",
        name="deliver",
        role=role.name,
        policy=document(
            [
                allow("Look", ["s3:GetBucketAcl", "s3:ListBucket"], [bucket_arn]),
                allow("Write", ["s3:PutObject"], [f"{bucket_arn}/{CONFIG_PREFIX}/AWSLogs/{names.account_id}/*"]),
            ]
        ),
        opts=watch.child(),
    )
    made = aws.cfg.Recorder(
        f"{watch.name}-config",
        role_arn=role.arn,
        recording_group={"all_supported": True, "include_global_resource_types": True},
        opts=watch.child(),
    )
    channel = aws.cfg.DeliveryChannel(
        f"{watch.name}-config",
        s3_bucket_name=watch.audit_log(),
        s3_key_prefix=CONFIG_PREFIX,
        # Config proves at once that it can write, and wants a recorder before a channel.
        opts=pulumi.ResourceOptions(parent=watch.parent, depends_on=[made, reads, delivers]),
    )
    return aws.cfg.RecorderStatus(
        f"{watch.name}-config",
        name=made.name,
        is_enabled=True,
        opts=pulumi.ResourceOptions(parent=watch.parent, depends_on=[channel]),
    )
