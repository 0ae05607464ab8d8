"""AWS Batch: compute environments, queues and job definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.launching import type_exists
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, parsed_json, text, texts, whole

_CLIENT: Final = "ClientException"
_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
_STRATEGIES: Final = {
    "EC2": frozenset({"BEST_FIT", "BEST_FIT_PROGRESSIVE"}),
    "SPOT": frozenset({"BEST_FIT", "BEST_FIT_PROGRESSIVE", "SPOT_CAPACITY_OPTIMIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED"}),
}
_KINDS: Final = ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT")
_ANY_TYPES: Final = frozenset({"optimal", "default_x86_64", "default_arm64"})
MOST_ENVIRONMENTS_OF_A_QUEUE: Final = 3


@validates("batch.ComputeEnvironment", "batch.JobQueue", "batch.JobDefinition", "batch.SchedulingPolicy")
def name_fits(inputs: Properties) -> Iterator[Refusal]:
    """Names are at most 128 letters, digits, hyphens and underscores."""
    name = text(inputs.get("name"))
    if name is not None and not _NAME.match(name):
        words = f"Error executing request, Exception : {name} is not a valid name: up to 128 letters, numbers, hyphens "
        yield Refusal(_CLIENT, f"{words}and underscores are allowed", "name")


@validates("batch.ComputeEnvironment")
def environment_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A managed environment has resources: vCPUs in order, machine types that exist and fit, a strategy of the kind."""
    kind, resources = text(inputs.get("type")), fields(inputs.get("computeResources"))
    if kind is not None and kind not in ("MANAGED", "UNMANAGED"):
        yield Refusal(_CLIENT, f"Compute environment type {kind}: MANAGED or UNMANAGED is allowed", "type")
    if kind == "MANAGED" and inputs.get("computeResources") is None:
        words = "Error executing request, Exception : ComputeResources must be specified for a MANAGED environment"
        yield Refusal(_CLIENT, words, "computeResources")
    if not resources:
        return
    path, of = "computeResources", text(resources.get("type"))
    if of is not None and of not in _KINDS:
        yield Refusal(_CLIENT, f"Compute resource type {of}: {', '.join(_KINDS)} are allowed", f"{path}.type")
    low, high, wanted = (whole(resources.get(name)) for name in ("minVcpus", "maxVcpus", "desiredVcpus"))
    if low is not None and high is not None and low > high:
        yield Refusal(_CLIENT, f"minvCpus {low} must be less than or equal to maxvCpus {high}", f"{path}.minVcpus")
    if wanted is not None and ((low is not None and wanted < low) or (high is not None and wanted > high)):
        words = f"desiredvCpus {wanted} must be between minvCpus {low} and maxvCpus {high}"
        yield Refusal(_CLIENT, words, f"{path}.desiredVcpus")
    fargate = of in ("FARGATE", "FARGATE_SPOT")
    for name in ("instanceRole", "instanceTypes", "minVcpus", "allocationStrategy", "ec2KeyPair", "spotIamFleetRole"):
        if fargate and resources.get(name) is not None:
            yield Refusal(_CLIENT, f"{name} must not be specified for {of}", f"{path}.{name}")
    if of in _STRATEGIES:
        if resources.get("instanceRole") is None:
            yield Refusal(_CLIENT, f"instanceRole must be specified for {of}", f"{path}.instanceRole")
        strategy = text(resources.get("allocationStrategy"))
        if strategy is not None and strategy not in _STRATEGIES[of]:
            words = f"Allocation strategy {strategy} is not supported for {of}"
            yield Refusal(_CLIENT, words, f"{path}.allocationStrategy")
        bid = whole(resources.get("bidPercentage"))
        if bid is not None and (of != "SPOT" or not 1 <= bid <= 100):
            words = f"bidPercentage {bid}: 1 to 100 is allowed, for SPOT alone"
            yield Refusal(_CLIENT, words, f"{path}.bidPercentage")
        yield from _machine_types(texts(resources.get("instanceTypes")), f"{path}.instanceTypes")


@validates("batch.JobQueue")
def queue_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """One to three environments in an order of their own, a priority of 0 to 1,000."""
    orders = objects(inputs.get("computeEnvironmentOrders"))
    if inputs.get("computeEnvironmentOrders") is not None and not 1 <= len(orders) <= MOST_ENVIRONMENTS_OF_A_QUEUE:
        words = f"A job queue has 1 to {MOST_ENVIRONMENTS_OF_A_QUEUE} compute environments, found {len(orders)}"
        yield Refusal(_CLIENT, words, "computeEnvironmentOrders")
    numbers = [whole(order.get("order")) for order in orders]
    if len(set(numbers)) != len(numbers):
        yield Refusal(_CLIENT, "The orders of a queue's compute environments must differ", "computeEnvironmentOrders")
    priority = whole(inputs.get("priority"))
    if priority is not None and not 0 <= priority <= 1000:
        yield Refusal(_CLIENT, f"priority {priority} must be between 0 and 1000", "priority")
    state = text(inputs.get("state"))
    if state is not None and state not in ("ENABLED", "DISABLED"):
        yield Refusal(_CLIENT, f"state {state}: ENABLED or DISABLED is allowed", "state")


