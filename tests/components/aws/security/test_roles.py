"""Roles of workloads."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.security.roles import execution_statements, task_statements
from solver.plan.security import ClaimAccess, RolePlan
from solver.vocabulary import AccessMode
from tests.components import plans
from tests.components.aws.early import Early
from tests.recorder import Recording

BUCKET = plans.names().bucket_arn("models")


def rights(mode: AccessMode, key: str | None = None) -> dict[str, dict[str, Any]]:
    """Statements of a workload that uses the bucket `models`."""
    role = RolePlan(workload="assistant", access=(ClaimAccess(claim="models", mode=mode),), secrets=())
    made = task_statements(role, plans.names(), storage=plans.full_site().storage, data_key_arn=key)
    return {statement["Sid"]: statement for statement in made}


def test_a_reader_reads_and_lists(full: Recording[Early]) -> None:
    made = rights(AccessMode.READ)
    assert made["ModelsObjects"]["Action"] == ["s3:GetObject"]
    assert made["ModelsObjects"]["Resource"] == [f"{BUCKET}/*"]
    assert made["ModelsList"]["Resource"] == [BUCKET]


def test_a_writer_adds_and_neither_reads_nor_deletes() -> None:
    made = rights(AccessMode.WRITE)
    assert set(made) == {"ModelsObjects"}
    assert "s3:PutObject" in made["ModelsObjects"]["Action"]
    assert not {"s3:GetObject", "s3:DeleteObject"} & set(made["ModelsObjects"]["Action"])


def test_who_reads_and_writes_may_delete() -> None:
    assert "s3:DeleteObject" in rights(AccessMode.READ_WRITE)["ModelsObjects"]["Action"]


@pytest.mark.parametrize(
    ("mode", "actions"),
    [
        (AccessMode.READ, ["kms:Decrypt"]),
        (AccessMode.WRITE, ["kms:Decrypt", "kms:GenerateDataKey"]),
        (AccessMode.READ_WRITE, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ],
)
def test_the_data_key_is_used_through_s3_alone(mode: AccessMode, actions: list[str]) -> None:
    statement = rights(mode, "arn:key")["DataKey"]
    assert statement["Action"] == actions
    assert statement["Resource"] == ["arn:key"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def test_a_volume_gives_no_rights_in_aws(full: Recording[Early]) -> None:
    assert "fraud" not in full.built.security.task_role_arns
    assert "main-security-fraud-task" not in full.names(":Role")


def test_a_workload_that_mounts_a_file_system_has_a_role_for_its_policy_to_name() -> None:
    role = RolePlan(workload="assistant", access=(ClaimAccess(claim="shared", mode=AccessMode.READ),), secrets=())
    names = plans.names()
    assert task_statements(role, names, storage=plans.full_site().storage, data_key_arn=None) == []


def test_every_workload_can_write_its_own_log_and_no_other(full: Recording[Early]) -> None:
    for workload in ("assistant", "fraud", "recommender", "training"):
        policy = full.one(":RolePolicy", f"main-security-{workload}-execution").document("policy")
        (logs,) = (statement for statement in policy["Statement"] if statement["Sid"] == "Logs")
        assert logs["Resource"] == [
            f"arn:aws:logs:eu-west-1:123456789012:log-group:/poolwright/prod/main/workload/{workload}:*"
        ]


def test_a_start_needs_its_own_image_and_its_own_secrets(full: Recording[Early]) -> None:
    policy = full.one(":RolePolicy", "main-security-assistant-execution").document("policy")
    by_sid = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_sid["Image"]["Resource"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/prod/main/assistant"]
    assert by_sid["Secrets"]["Resource"] == [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/main/assistant-token-??????"
    ]
    assert by_sid["SecretsKey"]["Resource"] == [full.one(":Key", "main-security-key-secrets").arn]


def test_an_image_of_another_registry_needs_no_rights_on_ours() -> None:
    role = RolePlan(workload="fraud", access=(), secrets=())
    made = execution_statements(role, plans.names(), own_image=False, secrets_key_arn=None)
    assert [statement["Sid"] for statement in made] == ["Logs"]


def test_only_ecs_of_this_account_hands_roles_to_tasks(full: Recording[Early]) -> None:
    for name in ("main-security-assistant-task", "main-security-assistant-execution"):
        (statement,) = full.one(":Role", name).document("assumeRolePolicy")["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_task_and_execution_role_are_apart(full: Recording[Early]) -> None:
    security = full.built.security
    assert set(security.task_role_arns) == {"assistant", "recommender", "training"}
    assert set(security.execution_role_arns) == {"assistant", "fraud", "recommender", "training"}
