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
