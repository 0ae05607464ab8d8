from __future__ import annotations

import json
from typing import Any

import pytest

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases

SERVICE = "ecs.Service"
GOOD = {"name": "web", "taskDefinition": "web:1", "desiredCount": 1}


@cases(
    a_launch_type_excludes_a_strategy=Case(
        SERVICE,
        GOOD | {"launchType": "EC2"},
        {"capacityProviderStrategies": [{"capacityProvider": "a", "weight": 1}]},
        "InvalidParameterException",
        "launchType",
    ),
    a_deployment_can_move=Case(
        SERVICE, GOOD, {"deploymentMaximumPercent": 100}, "InvalidParameterException", "deploymentMaximumPercent"
    ),
    a_service_has_5000_tasks=Case(SERVICE, GOOD, {"desiredCount": 5001}, "InvalidParameterException", "desiredCount"),
    a_service_has_a_task=Case(SERVICE, GOOD, {"taskDefinition": None}, "InvalidParameterException", "taskDefinition"),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


@pytest.fixture
def shop(estate: Estate) -> Shop:
    return Shop(estate)


class Shop:
    """A cluster with one provider, and what a service needs beside it."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        add = estate.add
        template = add("ec2.LaunchTemplate", imageId="ami-00000000000000000", instanceType="c7g.large")
        group = add(
            "autoscaling.Group",
            minSize=0,
            maxSize=2,
            vpcZoneIdentifiers=[estate.subnets[0].id],
            launchTemplate={"id": template.id},
        )
        self.cluster = add("ecs.Cluster", name="shop")
        provider = {"autoScalingGroupArn": group["arn"]}
        self.provider = add("ecs.CapacityProvider", name="arm", autoScalingGroupProvider=provider)
        add("ecs.ClusterCapacityProviders", clusterName="shop", capacityProviders=["arm"])

    def task(self, family: str, *, mode: str = "awsvpc", memory: str = "512") -> Made:
        web = {"name": "web", "image": "nginx", "memory": 64, "portMappings": [{"containerPort": 80}]}
        inputs = {"cpu": "256", "memory": memory, "networkMode": mode}
        return self.estate.add(
            "ecs.TaskDefinition", family, family=family, containerDefinitions=json.dumps([web]), **inputs
        )

    def service(self, task: Made, **changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = {
            "name": task.name,
            "cluster": self.cluster["arn"],
            "taskDefinition": task["arn"],
            "desiredCount": 1,
            "capacityProviderStrategies": [{"capacityProvider": "arm", "weight": 1}],
            "networkConfiguration": {"subnets": [self.estate.subnets[0].id]},
            **changes,
        }
        return {name: value for name, value in inputs.items() if value is not None}

    def refusal(self, task: Made, **changes: Any) -> str:
        return self.estate.sandbox.refusal(SERVICE, task.name, **self.service(task, **changes))

    def targets(self, kind: str, *, listening: bool = True) -> Made:
        add, estate = self.estate.add, self.estate
        group = add("lb.TargetGroup", kind, targetType=kind, port=80, protocol="HTTP", vpcId=estate.vpc.id)
        if listening:
            balancer = add("lb.LoadBalancer", kind, subnets=[subnet.id for subnet in estate.subnets])
            action = {"type": "forward", "targetGroupArn": group["arn"]}
            add("lb.Listener", kind, loadBalancerArn=balancer["arn"], port=80, protocol="HTTP", defaultActions=[action])
        return group


def test_awsvpc_tasks_have_a_network_and_others_none(shop: Shop) -> None:
    awsvpc, bridge = shop.task("a"), shop.task("b", mode="bridge")
    assert "Network Configuration must be provided" in shop.refusal(awsvpc, networkConfiguration=None)
    assert "Network Configuration is not valid" in shop.refusal(bridge)
    shop.estate.add(SERVICE, "a", **shop.service(awsvpc))
    shop.estate.add(SERVICE, "b", **shop.service(bridge, networkConfiguration=None))


def test_awsvpc_tasks_are_targets_by_address(shop: Shop) -> None:
    task = shop.task("a")
    balancers = {"containerName": "web", "containerPort": 80}
    wrong = {**balancers, "targetGroupArn": shop.targets("instance")["arn"]}
    right = {**balancers, "targetGroupArn": shop.targets("ip")["arn"]}
    assert "has target type instance, which is incompatible with the awsvpc" in shop.refusal(
        task, loadBalancers=[wrong]
    )
    shop.estate.add(SERVICE, "a", **shop.service(task, loadBalancers=[right]))


def test_a_target_group_has_a_listener_first(shop: Shop) -> None:
    target = {"targetGroupArn": shop.targets("ip", listening=False)["arn"], "containerName": "web", "containerPort": 80}
    assert "does not have an associated load balancer" in shop.refusal(shop.task("a"), loadBalancers=[target])


def test_a_target_is_a_port_of_a_container(shop: Shop) -> None:
    task, group = shop.task("a"), shop.targets("ip")["arn"]
    port = {"targetGroupArn": group, "containerName": "web", "containerPort": 81}
    name = {"targetGroupArn": group, "containerName": "app", "containerPort": 80}
    assert "did not have a container port 81 defined" in shop.refusal(task, loadBalancers=[port])
    assert "The container app does not exist in the task definition" in shop.refusal(task, loadBalancers=[name])


def test_a_strategy_names_providers_of_the_cluster(shop: Shop) -> None:
    strategy = [{"capacityProvider": "gpu", "weight": 1}]
    words = shop.refusal(shop.task("a"), capacityProviderStrategies=strategy)
    assert "cannot contain a capacity provider that is not associated with the cluster: gpu" in words


def test_a_task_definition_exists(shop: Shop) -> None:
    words = shop.refusal(shop.task("a"), taskDefinition="a:9")
    assert "Unable to describe task definition: a:9" in words


def test_a_service_stays_once(shop: Shop) -> None:
    task = shop.task("a")
    shop.estate.add(SERVICE, "a", **shop.service(task))
    assert "Creation of service was not idempotent" in shop.refusal(task)


def test_a_task_that_fits_no_machine_is_made_and_reported(shop: Shop) -> None:
    sandbox, subject = shop.estate.sandbox, shop.estate.sandbox.subject(SERVICE, "big")
    inputs = sandbox.checked(SERVICE, "big", shop.service(shop.task("big", memory="65536")))
    known = sandbox.provider.create(subject, inputs, frozenset())
    assert "service big stays pending: its task needs 256 CPU units and 65536 MiB" in known.remarks[0]
    assert "c7g.large, has 2048 CPU units and 4096 MiB" in known.remarks[0]
    small = sandbox.checked(SERVICE, "small", shop.service(shop.task("small")))
    assert sandbox.provider.create(sandbox.subject(SERVICE, "small"), small, frozenset()).remarks == ()


def test_a_balancer_with_too_many_targets_is_reported(shop: Shop) -> None:
    sandbox, task = shop.estate.sandbox, shop.task("many")
    target = {"targetGroupArn": shop.targets("ip")["arn"], "containerName": "web", "containerPort": 80}

    def said(name: str, count: int) -> str:
        inputs = shop.service(task, name=name, desiredCount=count, loadBalancers=[target])
        known = sandbox.provider.create(
            sandbox.subject(SERVICE, name), sandbox.checked(SERVICE, name, inputs), frozenset()
        )
        return " ".join(known.remarks)

    assert "targets" not in said("a", 600)
    assert "would have 1001 targets; the quota targets-per-load-balancer is 1000" in said("b", 401)
