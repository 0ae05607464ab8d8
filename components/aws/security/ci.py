"""The roles that a repository's jobs take with a token of their run; no key is kept anywhere.

That of pull requests reads what `pulumi preview --refresh` compares, and CloudFormation stacks that have the VPC: never
data, logs or secrets. Where AWS names no narrower resource for a read, it holds for the sites' regions alone. The list
was not tried against AWS yet; actions are named in https://docs.aws.amazon.com/service-authorization/latest/reference/.
https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi
import pulumi_aws as aws

from components.aws.security.ci_up import UP, up_documents, watching_arns
from components.aws.security.policies import Condition, Statement, allow, document
from components.naming import NameKind, SiteNames
from components.options import child_of
from solver.plan.monitoring import CHECKS_REGION
from solver.plan.security import CiPlan, CiUpPlan

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_SECONDS = 3600
_REGIONAL = (
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "application-autoscaling:Describe*",
    "application-autoscaling:ListTagsForResource",
    "autoscaling:Describe*",
    "backup:DescribeBackupVault",
    "backup:GetBackupPlan",
    "backup:GetBackupSelection",
    "backup:ListTags",
    "batch:Describe*",
    "batch:ListTagsForResource",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:ListTags",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListTagsForResource",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:DescribeDeliveryChannels",
    "ec2:Describe*",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:GetSnapshotBlockPublicAccessState",
    "ecs:Describe*",
    "ecs:ListAccountSettings",
    "ecs:ListTagsForResource",
    "elasticfilesystem:Describe*",
    "elasticfilesystem:ListTagsForResource",
    "elasticloadbalancing:Describe*",
    "fsx:Describe*",
    "fsx:ListTagsForResource",
    "guardduty:GetDetector",
    "inspector2:BatchGetAccountStatus",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "logs:ListTagsForResource",
    "scheduler:GetSchedule",
    "securityhub:DescribeHub",
    "securityhub:GetEnabledStandards",
    "servicediscovery:GetNamespace",
    "servicediscovery:GetService",
    "servicediscovery:ListTagsForResource",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListTagsForResource",
    "wafv2:GetLoggingConfiguration",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
    "wafv2:ListTagsForResource",
)
"""Reads of settings that AWS answers for a whole region, or of resources that are not named after the stack."""
_HEARD = (
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListTagsForResource",
)
"""Reads of alarms and topics."""
_BUCKET = (
    "s3:GetBucket*",
    "s3:GetAccelerateConfiguration",
    "s3:GetEncryptionConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
)
_KEY = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
_ROLE = ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")


def ci(name: str, plan: CiPlan, names: SiteNames, *, switches: frozenset[str], parent: pulumi.Resource) -> None:
    """The issuer where the account has none, the role for previews with its boundary, and the role for `up`."""
    needs: list[pulumi.Resource] = []
    if plan.builds_issuer:
        issuer = aws.iam.OpenIdConnectProvider(
            f"{name}-ci-issuer",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            tags=names.tags("ci-issuer"),
            opts=child_of(parent),
        )
        needs = [issuer]
    sites = [names, *(replace(names, site=each.key, region=each.region) for each in plan.others)]
    exports = plan.cloudformation_exports
    of_stacks = stack_statements(sites, plan.cloudformation_stacks, exports=exports)
    statements = [*preview_statements(*sites, checks=plan.synthetic_checks), *of_stacks]
    boundary = aws.iam.Policy(
        f"{name}-ci-preview",
        name=names.physical(NameKind.POLICY, "ci-preview"),
        description="What the role for previews may do at most",
        policy=document(statements),
        tags=names.tags("ci-preview"),
        opts=child_of(parent),
    )
    preview = aws.iam.Role(
        f"{name}-ci-preview",
        name=names.physical(NameKind.ROLE, "ci-preview"),
        assume_role_policy=trust_jobs(names, plan.subjects),
        max_session_duration=_SECONDS,
        permissions_boundary=boundary.arn,
        tags=names.tags("ci-preview"),
        opts=child_of(parent, needs),
    )
    aws.iam.RolePolicy(f"{name}-ci-preview", role=preview.name, policy=document(statements), opts=child_of(parent))
    if plan.up is not None:
        documents = up_documents(plan.up, sites, switches, reads=statements, checks=plan.synthetic_checks)
        _up(name, plan.up, names, documents, needs=needs, parent=parent)


def _up(
    name: str,
    plan: CiUpPlan,
    names: SiteNames,
    documents: Mapping[str, pulumi.Input[str]],
    *,
    needs: Sequence[pulumi.Resource],
    parent: pulumi.Resource,
) -> None:
    """The role for `up` with a policy for each subject: together they are longer than one may be."""
    role = aws.iam.Role(
        f"{name}-{UP}",
        name=names.physical(NameKind.ROLE, UP),
        description="Jobs apply the stack with it",
        assume_role_policy=trust_jobs(names, plan.subjects),
        max_session_duration=_SECONDS,
        tags=names.tags(UP),
        opts=child_of(parent, needs),
    )
    for subject, text in documents.items():
        policy = aws.iam.Policy(
            f"{name}-{UP}-{subject}",
            name=names.physical(NameKind.POLICY, UP, subject),
            description=f"What the role for up may do: {subject}",
            policy=text,
            tags=names.tags(UP, subject),
            opts=child_of(parent),
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-{UP}-{subject}", role=role.name, policy_arn=policy.arn, opts=child_of(parent)
        )


def trust_jobs(names: SiteNames, subjects: Sequence[str]) -> str:
    """Trust policy of a role that jobs with exactly these subjects take, for AWS as their token's audience."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Federated": names.iam_arn(f"oidc-provider/{ISSUER}")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def stack_statements(sites: Sequence[SiteNames], stacks: Sequence[str], *, exports: bool = False) -> list[Statement]:
    """Reads of CloudFormation stacks that have the VPC; AWS's look-up of outputs asks for the template too."""
    # AWS lists what all stacks of a region export, or nothing: the action has no resource.
    listing = [allow("Exports", ["cloudformation:ListExports"], ["*"], condition=_in_regions(sites))] if exports else []
    if not stacks:
        return listing
    actions = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    arns = [names.arn("cloudformation", f"stack/{stack}/*") for names in sites for stack in stacks]
    return [allow("Stacks", actions, arns), *listing]


