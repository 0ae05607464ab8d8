"""Secrets: names and keys without values; who operates the stack fills them, and no value ever comes near the state."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.naming import SiteNames
from components.options import child_of, keeper_of_data
from solver.plan.security import SecurityPlan

_RECOVERY_DAYS = 30
"""How long a deleted secret can be brought back; AWS's longest."""


def secrets(
    name: str,
    plan: SecurityPlan,
    names: SiteNames,
    *,
    key_arn: pulumi.Output[str] | None,
    protect: bool,
    parent: pulumi.Resource,
) -> Mapping[str, pulumi.Output[str]]:
    """The planned secrets: name → ARN.

    Where the plan does not protect data a deleted secret is gone at once, so that its name is free for the next `up`.
    """
    made = {
        secret: aws.secretsmanager.Secret(
            f"{name}-secret-{secret}",
            name=names.secret(secret),
            description=f"Filled by the operators of stack {names.stack}",
            kms_key_id=key_arn,
            recovery_window_in_days=_RECOVERY_DAYS if protect else 0,
            tags=names.tags("secret", secret),
            opts=keeper_of_data(parent, protect=protect),
        )
        for secret in plan.secrets
    }
    for rotation in plan.rotations:
        aws.secretsmanager.SecretRotation(
            f"{name}-secret-{rotation.secret}",
            secret_id=made[rotation.secret].id,
            rotation_lambda_arn=rotation.lambda_arn,
            rotation_rules={"automatically_after_days": rotation.days},
            # A secret that nobody has filled yet has nothing to begin with.
            rotate_immediately=False,
            opts=child_of(parent),
        )
    return {secret: each.arn for secret, each in made.items()}
