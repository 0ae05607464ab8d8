"""ECS task definitions: sizes, and containers that fit them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import Refusal, validates
from poolwright.engine.sandbox.rules.task_sizes import fargate_fault, task_cpu_units, task_memory_mib
from poolwright.engine.sandbox.values import Properties, objects, parsed_json, text, texts, whole

_CLIENT: Final = "ClientException"
_CONTAINER: Final = re.compile(r"^[a-zA-Z0-9_-]{1,255}$")
_NETWORK_MODES: Final = frozenset({"bridge", "host", "awsvpc", "none", "default"})
SMALLEST_CONTAINER_MIB: Final = 6


@validates("ecs.TaskDefinition")
def task_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Containers that are complete and fit the task's size; sizes that Fargate has, where it is to run there."""
    mode = text(inputs.get("networkMode"))
    if mode is not None and mode not in _NETWORK_MODES:
        yield Refusal(
            _CLIENT, f"Invalid networkMode {mode}; {', '.join(sorted(_NETWORK_MODES))} are allowed", "networkMode"
        )
    cpu, memory = task_cpu_units(inputs.get("cpu")), task_memory_mib(inputs.get("memory"))
    for name, given, value in (("cpu", inputs.get("cpu"), cpu), ("memory", inputs.get("memory"), memory)):
        if text(given) is not None and value is None:
            yield Refusal(_CLIENT, f"Invalid '{name}' setting for task: {given}", name)
    fargate = "FARGATE" in texts(inputs.get("requiresCompatibilities"))
    if fargate:
        if mode is not None and mode != "awsvpc":
            words = "Fargate only supports network mode 'awsvpc'."
            yield Refusal(_CLIENT, words, "networkMode")
        fault = fargate_fault(cpu, memory)
        if fault is not None and "cpu" in inputs and "memory" in inputs:
            yield Refusal(_CLIENT, f"No Fargate configuration exists for given values: {fault}", "memory")
        for name in ("cpu", "memory"):
            if name not in inputs:
                yield Refusal(_CLIENT, f"Fargate requires that '{name}' be defined at the task level.", name)
    containers = parsed_json(inputs.get("containerDefinitions"))
    if text(inputs.get("containerDefinitions")) is None:
        return
    if not isinstance(containers, list) or not containers:
        words = "ECS Task Definition container_definitions is invalid: a JSON list of containers is expected"
        yield Refusal(_CLIENT, words, "containerDefinitions")
        return
    yield from _containers(objects(containers), mode, cpu, memory, _volume_names(inputs))


def _containers(
    containers: list[Properties], mode: str | None, cpu: int | None, memory: int | None, volumes: set[str]
) -> Iterator[Refusal]:
    path = "containerDefinitions"
    names = [text(container.get("name")) or "" for container in containers]
    total_cpu, total_reserved = 0, 0
    for container, name in zip(containers, names, strict=True):
        if not _CONTAINER.match(name):
            yield Refusal(_CLIENT, f"Invalid container name: '{name}'", path)
        if names.count(name) > 1:
            yield Refusal(_CLIENT, f"Container names must be unique: {name}", path)
        if text(container.get("image")) is None:
            yield Refusal(_CLIENT, f"Container.image should not be null or empty: {name}", path)
        hard, soft = whole(container.get("memory")), whole(container.get("memoryReservation"))
        if memory is None and hard is None and soft is None:
            words = (
                "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified."
            )
            yield Refusal(_CLIENT, words.replace("{}", name), path)
        for value in (hard, soft):
            if value is not None and value < SMALLEST_CONTAINER_MIB:
                words = f"Invalid 'memory' setting for container '{name}': at least {SMALLEST_CONTAINER_MIB} MiB"
                yield Refusal(_CLIENT, words, path)
        if hard is not None and soft is not None and soft > hard:
            words = f"Invalid setting for container '{name}'. 'memory' must be greater than 'memoryReservation'."
            yield Refusal(_CLIENT, words, path)
        if memory is not None and hard is not None and hard > memory:
            words = f"Invalid 'memory' setting for container '{name}': {hard} MiB is more than the task's {memory} MiB"
            yield Refusal(_CLIENT, words, path)
        total_cpu += whole(container.get("cpu")) or 0
        total_reserved += (soft if soft is not None else hard) or 0
        yield from _ports(container, name, mode)
        for link in objects(container.get("dependsOn")):
            if text(link.get("containerName")) not in names:
                words = (
                    f"Container '{name}' depends on '{link.get('containerName')}', which is no container of the task"
                )
                yield Refusal(_CLIENT, words, path)
        for mount in objects(container.get("mountPoints")):
            if text(mount.get("sourceVolume")) is not None and mount.get("sourceVolume") not in volumes:
                yield Refusal(_CLIENT, f"Unknown volume '{mount.get('sourceVolume')}'.", path)
    if not any(container.get("essential", True) is True for container in containers):
        yield Refusal(_CLIENT, "Invalid essential setting: at least one container must be essential", path)
    if cpu is not None and total_cpu > cpu:
        words = f"The total of container cpu is greater than the task's: {total_cpu} > {cpu}"
        yield Refusal(_CLIENT, f"Invalid 'cpu' setting for task. {words}", path)
    if memory is not None and total_reserved > memory:
        words = f"The total of container memory is greater than the task's: {total_reserved} MiB > {memory} MiB"
        yield Refusal(_CLIENT, f"Invalid 'memory' setting for task. {words}", path)


def _ports(container: Properties, name: str, mode: str | None) -> Iterator[Refusal]:
    for mapping in objects(container.get("portMappings")):
        inside, outside = whole(mapping.get("containerPort")), whole(mapping.get("hostPort"))
        if inside is not None and not 0 <= inside <= 65535:
            yield Refusal(_CLIENT, f"Invalid containerPort {inside} for container '{name}'", "containerDefinitions")
        if mode in ("awsvpc", "host") and outside not in (None, 0, inside):
            words = f"When networkMode={mode}, the host ports and container ports in port mappings must match: "
            yield Refusal(_CLIENT, f"{words}{outside} and {inside} for container '{name}'", "containerDefinitions")


def _volume_names(inputs: Properties) -> set[str]:
    return {str(volume.get("name")) for volume in objects(inputs.get("volumes"))}
