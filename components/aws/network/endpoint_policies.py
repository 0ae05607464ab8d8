"""Policies of VPC endpoints: this account's principals alone and, through S3's endpoint, the site's own buckets.

An endpoint policy gives no rights. It is the most that may pass: whoever gets a foreign account's keys into a container
can't carry data out by them, and a role that may write too much still finds no way to a bucket of another account.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.aws.security.policies import Statement, allow_principal, document
from components.naming import SiteNames

_ANYONE = {"AWS": "*"}
"""Who may pass is said by a condition, since an endpoint policy can't name all principals of an account."""
_WITHOUT_POLICY = frozenset({"ecs-agent", "ecs-telemetry"})
"""AWS takes policies for `ecs`, but not for these two."""


def endpoint_policy(service: str, names: SiteNames, *, buckets: Sequence[str]) -> pulumi.Input[str] | None:
    """The policy of a service's endpoint; None where AWS takes none. `buckets` are keys of the site's own."""
    if service in _WITHOUT_POLICY:
        return None
    if service == "s3":
        return document(s3_statements(names, buckets=buckets))
    return document(
        [
            allow_principal(
                "OwnAccount",
                _ANYONE,
                # What a principal may do is said in its role, and an endpoint serves one service only: "*" is that
                # service's actions, on whatever the role names (public images and parameters of AWS among it).
                ["*"],
                ["*"],
                condition={"StringEquals": {"aws:PrincipalAccount": names.account_id}},
            )
        ]
    )


def s3_statements(names: SiteNames, *, buckets: Sequence[str]) -> list[Statement]:
    """The site's buckets for this account, and AWS's own for reading."""
    own = [arn for key in buckets for arn in (names.bucket_arn(key), f"{names.bucket_arn(key)}/*")]
    statements: list[Statement] = []
    if own:
        statements.append(
            allow_principal(
                "OwnBuckets",
                _ANYONE,
                # Each role names its own actions; the end "/*" of a resource is every object of that bucket.
                ["s3:*"],
                own,
                # A bucket's name is free again once it is deleted: whoever takes it then must not get what was meant
                # for the site's own.
                condition={
                    "StringEquals": {
                        "aws:PrincipalAccount": names.account_id,
                        "aws:ResourceAccount": names.account_id,
                    }
                },
            )
        )
    statements.append(
        # Layers are fetched by addresses that ECR has signed, packages and agents without a signature: none of these
        # requests has a principal of this account. They only read, so nothing leaves by them.
        allow_principal("BucketsOfAws", _ANYONE, ["s3:GetObject"], [f"{arn}/*" for arn in aws_bucket_arns(names)])
    )
    return statements


def aws_bucket_arns(names: SiteNames) -> list[str]:
    """Buckets of AWS that machines and their agents read from, in this region.

    * ECR's layers: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    * Amazon Linux's packages: https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html
    * ECS's agent: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-update.html
    * Systems Manager's agent, its packages, documents and patch lists:
      https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
    """
    region = names.region
    return [
        f"arn:{names.partition}:s3:::{bucket}"
        for bucket in (
            f"prod-{region}-starport-layer-bucket",
            f"al2023-repos-{region}-de612dc2",
            f"amazon-ecs-agent-{region}",
            f"amazon-ssm-{region}",
            f"amazon-ssm-packages-{region}",
            f"aws-ssm-{region}",
            f"aws-ssm-document-attachments-{region}",
            f"patch-baseline-snapshot-{region}",
            f"{region}-birdwatcher-prod",
        )
    ]
