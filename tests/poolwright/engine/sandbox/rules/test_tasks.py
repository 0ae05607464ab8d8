from __future__ import annotations

import json
from typing import Any

import pytest

from poolwright.engine.sandbox.rules.task_sizes import fargate_fault, task_cpu_units, task_memory_mib
from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

TASK = "ecs.TaskDefinition"
CODE, PATH = "ClientException", "containerDefinitions"


def containers(*changes: dict[str, Any]) -> str:
    web = {"name": "web", "image": "nginx", "memory": 512}
    made = [{name: value for name, value in {**web, **change}.items() if value is not None} for change in changes]
    return json.dumps(made)


GOOD = {"family": "web", "cpu": "1024", "memory": "1024", "networkMode": "awsvpc", PATH: containers({})}
FARGATE = GOOD | {"cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}


def test_sizes_are_units_or_words() -> None:
    assert task_cpu_units("512") == task_cpu_units(".5 vCPU") == 512
    assert task_memory_mib("1024") == task_memory_mib("1 GB") == 1024
    assert task_cpu_units("64") is None
    assert task_memory_mib("much") is None


@pytest.mark.parametrize(("cpu", "memory"), [(256, 512), (512, 4096), (1024, 2048), (4096, 30720), (16384, 122880)])
def test_fargate_has_these_sizes(cpu: int, memory: int) -> None:
    assert fargate_fault(cpu, memory) is None


@pytest.mark.parametrize(("cpu", "memory"), [(256, 4096), (512, 512), (1024, 2500), (3072, 8192), (8192, 17408)])
def test_fargate_does_not_have_those(cpu: int, memory: int) -> None:
    assert fargate_fault(cpu, memory)


@cases(
    fargate_has_the_combination=Case(TASK, FARGATE, {"memory": "4096"}, CODE, "memory"),
    fargate_has_its_own_network=Case(TASK, FARGATE, {"networkMode": "bridge"}, CODE, "networkMode"),
    fargate_is_told_a_size=Case(TASK, FARGATE, {"memory": None, PATH: containers({})}, CODE, "memory"),
    a_network_mode_exists=Case(TASK, GOOD, {"networkMode": "vpc"}, CODE, "networkMode"),
    a_cpu_figure_can_be_read=Case(TASK, GOOD, {"cpu": "some"}, CODE, "cpu"),
    there_is_a_container=Case(TASK, GOOD, {PATH: "[]"}, CODE, PATH),
    containers_are_a_list=Case(TASK, GOOD, {PATH: "{}"}, CODE, PATH),
    a_container_has_an_image=Case(TASK, GOOD, {PATH: containers({"image": None})}, CODE, PATH),
    a_container_has_a_name=Case(TASK, GOOD, {PATH: containers({"name": "w eb"})}, CODE, PATH),
    containers_have_different_names=Case(TASK, GOOD, {PATH: containers({}, {})}, CODE, PATH),
    a_container_fits_its_task=Case(TASK, GOOD, {PATH: containers({"memory": 1025})}, CODE, PATH),
    all_containers_together_fit=Case(
        TASK, GOOD, {PATH: containers({"memory": 600}, {"name": "b", "memory": 600})}, CODE, PATH
    ),
    their_cpu_fits=Case(TASK, GOOD, {PATH: containers({"cpu": 1025})}, CODE, PATH),
    memory_is_given_somewhere=Case(TASK, GOOD, {"memory": None, PATH: containers({"memory": None})}, CODE, PATH),
    a_soft_limit_is_below_the_hard_one=Case(TASK, GOOD, {PATH: containers({"memoryReservation": 513})}, CODE, PATH),
    one_container_is_essential=Case(TASK, GOOD, {PATH: containers({"essential": False})}, CODE, PATH),
    awsvpc_maps_no_ports=Case(
        TASK, GOOD, {PATH: containers({"portMappings": [{"containerPort": 80, "hostPort": 8080}]})}, CODE, PATH
    ),
    a_mounted_volume_is_declared=Case(
        TASK,
        GOOD | {"volumes": [{"name": "data"}], PATH: containers({"mountPoints": [{"sourceVolume": "data"}]})},
        {"volumes": [{"name": "other"}]},
        CODE,
        PATH,
    ),
    a_dependency_is_a_container=Case(
        TASK, GOOD, {PATH: containers({"dependsOn": [{"containerName": "db", "condition": "START"}]})}, CODE, PATH
    ),
)
def test_tasks(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)
