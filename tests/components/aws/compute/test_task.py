"""Task definitions of services."""

from __future__ import annotations

import json
from typing import Any

from components.aws.compute.pool import ComputePool
from solver.plan.plan import SitePlan
from solver.plan.sidecar import SidecarPlan
from solver.vocabulary import AcceleratorKind
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record


def container(made: Recording[ComputePool], name: str) -> dict[str, Any]:
    (found,) = json.loads(made.one(":TaskDefinition", f"compute-task-{name}").inputs["containerDefinitions"])
    return found


def built(site: SitePlan) -> Recording[ComputePool]:
    return record(lambda: upstream.compute_pool(site))


def test_each_task_has_an_address_and_roles_of_its_own(full_compute: Recording[ComputePool]) -> None:
    task = full_compute.one(":TaskDefinition", "compute-task-assistant-cpu")
    assert task.inputs["networkMode"] == "awsvpc"
    assert task.inputs["requiresCompatibilities"] == ["EC2"]
    assert task.inputs["taskRoleArn"] == "arn:aws:iam::123456789012:role/assistant-task"
    assert task.inputs["executionRoleArn"] == "arn:aws:iam::123456789012:role/assistant-execution"
    assert task.inputs["family"] == "prod-main-assistant-cpu"


def test_the_architecture_is_the_variants(full_compute: Recording[ComputePool]) -> None:
    platforms = {
        task.name: task.inputs["runtimePlatform"]["cpuArchitecture"] for task in full_compute.of_type(":TaskDefinition")
    }
    assert platforms["compute-task-fraud-cpu"] == "ARM64"
    assert platforms["compute-task-assistant-gpu"] == "X86_64"


def test_cpu_is_a_share_and_memory_a_limit_of_the_container(full_compute: Recording[ComputePool]) -> None:
    found = container(full_compute, "assistant-gpu")
    assert found["cpu"] == 2048
    assert found["memory"] == 4096
    task = full_compute.one(":TaskDefinition", "compute-task-assistant-gpu")
    assert "cpu" not in task.inputs
    assert "memory" not in task.inputs


def test_containers_can_change_nothing_but_their_scratch(full_compute: Recording[ComputePool]) -> None:
    for task in full_compute.of_type(":TaskDefinition"):
        (found,) = json.loads(task.inputs["containerDefinitions"])
        assert found["readonlyRootFilesystem"] is True
        assert "privileged" not in found
        assert found["dockerSecurityOptions"] == ["no-new-privileges"]
        assert found["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        assert {"sourceVolume": "task_tmp", "containerPath": "/tmp", "readOnly": False} in found["mountPoints"]


def test_logs_go_to_the_workloads_own_group(full_compute: Recording[ComputePool]) -> None:
    options = container(full_compute, "fraud-cpu")["logConfiguration"]["options"]
    assert options["awslogs-group"] == plans.names().workload_log_group("fraud")
    groups = {group.inputs["name"]: group for group in full_compute.of_type(":LogGroup")}
    assert groups[options["awslogs-group"]].inputs["retentionInDays"] == 365


def test_gpus_are_reserved_for_the_container(full_compute: Recording[ComputePool]) -> None:
    assert container(full_compute, "assistant-gpu")["resourceRequirements"] == [{"type": "GPU", "value": "1"}]
    assert "resourceRequirements" not in container(full_compute, "assistant-cpu")


def test_a_service_that_no_load_balancer_checks_is_checked_inside(full_compute: Recording[ComputePool]) -> None:
    assert "healthCheck" in container(full_compute, "fraud-cpu")
    assert "healthCheck" not in container(full_compute, "assistant-cpu")


def test_a_neuron_runtime_may_pin_memory_and_a_low_port_may_be_bound() -> None:
    site = edits.with_variants(
        plans.full_site(), "fraud", accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=1
    )
    made = built(edits.with_service(site, "fraud", port=443))
    parameters = container(made, "fraud-cpu")["linuxParameters"]
    assert parameters["capabilities"] == {"drop": ["ALL"], "add": ["IPC_LOCK", "NET_BIND_SERVICE"]}
    assert parameters["devices"][0]["permissions"] == ["read", "write"]


def test_an_fpga_container_is_privileged() -> None:
    site = edits.with_variants(plans.full_site(), "fraud", accelerator_kind=AcceleratorKind.FPGA, accelerator_count=1)
    found = container(built(site), "fraud-cpu")
    assert found["privileged"] is True
    assert "capabilities" not in found["linuxParameters"]


def test_a_command_of_the_plan_replaces_the_images(full_compute: Recording[ComputePool]) -> None:
    assert "command" not in container(full_compute, "fraud-cpu")
    made = built(edits.with_service(plans.full_site(), "fraud", command=("serve", "--fast")))
    assert container(made, "fraud-cpu")["command"] == ["serve", "--fast"]


PROXY = SidecarPlan(
    key="proxy",
    image_reference="public.ecr.aws/envoy:v1",
    image_digest=plans.DIGEST,
    cpu_millis=500,
    memory_mib=256,
    command=("serve",),
    environment={"PORT": "9901"},
    essential=False,
)


def with_proxy() -> tuple[dict[str, Any], dict[str, Any]]:
    made = built(edits.with_service(plans.full_site(), "assistant", sidecars=(PROXY,)))
    own, proxy = json.loads(made.one(":TaskDefinition", "compute-task-assistant-cpu").inputs["containerDefinitions"])
    return own, proxy


def test_sidecars_have_their_part_of_what_the_plan_counts_for_a_replica() -> None:
    own, proxy = with_proxy()
    assert (own["name"], own["cpu"], own["memory"]) == ("assistant", 1536, 4096 - 256)
    assert (proxy["name"], proxy["cpu"], proxy["memory"]) == ("proxy", 512, 256)
    assert own["linuxParameters"]["sharedMemorySize"] == (4096 - 256) // 2
    assert (proxy["essential"], proxy["command"]) == (False, ["serve"])
    assert proxy["image"] == f"public.ecr.aws/envoy@{plans.DIGEST}"


def test_sidecars_are_as_strict_as_the_workloads_own_container() -> None:
    own, proxy = with_proxy()
    assert proxy["readonlyRootFilesystem"] is True
    assert proxy["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert proxy["dockerSecurityOptions"] == own["dockerSecurityOptions"]
    assert proxy["logConfiguration"]["options"]["awslogs-stream-prefix"] == "proxy"
    assert "portMappings" not in proxy
