from __future__ import annotations

import json
from dataclasses import replace

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases


def key_policy(action: str, principal: object) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ADMIN = key_policy("kms:*", {"AWS": "arn:aws:iam::123456789012:root"})


ROTATION = {
    "secretId": "s",
    "rotationLambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:rotate",
    "rotationRules": {"automaticallyAfterDays": 1000},
}


@cases(
    a_rotation_comes_every_1000_days_at_least=Case(
        "secretsmanager.SecretRotation",
        ROTATION,
        {"rotationRules": {"automaticallyAfterDays": 1001}},
        "InvalidParameterException",
        "rotationRules.automaticallyAfterDays",
    ),
    a_rotation_has_days_or_a_schedule=Case(
        "secretsmanager.SecretRotation",
        ROTATION,
        {"rotationRules": {"automaticallyAfterDays": 1, "scheduleExpression": "rate(1 day)"}},
        "InvalidParameterException",
        "rotationRules",
    ),
    a_rotation_is_done_by_a_function=Case(
        "secretsmanager.SecretRotation",
        ROTATION,
        {"rotationLambdaArn": "rotate"},
        "InvalidParameterException",
        "rotationLambdaArn",
    ),
    a_key_waits_a_week_for_its_deletion=Case(
        "kms.Key",
        {"deletionWindowInDays": 7},
        {"deletionWindowInDays": 6},
        "ValidationException",
        "deletionWindowInDays",
    ),
    it_waits_30_days_at_most=Case(
        "kms.Key",
        {"deletionWindowInDays": 30},
        {"deletionWindowInDays": 31},
        "ValidationException",
        "deletionWindowInDays",
    ),
    a_policy_leaves_an_administrator=Case(
        "kms.Key",
        {"policy": ADMIN},
        {"policy": key_policy("kms:Decrypt", {"AWS": "arn:aws:iam::123456789012:root"})},
        "MalformedPolicyDocumentException",
        "policy",
    ),
    a_service_is_no_administrator=Case(
        "kms.Key",
        {"policy": ADMIN},
        {"policy": key_policy("kms:*", {"Service": "logs.amazonaws.com"})},
        "MalformedPolicyDocumentException",
        "policy",
    ),
    a_key_spec_exists=Case(
        "kms.Key",
        {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"},
        {"customerMasterKeySpec": "RSA_1024"},
        "ValidationException",
        "customerMasterKeySpec",
    ),
    only_symmetric_keys_rotate=Case(
        "kms.Key",
        {"enableKeyRotation": True},
        {"customerMasterKeySpec": "RSA_2048"},
        "UnsupportedOperationException",
        "enableKeyRotation",
    ),
    an_alias_has_its_prefix=Case(
        "kms.Alias", {"targetKeyId": "k", "name": "alias/web"}, {"name": "web"}, "ValidationException", "name"
    ),
    an_alias_is_not_of_aws=Case(
        "kms.Alias",
        {"targetKeyId": "k", "name": "alias/web"},
        {"name": "alias/aws/web"},
        "NotAuthorizedException",
        "name",
    ),
    a_secret_is_recoverable_for_a_week_or_not_at_all=Case(
        "secretsmanager.Secret",
        {"recoveryWindowInDays": 0},
        {"recoveryWindowInDays": 1},
        "InvalidParameterException",
        "recoveryWindowInDays",
    ),
    a_secret_has_a_plain_name=Case(
        "secretsmanager.Secret", {"name": "shop/db"}, {"name": "shop db"}, "ValidationException", "name"
    ),
    a_secret_has_one_value=Case(
        "secretsmanager.SecretVersion",
        {"secretId": "s", "secretString": "a"},
        {"secretString": None},
        "InvalidRequestException",
    ),
    a_secret_has_64_kib=Case(
        "secretsmanager.SecretVersion",
        {"secretId": "s", "secretString": "a" * 65536},
        {"secretString": "a" * 65537},
        "ValidationException",
        "secretString",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_the_lockout_check_can_be_bypassed(sandbox: Sandbox) -> None:
    locked = key_policy("kms:Decrypt", {"AWS": "arn:aws:iam::123456789012:root"})
    assert sandbox.failures("kms.Key", policy=locked, bypassPolicyLockoutSafetyCheck=True) == []


def test_a_secret_name_is_new(sandbox: Sandbox) -> None:
    sandbox.create("secretsmanager.Secret", "one", name="db")
    assert "ResourceExistsException" in sandbox.refusal("secretsmanager.Secret", "two", name="db")


def test_a_key_that_is_asked_to_go_takes_no_alias(sandbox: Sandbox) -> None:
    key = sandbox.create("kms.Key")
    sandbox.create("kms.Alias", "first", targetKeyId=key["keyId"])
    (stored,) = sandbox.provider.store.all("kms.Key")
    sandbox.provider.store.put(replace(stored, facts={"state": "PendingDeletion"}))
    assert "KMSInvalidStateException" in sandbox.refusal("kms.Alias", "second", targetKeyId=key["keyId"])


def test_a_function_of_another_region_rotates_nothing(sandbox: Sandbox) -> None:
    secret = sandbox.create("secretsmanager.Secret", name="token").id
    far = {**ROTATION, "secretId": secret, "rotationLambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:rotate"}
    assert "AccessDeniedException" in sandbox.refusal("secretsmanager.SecretRotation", **far)
    sandbox.create("secretsmanager.SecretRotation", **{**ROTATION, "secretId": secret})
