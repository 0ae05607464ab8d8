"""Flow logs."""

from __future__ import annotations

from tests.components.aws.early import Early
from tests.recorder import Recording


def test_every_connection_is_logged_and_encrypted_with_the_key_for_logs(full: Recording[Early]) -> None:
    log = full.one(":FlowLog").inputs
    assert log["trafficType"] == "ALL"
    group = full.one(":LogGroup", "main-network-flow-logs")
    assert log["logDestination"] == group.arn
    assert group.inputs["name"] == "/poolwright/prod/main/flow-logs"
    assert group.inputs["retentionInDays"] == 90
    assert group.inputs["kmsKeyId"] == full.one(":Key", "main-security-key-logs").arn
    assert full.built.network.flow_log_group_name == "/poolwright/prod/main/flow-logs"


def test_only_the_flow_log_service_of_this_account_may_take_the_role(full: Recording[Early]) -> None:
    (statement,) = full.one(":Role", "main-network-flow-logs").document("assumeRolePolicy")["Statement"]
    assert statement["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_the_role_writes_to_its_own_group_only(full: Recording[Early]) -> None:
    policy = full.one(":RolePolicy", "main-network-flow-logs").document("policy")
    writes = [s for s in policy["Statement"] if "logs:PutLogEvents" in s["Action"]]
    assert [s["Resource"] for s in writes] == [
        ["arn:aws:logs:eu-west-1:123456789012:log-group:/poolwright/prod/main/flow-logs:*"]
    ]


def test_no_flow_logs_where_the_plan_has_none(minimal: Recording[Early]) -> None:
    assert minimal.of_type(":FlowLog") == ()
    assert minimal.built.network.flow_log_group_name is None
