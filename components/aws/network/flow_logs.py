"""Flow logs: every accepted and rejected connection of the VPC, in an encrypted log group."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of

_AGGREGATION_SECONDS = 600
"""AWS's longest interval: the fewest records, so the least bytes to pay for."""


def flow_logs(
    name: str,
    vpc_id: pulumi.Input[str],
    names: SiteNames,
    *,
    retention_days: int,
    key_arn: pulumi.Input[str] | None,
    parent: pulumi.Resource,
) -> str:
    """Log group, the role that writes to it, and the flow log; gives the log group's name."""
    group_name = names.log_group("flow-logs")
    group = aws.cloudwatch.LogGroup(
        f"{name}-flow-logs",
        name=group_name,
        retention_in_days=retention_days,
        kms_key_id=key_arn,
        tags=names.tags("flow-logs"),
        opts=child_of(parent),
    )
    role = aws.iam.Role(
        f"{name}-flow-logs",
        name=names.physical(NameKind.ROLE, "flow-logs"),
        description="Writes VPC flow logs",
        assume_role_policy=trust(
            "vpc-flow-logs.amazonaws.com",
            condition={
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": names.arn("ec2", "vpc-flow-log/*")},
            },
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags("flow-logs"),
        opts=child_of(parent),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-flow-logs",
        name="write-flow-logs",
        role=role.name,
        policy=document(
            [
                allow(
                    "Write",
                    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    [names.arn("logs", f"log-group:{group_name}:*")],
                ),
                # The service looks for its group among all of the account: AWS gives no narrower resource.
                allow("Find", ["logs:DescribeLogGroups"], [names.arn("logs", "log-group:*")]),
            ]
        ),
        opts=child_of(parent),
    )
    aws.ec2.FlowLog(
        f"{name}-flow-log",
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination=group.arn,
        log_destination_type="cloud-watch-logs",
        iam_role_arn=role.arn,
        max_aggregation_interval=_AGGREGATION_SECONDS,
        tags=names.tags("flow-logs"),
        opts=child_of(parent, depends_on=[policy]),
    )
    return group_name
