"""Auto Scaling groups: numbers in order, machines that fit the template's image and are for sale in the zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox import machines
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.quota_codes import quota_words
from poolwright.engine.sandbox.quotas import quota
from poolwright.engine.sandbox.rules.launching import type_exists, unknown_type, wrong_architecture
from poolwright.engine.sandbox.rules.references import owner_vpc
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses, validates
from poolwright.engine.sandbox.store import Resource
from poolwright.engine.sandbox.values import Properties, fields, items, objects, text, texts, whole

MOST_OVERRIDES: Final = 40
MOST_WEIGHT: Final = 999
_SPOT: Final = frozenset(
    {"lowest-price", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"}
)
_ON_DEMAND: Final = frozenset({"prioritized", "lowest-price"})
_VALID: Final = "ValidationError"


@validates("autoscaling.Group")
def numbers_are_in_order(inputs: Properties) -> Iterator[Refusal]:
    """Smallest ≤ desired ≤ largest, none of them negative."""
    low, high, wanted = (whole(inputs.get(name)) for name in ("minSize", "maxSize", "desiredCapacity"))
    if low is not None and low < 0:
        yield Refusal(_VALID, "Min size must be at least 0", "minSize")
    if low is not None and high is not None and low > high:
        yield Refusal(_VALID, f"Max bound, {high}, must be greater than or equal to min bound, {low}", "maxSize")
    if wanted is not None and low is not None and wanted < low:
        yield Refusal(
            _VALID,
            f"Desired capacity:{wanted} must be between the specified min size:{low} and max size:{high}",
            "desiredCapacity",
        )
    if wanted is not None and high is not None and wanted > high:
        yield Refusal(
            _VALID,
            f"Desired capacity:{wanted} must be between the specified min size:{low} and max size:{high}",
            "desiredCapacity",
        )


@validates("autoscaling.Group")
def group_has_one_source_of_machines(inputs: Properties) -> Iterator[Refusal]:
    """One launch template, mixed-instances policy or launch configuration; subnets or zones."""
    given = [name for name in ("launchTemplate", "mixedInstancesPolicy", "launchConfiguration") if inputs.get(name)]
    if len(given) != 1:
        words = "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
        yield Refusal(_VALID, f"{words}MixedInstancesPolicy parameter.")
    if not inputs.get("vpcZoneIdentifiers") and not inputs.get("availabilityZones"):
        words = "At least one Availability Zone or VPC Subnet is required."
        yield Refusal(_VALID, words, "vpcZoneIdentifiers")
    name = text(inputs.get("name")) or ""
    if len(name) > 255 or ":" in name:
        yield Refusal(_VALID, "A group's name has at most 255 characters and no colon", "name")
    reference = fields(inputs.get("launchTemplate"))
    if reference.get("id") is not None and reference.get("name") is not None:
        words = "Valid requests must contain either launchTemplateId or LaunchTemplateName"
        yield Refusal(_VALID, words, "launchTemplate")


@validates("autoscaling.Group")
def mixed_instances_fit(inputs: Properties) -> Iterator[Refusal]:
    """Known strategies, weights for all overrides or for none, at most 40 of them, each type once."""
    policy = fields(inputs.get("mixedInstancesPolicy"))
    if not policy:
        return
    path = "mixedInstancesPolicy"
    spread = fields(policy.get("instancesDistribution"))
    for name, allowed in (("spotAllocationStrategy", _SPOT), ("onDemandAllocationStrategy", _ON_DEMAND)):
        strategy = text(spread.get(name))
        if strategy is not None and strategy not in allowed:
            words = f"Unsupported {name} {strategy}; {', '.join(sorted(allowed))} are supported"
            yield Refusal(_VALID, words, f"{path}.instancesDistribution.{name}")
    share = whole(spread.get("onDemandPercentageAboveBaseCapacity"))
    if share is not None and not 0 <= share <= 100:
        words = "OnDemandPercentageAboveBaseCapacity must be between 0 and 100"
        yield Refusal(_VALID, words, f"{path}.instancesDistribution.onDemandPercentageAboveBaseCapacity")
    base = whole(spread.get("onDemandBaseCapacity"))
    if base is not None and base < 0:
        words = "OnDemandBaseCapacity must be at least 0"
        yield Refusal(_VALID, words, f"{path}.instancesDistribution.onDemandBaseCapacity")
    pools = whole(spread.get("spotInstancePools"))
    if pools and spread.get("spotAllocationStrategy", "lowest-price") != "lowest-price":
        words = "SpotInstancePools option is only available with the lowest-price allocation strategy."
        yield Refusal(_VALID, words, f"{path}.instancesDistribution.spotInstancePools")
    overrides = objects(fields(policy.get("launchTemplate")).get("overrides"))
    yield from _overrides(overrides, f"{path}.launchTemplate.overrides")


def _overrides(overrides: list[Properties], path: str) -> Iterator[Refusal]:
    if len(overrides) > MOST_OVERRIDES:
        yield Refusal(_VALID, f"A maximum of {MOST_OVERRIDES} overrides is allowed, found {len(overrides)}", path)
    names = [name for override in overrides if (name := text(override.get("instanceType"))) is not None]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Refusal(_VALID, f"Duplicate instance type {name} in the overrides", path)
    weights = [override.get("weightedCapacity") for override in overrides]
    if any(weight is None for weight in weights) and any(weight is not None for weight in weights):
        words = "You must specify a weighted capacity for all instance types or for none"
        yield Refusal(_VALID, words, path)
    for index, override in enumerate(overrides):
        weight, name = text(override.get("weightedCapacity")), text(override.get("instanceType"))
        if weight is not None and not (weight.isdigit() and 1 <= int(weight) <= MOST_WEIGHT):
            words = f"Weighted capacity must be a whole number between 1 and {MOST_WEIGHT}, found {weight}"
            yield Refusal(_VALID, words, f"{path}[{index}].weightedCapacity")
        if name is not None and not type_exists(name):
            yield unknown_type(name, f"{path}[{index}].instanceType")
        if name is not None and override.get("instanceRequirements") is not None:
            words = "An override has an instance type or instance requirements, not both"
            yield Refusal(_VALID, words, f"{path}[{index}]")


@refuses("autoscaling.Group")
def template_can_launch(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The template names an image and, unless the group does, a machine type; groups and subnets are of one VPC."""
    template = template_of(change.inputs, cloud)
    if template is None:
        return
    data = template.outputs
    overrides = _override_types(change.inputs)
    if text(data.get("imageId")) is None:
        words = "You must use a valid fully-formed launch template. The request must contain the parameter ImageId"
        yield Refusal(_VALID, words, "launchTemplate")
    version = _version(change.inputs)
    if version.isdigit() and not 1 <= int(version) <= (whole(data.get("latestVersion")) or 1):
        words = (
            "You must use a valid fully-formed launch template. The specified launch template version does not exist"
        )
        yield Refusal(_VALID, f"{words}: {template.id} has no version {version}", "launchTemplate.version")
    if not overrides and data.get("instanceType") is None and data.get("instanceRequirements") is None:
        words = "You must use a valid fully-formed launch template. The launch template must specify an instance type"
        yield Refusal(_VALID, words, "launchTemplate")
    vpcs = {owner_vpc("ec2.Subnet", subnet, cloud) for subnet in texts(change.inputs.get("vpcZoneIdentifiers"))}
    if len(vpcs - {None}) > 1:
        words = f"The subnets belong to different networks: {', '.join(sorted(str(vpc) for vpc in vpcs))}"
        yield Refusal(_VALID, words, "vpcZoneIdentifiers")
    for group in texts(data.get("vpcSecurityGroupIds")):
        owner = owner_vpc("ec2.SecurityGroup", group, cloud)
        if owner is None or (vpcs - {None} and owner not in vpcs):
            words = "You must use a valid fully-formed launch template. The security group "
            yield Refusal(_VALID, f"{words}'{group}' does not exist in VPC '{', '.join(map(str, vpcs))}'")


