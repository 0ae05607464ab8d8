"""Secrets."""

from __future__ import annotations

from tests.components import plans
from tests.components.aws.early import Early, early
from tests.recorder import Recording


def test_a_secret_has_a_name_and_a_key_and_no_value(full: Recording[Early]) -> None:
    secret = full.one(":Secret", "main-security-secret-assistant-token")
    assert secret.inputs["name"] == "prod/main/assistant-token"
    assert secret.inputs["kmsKeyId"] == full.one(":Key", "main-security-key-secrets").arn
    assert full.of_type(":SecretVersion") == ()
    assert set(full.built.security.secret_arns) == {"assistant-token", "tracking-token"}


def test_a_deleted_secret_can_be_brought_back_where_data_is_protected(full: Recording[Early]) -> None:
    secret = full.one(":Secret", "main-security-secret-assistant-token")
    assert (secret.protect, secret.retain_on_delete, secret.inputs["recoveryWindowInDays"]) == (True, True, 30)


def test_a_deleted_secrets_name_is_free_at_once_where_data_is_not_protected() -> None:
    secret = early(plans.full_site(protect=False)).one(":Secret", "main-security-secret-assistant-token")
    assert (secret.protect, secret.inputs["recoveryWindowInDays"]) == (False, 0)


def test_a_secret_changes_by_itself_where_the_plan_says_so_and_not_before_it_was_filled(full: Recording[Early]) -> None:
    rotation = full.one(":SecretRotation", "main-security-secret-assistant-token").inputs
    assert rotation["rotationRules"] == {"automaticallyAfterDays": 30}
    assert rotation["rotationLambdaArn"].endswith(":function:rotate")
    assert rotation["rotateImmediately"] is False
    assert len(full.of_type(":SecretRotation")) == 1


def test_a_workload_reads_the_secrets_that_it_names_and_no_others(full: Recording[Early]) -> None:
    named = {role.workload: role.secrets for role in plans.full_site().security.roles}
    for workload, secrets in named.items():
        readable: list[str] = []
        for purpose in ("task", "execution"):
            for record in full.of_type("iam/rolePolicy:RolePolicy"):
                if record.name == f"main-security-{workload}-{purpose}":
                    for statement in record.document("policy")["Statement"]:
                        if "secretsmanager:GetSecretValue" in statement["Action"]:
                            readable += statement["Resource"]
        begin = f"arn:aws:secretsmanager:eu-west-1:{plans.ACCOUNT_ID}:secret:prod/main"
        assert readable == [f"{begin}/{secret}-??????" for secret in secrets]