@refuses("batch.JobQueue")
def queue_takes_environments_of_one_kind(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A queue mixes no Fargate environments with others."""
    found: set[bool] = set()
    for order in objects(change.inputs.get("computeEnvironmentOrders")):
        named = order.get("computeEnvironment")
        environment = cloud.get("batch.ComputeEnvironment", named) or cloud.by_arn("batch.ComputeEnvironment", named)
        if environment is not None:
            kind = fields(environment.outputs.get("computeResources")).get("type")
            found.add(str(kind).startswith("FARGATE"))
    if len(found) > 1:
        words = "Job queue compute environments must all be of Fargate or of EC2 types"
        yield Refusal(_CLIENT, words, "computeEnvironmentOrders")


@refuses("batch.JobQueue", on=(Action.UPDATE,))
def scheduling_policy_stays(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A queue with a scheduling policy can change it, and can't lose it."""
    had = None if change.existing is None else change.existing.outputs.get("schedulingPolicyArn")
    if had is not None and change.inputs.get("schedulingPolicyArn") is None:
        words = "Cannot remove the fair share scheduling policy of a job queue"
        yield Refusal(_CLIENT, words, "schedulingPolicyArn")


@refuses("batch.JobQueue", on=(Action.CREATE,))
def queue_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one queue of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where("batch.JobQueue", "name", name):
        yield Refusal(_CLIENT, f"Object already exists: {name}", "name")


@validates("batch.JobDefinition")
def job_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """Properties of the job's kind; a container with an image, vCPUs and memory that can be read."""
    kind = text(inputs.get("type"))
    if kind is not None and kind not in ("container", "multinode"):
        yield Refusal(_CLIENT, f"Job definition type {kind}: container or multinode is allowed", "type")
    retries = whole(fields(inputs.get("retryStrategy")).get("attempts"))
    if retries is not None and not 1 <= retries <= 10:
        yield Refusal(_CLIENT, f"attempts {retries} must be between 1 and 10", "retryStrategy.attempts")
    seconds = whole(fields(inputs.get("timeout")).get("attemptDurationSeconds"))
    if seconds is not None and seconds < 60:
        words = f"attemptDurationSeconds {seconds} must be at least 60"
        yield Refusal(_CLIENT, words, "timeout.attemptDurationSeconds")
    if text(inputs.get("containerProperties")) is not None:
        container = parsed_json(inputs.get("containerProperties"))
        if not isinstance(container, dict):
            yield Refusal(_CLIENT, "containerProperties is no JSON object", "containerProperties")
        else:
            yield from _container(container, "containerProperties")
    nodes = parsed_json(inputs.get("nodeProperties"))
    if isinstance(nodes, dict):
        yield from _nodes(nodes)


def _container(container: Properties, path: str) -> Iterator[Refusal]:
    if text(container.get("image")) is None:
        yield Refusal(_CLIENT, "Container properties should have a non-empty image", path)
    needs = {str(need.get("type")): need.get("value") for need in objects(container.get("resourceRequirements"))}
    for name, older in (("VCPU", "vcpus"), ("MEMORY", "memory")):
        given = needs.get(name, container.get(older))
        if given is None:
            words = f"Container properties should have a resource requirement of type {name}"
            yield Refusal(_CLIENT, words, path)
        elif name in needs:
            amount = _amount(given)
            if amount is None or amount <= 0 or (name == "MEMORY" and (amount < 4 or amount != int(amount))):
                yield Refusal(_CLIENT, f"resourceRequirements {name} {given} is no positive amount", path)
    for name in sorted(needs.keys() - {"VCPU", "MEMORY", "GPU"}):
        yield Refusal(_CLIENT, f"resourceRequirements type {name}: VCPU, MEMORY or GPU is allowed", path)


def _nodes(nodes: Properties) -> Iterator[Refusal]:
    count, main = whole(nodes.get("numNodes")), whole(nodes.get("mainNode"))
    if count is not None and not 1 <= count <= 1000:
        yield Refusal(_CLIENT, f"numNodes {count} must be between 1 and 1000", "nodeProperties")
    if main is not None and count is not None and not 0 <= main < count:
        yield Refusal(_CLIENT, f"mainNode {main} must be between 0 and {count - 1}", "nodeProperties")
    ranges = objects(nodes.get("nodeRangeProperties"))
    if not ranges:
        yield Refusal(_CLIENT, "nodeRangeProperties must be given", "nodeProperties")
    for part in ranges:
        if isinstance(part.get("container"), dict):
            yield from _container(fields(part.get("container")), "nodeProperties")


def _machine_types(names: list[str], path: str) -> Iterator[Refusal]:
    architectures: set[str] = set()
    for name in names:
        if name in _ANY_TYPES:
            continue
        family = "." not in name
        if (family and not machines.family_exists(name)) or (not family and not type_exists(name)):
            yield Refusal(
                _CLIENT, f"Error executing request, Exception : Instance type can only be one of [...]: {name}", path
            )
            continue
        found = machines.machine(name) if not family else machines.machine(f"{name}.large")
        if found is not None:
            architectures.add(found.architecture)
    if len(architectures) > 1:
        words = "Instance types of different architectures can't be in one compute environment"
        yield Refusal(_CLIENT, f"{words}: {', '.join(sorted(architectures))}", path)


def _amount(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
