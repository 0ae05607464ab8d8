from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.estate import TRUST, Estate
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

CODE = "ClientException"
RESOURCES = {
    "type": "EC2",
    "allocationStrategy": "BEST_FIT_PROGRESSIVE",
    "minVcpus": 0,
    "maxVcpus": 8,
    "instanceTypes": ["c7g"],
    "instanceRole": "arn:profile",
    "subnets": ["subnet-1"],
    "securityGroupIds": ["sg-1"],
}
CE = {"type": "MANAGED", "computeResources": RESOURCES}
QUEUE = {"state": "ENABLED", "priority": 1, "computeEnvironmentOrders": [{"order": 1, "computeEnvironment": "a"}]}


def changed(**resources: Any) -> dict[str, Any]:
    merged = {**RESOURCES, **resources}
    return {"computeResources": {name: value for name, value in merged.items() if value is not None}}


def container(*needs: tuple[str, str], **more: Any) -> dict[str, Any]:
    requirements = [{"type": kind, "value": value} for kind, value in needs]
    return {"containerProperties": json.dumps({"image": "busybox", "resourceRequirements": requirements, **more})}


JOB = {"type": "container", **container(("VCPU", "0.5"), ("MEMORY", "512"))}


@cases(
    vcpus_are_in_order=Case("batch.ComputeEnvironment", CE, changed(minVcpus=9), CODE, "computeResources.minVcpus"),
    a_managed_environment_has_resources=Case(
        "batch.ComputeEnvironment", CE, {"computeResources": None}, CODE, "computeResources"
    ),
    machines_have_a_role=Case(
        "batch.ComputeEnvironment", CE, changed(instanceRole=None), CODE, "computeResources.instanceRole"
    ),
    a_strategy_is_of_the_kind=Case(
        "batch.ComputeEnvironment",
        CE,
        changed(allocationStrategy="SPOT_CAPACITY_OPTIMIZED"),
        CODE,
        "computeResources.allocationStrategy",
    ),
    a_machine_type_exists=Case(
        "batch.ComputeEnvironment", CE, changed(instanceTypes=["c7g.huge"]), CODE, "computeResources.instanceTypes"
    ),
    a_family_exists=Case(
        "batch.ComputeEnvironment", CE, changed(instanceTypes=["c99"]), CODE, "computeResources.instanceTypes"
    ),
    machines_are_of_one_architecture=Case(
        "batch.ComputeEnvironment",
        CE,
        changed(instanceTypes=["c7g.large", "c7i.large"]),
        CODE,
        "computeResources.instanceTypes",
    ),
    fargate_has_no_machine_types=Case(
        "batch.ComputeEnvironment", CE, changed(type="FARGATE"), CODE, "computeResources.instanceTypes"
    ),
    orders_differ=Case(
        "batch.JobQueue",
        QUEUE,
        {"computeEnvironmentOrders": [{"order": 1, "computeEnvironment": name} for name in "ab"]},
        CODE,
        "computeEnvironmentOrders",
    ),
    a_queue_has_three_environments=Case(
        "batch.JobQueue",
        QUEUE,
        {"computeEnvironmentOrders": [{"order": n, "computeEnvironment": str(n)} for n in range(4)]},
        CODE,
        "computeEnvironmentOrders",
    ),
    a_priority_is_below_1000=Case("batch.JobQueue", QUEUE, {"priority": 1001}, CODE, "priority"),
    a_job_asks_for_memory=Case("batch.JobDefinition", JOB, container(("VCPU", "1")), CODE, "containerProperties"),
    memory_is_whole=Case(
        "batch.JobDefinition", JOB, container(("VCPU", "1"), ("MEMORY", "0.5")), CODE, "containerProperties"
    ),
    a_job_has_an_image=Case(
        "batch.JobDefinition",
        JOB,
        container(("VCPU", "1"), ("MEMORY", "512"), image=""),
        CODE,
        "containerProperties",
    ),
    an_attempt_lasts_a_minute=Case(
        "batch.JobDefinition",
        JOB | {"timeout": {"attemptDurationSeconds": 60}},
        {"timeout": {"attemptDurationSeconds": 59}},
        CODE,
        "timeout.attemptDurationSeconds",
    ),
    a_name_is_plain=Case("batch.SchedulingPolicy", {"name": "fair"}, {"name": "fair share"}, CODE, "name"),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_queue_keeps_its_scheduling_policy_and_its_name(estate: Estate) -> None:
    add = estate.add
    add("iam.Role", name="machine", assumeRolePolicy=TRUST)
    profile = add("iam.InstanceProfile", role="machine")
    resources = {
        **RESOURCES,
        "instanceRole": profile["arn"],
        "subnets": [estate.subnets[0].id],
        "securityGroupIds": [estate.group.id],
    }
    environment = add("batch.ComputeEnvironment", type="MANAGED", computeResources=resources)
    policy = add("batch.SchedulingPolicy", name="fair")
    inputs = {**QUEUE, "computeEnvironmentOrders": [{"order": 1, "computeEnvironment": environment["arn"]}]}
    queue = add("batch.JobQueue", name="q", schedulingPolicyArn=policy["arn"], **inputs)
    assert "Object already exists: q" in estate.sandbox.refusal("batch.JobQueue", "again", name="q", **inputs)
    words = estate.sandbox.refused_update(queue, name="q", **inputs)
    assert "Cannot remove the fair share scheduling policy" in words


def test_a_queue_has_environments_of_one_kind(estate: Estate) -> None:
    add = estate.add
    add("iam.Role", name="machine", assumeRolePolicy=TRUST)
    place = {"subnets": [estate.subnets[0].id], "securityGroupIds": [estate.group.id]}
    machines = {**RESOURCES, **place, "instanceRole": add("iam.InstanceProfile", role="machine")["arn"]}
    own = add("batch.ComputeEnvironment", "own", type="MANAGED", computeResources=machines)
    fargate = {"type": "FARGATE", "maxVcpus": 8, **place}
    theirs = add("batch.ComputeEnvironment", "theirs", type="MANAGED", computeResources=fargate)
    orders = [{"order": n, "computeEnvironment": each["arn"]} for n, each in enumerate((own, theirs))]
    words = estate.sandbox.refusal("batch.JobQueue", **{**QUEUE, "computeEnvironmentOrders": orders})
    assert "ClientException: Job queue compute environments must all be" in words