@refuses("autoscaling.Group")
def machines_fit_image_and_zones(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Each machine type has the image's architecture, and is for sale in at least one of the group's zones."""
    template = template_of(change.inputs, cloud)
    image = None if template is None else text(template.outputs.get("imageId"))
    names = machine_types_of(change.inputs, cloud)
    built_for = None if image is None else machines.image_architecture(cloud.region, image)
    zones = zones_of_group(change.inputs, cloud)
    for name in names:
        found = machines.machine(name)
        if found is not None and built_for is not None and found.architecture != built_for:
            words = "You must use a valid fully-formed launch template. "
            yield Refusal(_VALID, words + wrong_architecture(found, built_for))
        offered = machines.zones_offering(cloud.region, name)
        if offered is not None and zones and not offered & zones.keys():
            here = ", ".join(zones.values())
            words = (
                f"Your requested instance type ({name}) is not supported in your requested Availability Zone ({here})."
            )
            yield Refusal("Unsupported", f"{words} It is offered in {', '.join(sorted(offered)) or 'no zone'}.")


@refuses("autoscaling.Group")
def running_vcpus_stay_under_the_quota(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The largest numbers of all groups together stay under the vCPU quotas that a file names."""
    wanted: dict[str, int] = {}
    others = [group.outputs for group in cloud.all("autoscaling.Group") if group.id != change.id]
    for group in (change.inputs, *others):
        for name, vcpus in _vcpus(group, cloud).items():
            wanted[name] = wanted.get(name, 0) + vcpus
    for name, vcpus in sorted(wanted.items()):
        most = quota(name)
        if most is not None and vcpus > most and name in _vcpus(change.inputs, cloud):
            words = f"You have requested more vCPU capacity than your current vCPU limit of {most} allows for the "
            words += f"instance bucket that {name} is: {vcpus} ({quota_words(name, most)})"
            yield Refusal("VcpuLimitExceeded", words, "maxSize")


def template_of(inputs: Properties, cloud: Cloud) -> Resource | None:
    """The launch template that a group uses; None when it names none that exists."""
    mixed = fields(fields(inputs.get("mixedInstancesPolicy")).get("launchTemplate"))
    named = fields(mixed.get("launchTemplateSpecification"))
    reference = fields(inputs.get("launchTemplate"))
    template_id = reference.get("id") or named.get("launchTemplateId")
    name = reference.get("name") or named.get("launchTemplateName")
    found = cloud.get("ec2.LaunchTemplate", template_id)
    return found or next(iter(cloud.where("ec2.LaunchTemplate", "name", name)), None) if name else found


def machine_types_of(inputs: Properties, cloud: Cloud) -> list[str]:
    """The machine types that a group may launch; empty where requirements stand in place of types."""
    template = template_of(inputs, cloud)
    own = None if template is None else text(template.outputs.get("instanceType"))
    return _override_types(inputs) or ([own] if own is not None else [])


def _version(inputs: Properties) -> str:
    """The version of the template that a group names, as text; empty when it names none."""
    mixed = fields(fields(inputs.get("mixedInstancesPolicy")).get("launchTemplate"))
    named = fields(mixed.get("launchTemplateSpecification"))
    reference = fields(inputs.get("launchTemplate"))
    return text(reference.get("version")) or text(named.get("version")) or ""


def _override_types(inputs: Properties) -> list[str]:
    template = fields(fields(inputs.get("mixedInstancesPolicy")).get("launchTemplate"))
    return [
        name for found in objects(template.get("overrides")) if (name := text(found.get("instanceType"))) is not None
    ]


def zones_of_group(inputs: Properties, cloud: Cloud) -> dict[str, str]:
    """Zone id → name, of the group's subnets."""
    places = [cloud.get("ec2.Subnet", subnet) for subnet in items(inputs.get("vpcZoneIdentifiers"))]
    found = {
        str(place.outputs.get("availabilityZoneId")): str(place.outputs.get("availabilityZone"))
        for place in places
        if place is not None
    }
    return dict(sorted(found.items()))


def _vcpus(group: Properties, cloud: Cloud) -> dict[str, int]:
    """vCPUs that a group can come to, by quota: the largest machine counts, since any of them may be launched."""
    most = whole(group.get("maxSize")) or 0
    found = [machines.machine(name) for name in machine_types_of(group, cloud)]
    known = [one for one in found if one is not None]
    if not known:
        return {}
    largest = max(known, key=lambda one: one.vcpus)
    spread = fields(fields(group.get("mixedInstancesPolicy")).get("instancesDistribution"))
    base = whole(spread.get("onDemandBaseCapacity")) or 0
    share = whole(spread.get("onDemandPercentageAboveBaseCapacity"))
    above = max(0, most - base)
    on_demand = min(most, base + -(-above * (100 if share is None else share) // 100))
    counts = {"on-demand": on_demand, "spot": most - on_demand}
    return {
        f"{option}-{largest.quota_family}-vcpus": count * largest.vcpus for option, count in counts.items() if count
    }