def _in_regions(sites: Sequence[SiteNames]) -> Condition:
    regions = list(dict.fromkeys(site.region for site in sites))
    return {"StringEquals": {"aws:RequestedRegion": regions if len(sites) > 1 else regions[0]}}


def preview_statements(names: SiteNames, *others: SiteNames, checks: bool = False) -> list[Statement]:
    """Reads of the settings of what the stack has, by the beginnings of its names where AWS knows such.

    `checks`: it has synthetic checks, which have no region, with alarms, a topic and a key in us-east-1.
    """
    sites = (names, *others)
    own = [f"{site.stack}-{site.site}" for site in sites]
    iam = [names.iam_arn(f"{kind}/{each}-*") for kind in ("role", "instance-profile", "policy") for each in own]
    regions = list(dict.fromkeys(site.region for site in sites))
    with_keys = list(dict.fromkeys([*regions, *([CHECKS_REGION] if checks else [])]))
    there = _in_regions([replace(names, region=CHECKS_REGION)])
    in_zones = ("route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource")
    of_names = (*in_zones, "route53:GetHealthCheck") if checks else in_zones
    named = ("hostedzone", "healthcheck") if checks else ("hostedzone",)
    return [
        *([allow("Checks", _HEARD, ["*"], condition=there)] if checks else []),
        allow("Settings", _REGIONAL, ["*"], condition=_in_regions(sites)),
        allow(
            "Account",
            ["s3:GetAccountPublicAccessBlock", "access-analyzer:GetAnalyzer", "servicequotas:GetServiceQuota"],
            ["*"],
        ),
        allow("Buckets", _BUCKET, [f"arn:{names.partition}:s3:::{each}-*" for each in own]),
        allow(
            "Watching",
            [
                "budgets:ListTagsForResource",
                "budgets:ViewBudget",
                "cloudwatch:GetDashboard",
                "events:DescribeRule",
                "events:ListTagsForResource",
            ],
            [arn for arns in watching_arns(sites).values() for arn in arns],
        ),
        allow(
            "Anomalies",
            ["ce:GetAnomalyMonitors", "ce:GetAnomalySubscriptions", "ce:ListTagsForResource"],
            [
                f"arn:{names.partition}:ce::{names.account_id}:{kind}/*"
                for kind in ("anomalymonitor", "anomalysubscription")
            ],
        ),
        allow(
            "Images",
            [
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
            ],
            [site.arn("ecr", f"repository/{site.stack}/{site.site}/*") for site in sites],
        ),
        allow(
            "Secrets",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
            [site.arn("secretsmanager", f"secret:{site.stack}/{site.site}/*") for site in sites],
        ),
        allow(
            "Keys",
            _KEY,
            [f"arn:{names.partition}:kms:{region}:{names.account_id}:key/*" for region in with_keys],
            condition={"StringEquals": {"aws:ResourceTag/stack": names.stack}},
        ),
        allow("Roles", [*_ROLE, "iam:GetInstanceProfile", "iam:GetPolicy", "iam:GetPolicyVersion"], iam),
        allow("Issuer", ["iam:GetOpenIDConnectProvider"], [names.iam_arn(f"oidc-provider/{ISSUER}")]),
        allow(
            "Names",
            of_names,
            [f"arn:{names.partition}:route53:::{each}/*" for each in named],
        ),
    ]
