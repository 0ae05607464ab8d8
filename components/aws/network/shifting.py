"""Requests that move from a version to the next: the rule over two target groups, and ECS's role for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.security.policies import allow, document, trust
from components.naming import NameKind, SiteNames
from components.options import child_of

ALL_REQUESTS, NO_REQUESTS = 100, 0
"""Weights of the two target groups before the first deployment; ECS owns them from then on."""


@dataclass(frozen=True, kw_only=True)
class TargetPair:
    """The two target groups between which ECS moves one service's requests."""

    first: aws.lb.TargetGroup
    """Has the requests when the stack is made."""
    second: aws.lb.TargetGroup
    """Has none then."""
    rule: aws.lb.ListenerRule
    """Sends requests to both, by weight."""


def forward_to_both(first: aws.lb.TargetGroup, second: aws.lb.TargetGroup) -> aws.lb.ListenerRuleActionArgsDict:
    """The rule's action, as ECS wants to find it: both groups are in it from the start."""
    return {
        "type": "forward",
        "forward": {
            "target_groups": [
                {"arn": first.arn, "weight": ALL_REQUESTS},
                {"arn": second.arn, "weight": NO_REQUESTS},
            ]
        },
    }


def shifting_role(
    name: str, pairs: Mapping[str, TargetPair], names: SiteNames, parent: pulumi.Resource
) -> tuple[aws.iam.Role, Sequence[pulumi.Resource]]:
    """ECS's role, and what gives it its rights: to register replicas in these target groups and weigh these rules."""
    groups = [group.arn for pair in pairs.values() for group in (pair.first, pair.second)]
    role = aws.iam.Role(
        f"{name}-shifting",
        name=names.physical(NameKind.ROLE, "shifting"),
        description="ECS moves requests between the target groups of a service with it",
        assume_role_policy=trust(
            "ecs.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": names.account_id}}
        ),
        permissions_boundary=names.boundary_arn,
        tags=names.tags("shifting"),
        opts=child_of(parent),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-shifting",
        name="shifting",
        role=role.name,
        policy=document(
            [
                # AWS answers these for a whole region; they have no resource.
                allow(
                    "FindTargets",
                    [
                        "elasticloadbalancing:DescribeListeners",
                        "elasticloadbalancing:DescribeRules",
                        "elasticloadbalancing:DescribeTargetGroups",
                        "elasticloadbalancing:DescribeTargetHealth",
                    ],
                    ["*"],
                ),
                allow(
                    "Register",
                    ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
                    groups,
                ),
                allow("Weigh", ["elasticloadbalancing:ModifyRule"], [pair.rule.arn for pair in pairs.values()]),
            ]
        ),
        opts=child_of(parent),
    )
    return role, [policy]
