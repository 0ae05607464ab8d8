"""ECS clusters and capacity providers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, flag, objects, text, texts, whole

_CLIENT: Final = "ClientException"
_INVALID: Final = "InvalidParameterException"
_NAME: Final = re.compile(r"^[a-zA-Z0-9_-]{1,255}$")
FARGATE_PROVIDERS: Final = frozenset({"FARGATE", "FARGATE_SPOT"})


@validates("ecs.Cluster", "ecs.CapacityProvider", "ecs.Service", "ecs.TaskDefinition")
def name_fits(inputs: Properties) -> Iterator[Refusal]:
    """Names are letters, digits, hyphens and underscores."""
    for path in ("name", "family"):
        name = text(inputs.get(path))
        if name is not None and not _NAME.match(name):
            words = f"Invalid {path}: {name[:60]}. Up to 255 letters, numbers, underscores, and hyphens are allowed."
            yield Refusal(_INVALID, words, path)


@validates("ecs.CapacityProvider")
def provider_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """Its name is none of AWS's; it scales to between 1 and 100 percent."""
    name = text(inputs.get("name")) or ""
    if name.lower().startswith(("aws", "ecs", "fargate")):
        words = "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters "
        words += '(upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with "aws", '
        yield Refusal(_CLIENT, f'{words}"ecs", or "fargate". Specify a valid name and try again.', "name")
    group = fields(inputs.get("autoScalingGroupProvider"))
    scaling = fields(group.get("managedScaling"))
    path = "autoScalingGroupProvider.managedScaling"
    for field, low, high in (
        ("targetCapacity", 1, 100),
        ("minimumScalingStepSize", 1, 10000),
        ("maximumScalingStepSize", 1, 10000),
        ("instanceWarmupPeriod", 0, 10000),
    ):
        value = whole(scaling.get(field))
        if value is not None and not low <= value <= high:
            words = f"{field} must be between {low} and {high}, found {value}"
            yield Refusal(_INVALID, words, f"{path}.{field}")
    if group.get("managedTerminationProtection") == "ENABLED" and scaling.get("status") != "ENABLED":
        words = "The managed termination protection setting for the capacity provider is invalid. To enable managed "
        words += "termination protection for a capacity provider, enable managed scaling"
        yield Refusal(_CLIENT, words, "autoScalingGroupProvider.managedTerminationProtection")


@refuses("ecs.CapacityProvider")
def protected_group_protects_new_machines(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Termination protection needs a group that protects its machines from scale-in; a group has one provider."""
    given = fields(change.inputs.get("autoScalingGroupProvider"))
    group = cloud.by_arn("autoscaling.Group", given.get("autoScalingGroupArn"))
    if group is None:
        return
    if given.get("managedTerminationProtection") == "ENABLED" and not flag(group.outputs.get("protectFromScaleIn")):
        words = "The managed termination protection setting for the capacity provider is invalid. To enable managed "
        words += "termination protection for a capacity provider, the Auto Scaling group must have instance protection "
        yield Refusal(_CLIENT, f"{words}from scale in enabled.", "autoScalingGroupProvider")
    for other in cloud.all("ecs.CapacityProvider"):
        same = fields(other.outputs.get("autoScalingGroupProvider")).get("autoScalingGroupArn") == group.outputs["arn"]
        if same and other.id != change.id:
            words = (
                f"The specified Auto Scaling group ARN is already being used by another capacity provider {other.id}."
            )
            yield Refusal(_CLIENT, f"{words} Specify a unique Auto Scaling group ARN and try again.")


@refuses("ecs.ClusterCapacityProviders")
def cluster_takes_providers_that_exist(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Providers exist; the default strategy names only these; a cluster has 20 at most."""
    given = texts(change.inputs.get("capacityProviders"))
    known = {str(found.outputs.get("name")) for found in cloud.all("ecs.CapacityProvider")} | FARGATE_PROVIDERS
    for name in given:
        if name not in known:
            words = (
                f"The specified capacity provider '{name}' was not found. Specify a valid name or ARN and try again."
            )
            yield Refusal(_INVALID, words, "capacityProviders")
    most = quota("capacity-providers-per-cluster")
    if most is not None and len(given) > most:
        words = f"The number of capacity providers exceeds the limit of {most}: {len(given)}"
        yield Refusal(_INVALID, words, "capacityProviders")
    yield from strategy_refusals(change.inputs, "defaultCapacityProviderStrategies", set(given))


def strategy_refusals(inputs: Properties, path: str, attached: set[str] | None) -> Iterator[Refusal]:
    """What ECS says against a capacity provider strategy; `attached` are the cluster's providers, when known."""
    strategies = objects(inputs.get(path))
    names = [text(strategy.get("capacityProvider")) or "" for strategy in strategies]
    for name in names:
        if attached is not None and name not in attached:
            words = (
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
            )
            yield Refusal(_INVALID, f"{words}with the cluster: {name}", path)
    if any(name in FARGATE_PROVIDERS for name in names) and not all(name in FARGATE_PROVIDERS for name in names):
        words = "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and "
        yield Refusal(_INVALID, f"{words}Fargate providers.", path)
    if sum(1 for strategy in strategies if whole(strategy.get("base"))) > 1:
        words = "The specified capacity provider strategy is invalid. Only one capacity provider can have a base."
        yield Refusal(_INVALID, words, path)
    if strategies and all(whole(strategy.get("weight")) in (None, 0) for strategy in strategies):
        words = "The capacity provider strategy has no weight greater than 0, so no task could be placed"
        yield Refusal(_INVALID, words, path)
