"""KMS keys."""

from __future__ import annotations

from typing import Any

from solver.plan.security import KeyPurpose
from tests.components import plans
from tests.components.aws.early import Early, early, with_measures
from tests.recorder import Recording


def statements(recorded: Recording[Early], purpose: str) -> dict[str, dict[str, Any]]:
    policy = recorded.one(":Key", f"main-security-key-{purpose}").document("policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_each_planned_purpose_has_a_key_that_rotates_and_an_alias(full: Recording[Early]) -> None:
    assert set(full.built.security.key_arns) == set(KeyPurpose)
    for record in full.of_type(":Key"):
        assert record.inputs["enableKeyRotation"] is True
        assert record.inputs["deletionWindowInDays"] == 30
    assert full.one(":Alias", "main-security-key-data").inputs["name"] == "alias/prod-main-data"


def test_no_key_is_made_where_awss_own_suffice(minimal: Recording[Early]) -> None:
    assert minimal.of_type(":Key") == ()
    assert minimal.built.security.key_arn(KeyPurpose.DATA) is None
    assert minimal.built.security.log_key_arn is None


def test_the_account_keeps_every_key_manageable(full: Recording[Early]) -> None:
    for purpose in KeyPurpose:
        administrator = statements(full, purpose)["AccountDecides"]
        assert administrator["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
        assert administrator["Action"] == ["kms:*"]


def test_keys_without_which_data_can_not_be_read_outlive_the_stack(full: Recording[Early]) -> None:
    kept = {record.name: (record.protect, record.retain_on_delete) for record in full.of_type(":Key")}
    for purpose in ("data", "logs", "secrets"):
        assert kept[f"main-security-key-{purpose}"] == (True, True)
    assert kept["main-security-key-machines"] == (False, False)
    unprotected = early(plans.full_site(protect=False))
    assert not any(record.protect for record in unprotected.of_type(":Key"))


def test_the_key_for_logs_is_open_to_this_stacks_groups_only(full: Recording[Early]) -> None:
    groups = statements(full, "logs")["LogGroups"]
    assert groups["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert groups["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/poolwright/prod/main/*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-prod-main-*",
    ]


def test_the_key_for_logs_is_open_to_this_stacks_trail_only(full: Recording[Early]) -> None:
    trail = statements(full, "logs")["Trail"]
    assert trail["Condition"]["StringEquals"]["aws:SourceArn"].endswith(f"trail/{full.one(':Trail').inputs['name']}")


def test_everyone_in_the_key_for_machines_means_the_roles_that_start_machines(full: Recording[Early]) -> None:
    for sid in ("MachineStarters", "MachineStartersGrant"):
        condition = statements(full, "machines")[sid]["Condition"]
        assert condition["StringEquals"] == {"kms:CallerAccount": "123456789012"}
        assert all(
            arn.startswith("arn:aws:iam::123456789012:role/aws-service-role/")
            for arn in condition["ArnLike"]["aws:PrincipalArn"]
        )
    grant = statements(full, "machines")["MachineStartersGrant"]
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_keys_for_data_and_secrets_are_left_to_iam(full: Recording[Early]) -> None:
    assert list(statements(full, "secrets")) == ["AccountDecides"]
    # Of the key for data S3 and EFS use the caller's rights, but for lists of objects and for Lustre's links.
    assert list(statements(full, "data")) == ["AccountDecides", "Inventories", "LustreBuckets"]


def test_cloudwatch_may_use_the_key_for_logs_where_the_plan_has_alarms(full: Recording[Early]) -> None:
    assert "Alarms" not in statements(full, "logs")
    site = with_measures(plans.full_site(), "cloudtrail", "cloudtrail-logs", "cloudtrail-alarms")
    alarmed = statements(early(site), "logs")["Alarms"]
    assert alarmed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarmed["Condition"] == {"StringEquals": {"aws:SourceAccount": plans.ACCOUNT_ID}}
