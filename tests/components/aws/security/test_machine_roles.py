"""Roles of machines and their services."""

from __future__ import annotations

from typing import Any

from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import Early, early, secured
from tests.recorder import Recording


def statements(recorded: Recording[Early], purpose: str) -> dict[str, dict[str, Any]]:
    policy = recorded.one(":RolePolicy", f"main-security-{purpose}").document("policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_each_runtime_has_an_instance_profile_of_its_own(full: Recording[Early], minimal: Recording[Early]) -> None:
    assert set(full.built.security.instance_profile_arns) == {"batch", "ecs"}
    assert set(minimal.built.security.instance_profile_arns) == {"ecs"}


def test_a_machine_of_services_can_join_its_own_cluster_only(full: Recording[Early]) -> None:
    assert statements(full, "machine-ecs")["Join"]["Resource"] == [
        "arn:aws:ecs:eu-west-1:123456789012:cluster/prod-main"
    ]


def test_machines_pull_no_images_and_write_no_logs_with_their_own_role(full: Recording[Early]) -> None:
    for runtime in ("ecs", "batch"):
        actions = {action for s in statements(full, f"machine-{runtime}").values() for action in s["Action"]}
        assert {action.split(":")[0] for action in actions} == {"ecs"}


def test_the_volume_role_uses_the_stacks_keys_through_ec2_alone(full: Recording[Early]) -> None:
    assert full.built.security.volume_role_arn is not None
    made = statements(full, "volumes")
    for statement in made.values():
        assert statement["Condition"]["StringEquals"] == {"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}
        assert len(statement["Resource"]) == 2
    attached = full.one(":RolePolicyAttachment", "main-security-volumes").inputs["policyArn"]
    assert attached == "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"


def test_the_scheduler_submits_this_stacks_jobs_only(full: Recording[Early]) -> None:
    assert statements(full, "scheduler")["SubmitJobs"]["Resource"] == [
        "arn:aws:batch:eu-west-1:123456789012:job-definition/prod-main-*",
        "arn:aws:batch:eu-west-1:123456789012:job-queue/prod-main-*",
    ]


def test_roles_that_nothing_needs_are_not_made(minimal: Recording[Early]) -> None:
    assert minimal.names(":Role") == ("main-security-echo-execution", "main-security-machine-ecs")
    assert minimal.built.security.volume_role_arn is None
    assert minimal.built.security.scheduler_role_arn is None


def test_machines_wait_for_their_rights(full: Recording[Early]) -> None:
    policies = [*full.of_type(":RolePolicy"), *full.of_type(":RolePolicyAttachment")]
    security = [record for record in policies if record.name.startswith("main-security-") and "-ci-" not in record.name]
    assert len(full.built.security.role_policies) == len(security)


def test_role_names_are_the_stacks_own(full: Recording[Early]) -> None:
    for record in early(plans.full_site(), stack="staging").of_type(":Role"):
        assert record.inputs["name"].startswith("staging-main-")
        assert len(record.inputs["name"]) <= 64


def test_the_role_for_hooks_asks_the_named_functions_alone() -> None:
    made = secured(edits.deployed(plans.full_site(), "recommender", edits.CANARY))
    policy = made.one("aws:iam/rolePolicy:RolePolicy", "main-security-hooks").document("policy")
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert statement["Resource"] == ["arn:aws:lambda:eu-west-1:123456789012:function:smoke"]
    (trust,) = made.one("aws:iam/role:Role", "main-security-hooks").document("assumeRolePolicy")["Statement"]
    assert trust["Principal"] == {"Service": "ecs.amazonaws.com"}
