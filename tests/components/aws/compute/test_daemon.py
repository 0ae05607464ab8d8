"""Daemons: once on each machine."""

from __future__ import annotations

import json

import pytest

from components.aws.compute.pool import ComputePool
from solver.plan.sidecar import DaemonPlan
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record

AGENT = DaemonPlan(
    key="agent",
    image_reference="public.ecr.aws/agent:v1",
    image_digest=plans.DIGEST,
    cpu_millis=250,
    memory_mib=128,
    command=("watch",),
    reads=("/var/log",),
)


@pytest.fixture(scope="module")
def made() -> Recording[ComputePool]:
    site = plans.minimal_site()
    compute = site.compute.model_copy(update={"daemons": (AGENT,)})
    return record(lambda: upstream.compute_pool(site.model_copy(update={"compute": compute})))


def test_ecs_runs_one_on_each_machine_that_joins(made: Recording[ComputePool]) -> None:
    service = made.one("ecs/service:Service", "compute-daemon-agent")
    assert (service.inputs["schedulingStrategy"], service.inputs["launchType"]) == ("DAEMON", "EC2")
    assert service.inputs["name"] == "daemon_agent"
    assert not {"desiredCount", "capacityProviderStrategies", "networkConfiguration"} & set(service.inputs)
    assert service.inputs["deploymentMaximumPercent"] == 100
    assert any("compute-machines-t3-small-on-demand" in urn for urn in service.depends_on)


def test_it_takes_no_tasks_address_and_changes_nothing_of_the_machine(made: Recording[ComputePool]) -> None:
    task = made.one(":TaskDefinition", "compute-daemon-agent-task").inputs
    assert task["networkMode"] == "bridge"
    assert task["volumes"] == [{"name": "host_0", "hostPath": "/var/log"}]
    (container,) = json.loads(task["containerDefinitions"])
    assert (container["cpu"], container["memory"], container["command"]) == (256, 128, ["watch"])
    assert container["mountPoints"] == [{"sourceVolume": "host_0", "containerPath": "/var/log", "readOnly": True}]
    assert container["readonlyRootFilesystem"] is True
    assert container["image"] == f"public.ecr.aws/agent@{plans.DIGEST}"


def test_where_the_plan_has_none_there_is_none(minimal_compute: Recording[ComputePool]) -> None:
    assert not [name for name in minimal_compute.names("ecs/service:Service") if "daemon" in name]
