"""ECS services: what fits the task, the cluster and the load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.clusters import FARGATE_PROVIDERS, strategy_refusals
from poolwright.engine.sandbox.rules.groups import machine_types_of
from poolwright.engine.sandbox.rules.paths import texts_at
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, remarks, validates
from poolwright.engine.sandbox.rules.task_sizes import task_cpu_units, task_memory_mib
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import (
    Properties,
    Value,
    fields,
    flag,
    items,
    objects,
    parsed_json,
    text,
    texts,
    whole,
)

_CLIENT: Final = "ClientException"
_INVALID: Final = "InvalidParameterException"


@validates("ecs.Service")
def service_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Numbers in range, a launch type or a strategy, a task definition, a deployment that can move."""
    count = whole(inputs.get("desiredCount"))
    most = quota("tasks-per-service")
    if count is not None and (count < 0 or (most is not None and count > most)):
        yield Refusal(_INVALID, f"desiredCount {count} is outside of 0 to {most}", "desiredCount")
    if inputs.get("launchType") is not None and inputs.get("capacityProviderStrategies"):
        words = (
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
        yield Refusal(_INVALID, words, "launchType")
    low, high = whole(inputs.get("deploymentMinimumHealthyPercent")), whole(inputs.get("deploymentMaximumPercent"))
    if low is not None and high is not None and inputs.get("schedulingStrategy") == "REPLICA":
        if high <= 100 and low >= 100:
            words = "The specified deployment configuration can't start or stop any task: "
            yield Refusal(_INVALID, f"{words}minimum healthy {low}%, maximum {high}%", "deploymentMaximumPercent")
        if high < low:
            words = f"maximumPercent {high} must be at least minimumHealthyPercent {low}"
            yield Refusal(_INVALID, words, "deploymentMaximumPercent")
    controller = fields(inputs.get("deploymentController")).get("type")
    if inputs.get("taskDefinition") is None and controller in (None, "ECS"):
        yield Refusal(_INVALID, "TaskDefinition must be specified", "taskDefinition")
    if inputs.get("availabilityZoneRebalancing") == "ENABLED" and high is not None and high <= 100:
        words = "Availability Zone rebalancing needs a maximum percent above 100"
        yield Refusal(_INVALID, words, "availabilityZoneRebalancing")
    if len(items(inputs.get("orderedPlacementStrategies"))) > 5:
        words = "A maximum of five placement strategies is allowed"
        yield Refusal(_INVALID, words, "orderedPlacementStrategies")


@refuses("ecs.Service")
def service_fits_task_and_cluster(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The task exists and has the network that the service gives; target groups and providers fit."""
    inputs = change.inputs
    task = task_of(inputs.get("taskDefinition"), cloud)
    if task is None and text(inputs.get("taskDefinition")) is not None:
        words = f"Unable to describe task definition: {inputs.get('taskDefinition')}"
        yield Refusal(_CLIENT, words, "taskDefinition")
    mode = "bridge" if task is None else str(task.outputs.get("networkMode"))
    network = fields(inputs.get("networkConfiguration"))
    if mode == "awsvpc" and not network:
        words = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        yield Refusal(_INVALID, words, "networkConfiguration")
    if task is not None and mode != "awsvpc" and network:
        words = "Network Configuration is not valid for the given networkMode of this task definition."
        yield Refusal(_INVALID, words, "networkConfiguration")
    if flag(network.get("assignPublicIp")) and inputs.get("launchType") != "FARGATE" and not _all_fargate(inputs):
        words = "Assign public IP is not supported for this launch type."
        yield Refusal(_INVALID, words, "networkConfiguration.assignPublicIp")
    for index, target in enumerate(objects(inputs.get("loadBalancers"))):
        yield from _target(target, task, mode, cloud, f"loadBalancers[{index}]")
    attached = _providers_of(inputs.get("cluster"), cloud)
    yield from strategy_refusals(
        inputs, "capacityProviderStrategies", attached | FARGATE_PROVIDERS if attached is not None else None
    )
    if change.action is Action.CREATE:
        for other in cloud.where("ecs.Service", "name", inputs.get("name")):
            if other.outputs.get("cluster") == inputs.get("cluster"):
                yield Refusal(_INVALID, "Creation of service was not idempotent.", "name")


def task_of(value: Value, cloud: Cloud) -> Resource | None:
    """The task definition that `family`, `family:revision` or an ARN names; the newest one of a family."""
    given = text(value)
    if given is None:
        return None
    name = given.rpartition("/")[2]
    family, colon, revision = name.partition(":")
    found = [
        task
        for task in cloud.where("ecs.TaskDefinition", "family", family)
        if not colon or str(task.outputs.get("revision")) == revision
    ]
    return max(found, key=lambda task: whole(task.outputs.get("revision")) or 0, default=None)


def _target(target: Properties, task: Resource | None, mode: str, cloud: Cloud, path: str) -> Iterator[Refusal]:
    group = cloud.by_arn("lb.TargetGroup", target.get("targetGroupArn"))
    kind = None if group is None else group.outputs.get("targetType")
    if mode == "awsvpc" and kind == "instance":
        words = f"The provided target group {target.get('targetGroupArn')} has target type instance, which is "
        words += "incompatible with the awsvpc network mode specified in the task definition."
        yield Refusal(_INVALID, words, f"{path}.targetGroupArn")
    if group is not None and group.id not in _balancers_of_groups(cloud):
        words = f"The target group with targetGroupArn {group.id} does not have an associated load balancer."
        yield Refusal(_INVALID, words, f"{path}.targetGroupArn")
    if task is None:
        return
    containers = objects(parsed_json(task.outputs.get("containerDefinitions")))
    named = next((found for found in containers if found.get("name") == target.get("containerName")), None)
    if named is None:
        words = f"The container {target.get('containerName')} does not exist in the task definition."
        yield Refusal(_INVALID, words, f"{path}.containerName")
    elif not any(
        found.get("containerPort") == target.get("containerPort") for found in objects(named.get("portMappings"))
    ):
        words = (
            f"The container {target.get('containerName')} did not have a container port {target.get('containerPort')} "
        )
        yield Refusal(_INVALID, f"{words}defined.", f"{path}.containerPort")


def _providers_of(cluster: Value, cloud: Cloud) -> set[str] | None:
    name = (text(cluster) or "default").rpartition("/")[2]
    found = cloud.where("ecs.ClusterCapacityProviders", "clusterName", name)
    return {provider for setting in found for provider in texts(setting.outputs.get("capacityProviders"))}


def _all_fargate(inputs: Properties) -> bool:
    names = [strategy.get("capacityProvider") for strategy in objects(inputs.get("capacityProviderStrategies"))]
    return bool(names) and all(name in FARGATE_PROVIDERS for name in names)


@remarks("ecs.Service")
def task_fits_a_machine(change: Change, cloud: Cloud) -> Iterator[str]:
    """ECS takes a service whose task fits no machine of its providers; the task stays pending for ever."""
    task = task_of(change.inputs.get("taskDefinition"), cloud)
    if task is None:
        return
    cpu, memory = _needs(task)
    found = [one for name in _machine_names(change.inputs, cloud) if (one := machines.machine(name)) is not None]
    if found and not any(one.vcpus * 1024 >= cpu and one.memory_mib >= memory for one in found):
        largest = max(found, key=lambda one: (one.memory_mib, one.vcpus))
        wants = f"service {change.inputs.get('name')} stays pending: its task needs {cpu} CPU units and {memory} MiB"
        has = f"{largest.vcpus * 1024} CPU units and {largest.memory_mib} MiB"
        yield f"{wants}; the largest machine of its capacity providers, {largest.name}, has {has}"


@remarks("ecs.Service")
def targets_fit_their_balancer(change: Change, cloud: Cloud) -> Iterator[str]:
    """A load balancer takes no more targets than its quota says; ECS stops and starts the tasks beyond it for ever."""
    most = quota("targets-per-load-balancer")
    groups = _balancers_of_groups(cloud)
    others = [service.outputs for service in cloud.all("ecs.Service") if service.id != change.id]
    others = [other for other in others if other.get("name") != change.inputs.get("name")]
    for balancer in sorted(_balancers(change.inputs, groups)):
        total = sum(whole(one.get("desiredCount")) or 0 for one in others if balancer in _balancers(one, groups))
        total += whole(change.inputs.get("desiredCount")) or 0
        if most is not None and total > most:
            yield f"load balancer {balancer} would have {total} targets; the quota targets-per-load-balancer is {most}"


def _balancers(service: Properties, groups: dict[str, set[str]]) -> set[str]:
    arns = (text(target.get("targetGroupArn")) for target in objects(service.get("loadBalancers")))
    return set[str]().union(*(groups.get(arn or "", set()) for arn in arns))


def _balancers_of_groups(cloud: Cloud) -> dict[str, set[str]]:
    """Target group → the load balancers that lead to it."""
    found: dict[str, set[str]] = {}
    listeners = {listener.id: listener for listener in cloud.all("lb.Listener")}
    for rule in (*listeners.values(), *cloud.all("lb.ListenerRule")):
        listener = listeners.get(str(rule.outputs.get("listenerArn")), rule)
        balancer = str(listener.outputs.get("loadBalancerArn"))
        for name in ("defaultActions", "actions"):
            arns = texts_at(rule.outputs, f"{name}.targetGroupArn")
            for arn in arns + texts_at(rule.outputs, f"{name}.forward.targetGroups.arn"):
                found.setdefault(arn, set()).add(balancer)
    return found


def _needs(task: Resource) -> tuple[int, int]:
    containers = objects(parsed_json(task.outputs.get("containerDefinitions")))
    cpu = task_cpu_units(task.outputs.get("cpu"))
    memory = task_memory_mib(task.outputs.get("memory"))
    reserved = [whole(one.get("memoryReservation")) or whole(one.get("memory")) or 0 for one in containers]
    total = sum(whole(one.get("cpu")) or 0 for one in containers)
    return (total if cpu is None else cpu), (sum(reserved) if memory is None else memory)


def _machine_names(inputs: Properties, cloud: Cloud) -> list[str]:
    """The machine types behind a service's strategy; none when Fargate or unknown machines are among its choices."""
    names = [text(strategy.get("capacityProvider")) for strategy in objects(inputs.get("capacityProviderStrategies"))]
    found: list[str] = []
    for provider in cloud.all("ecs.CapacityProvider"):
        if provider.outputs.get("name") in names:
            arn = fields(provider.outputs.get("autoScalingGroupProvider")).get("autoScalingGroupArn")
            group = cloud.by_arn("autoscaling.Group", arn)
            found += [] if group is None else machine_types_of(group.outputs, cloud)
    return found
