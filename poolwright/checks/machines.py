"""Machines: launch templates, Auto Scaling groups, capacity providers."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, Severity, on_each, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, is_true, part
from poolwright.checks.stack import TAGS
from solver.plan.compute import NodeGroup
from solver.plan.security import KeyPurpose
from solver.vocabulary import PurchaseOption

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
CAPACITY = "aws:ecs/capacityProvider:CapacityProvider"
INSTANCE = "aws:ec2/instance:Instance"

LAUNCHED = ("instance", "volume", "network-interface")
"""What every launch makes."""
SPOT_REQUEST = "spot-instances-request"
_STRATEGY = "price-capacity-optimized"
_FEWEST_POOLS = 2
_MACHINE = "components/aws/compute/machine.py"
_GROUP = "components/aws/compute/node_group.py"


@on_each(
    TEMPLATE,
    id="EC2.170",
    title="Machines answer questions about themselves to version 2 of the metadata service only",
    controls=("EC2.8", "EC2.170", "AutoScaling.3", "CIS 5.6"),
    remedy=f"Set http_tokens to required in {_MACHINE}",
)
def metadata_wants_a_token(template: Resource) -> Iterator[str]:
    if (
        template.get("metadataOptions.httpEndpoint") != "disabled"
        and template.get("metadataOptions.httpTokens") != "required"
    ):
        yield "gives a role's credentials to any request that a container can be tricked into"


@on_each(
    TEMPLATE,
    id="ec2.metadata-hops",
    title="The metadata service's answers don't reach into containers",
    remedy=f"Set http_put_response_hop_limit to 1 in {_MACHINE}",
)
def metadata_stays_on_the_machine(template: Resource) -> Iterator[str]:
    hops = template.get("metadataOptions.httpPutResponseHopLimit", 1)
    if int(hops) > 1:
        yield f"lets answers pass {int(hops)} hops: containers get the machine's role"


@on_each(
    TEMPLATE,
    id="EC2.25",
    title="Machines get no public address",
    controls=("EC2.9", "EC2.25", "AutoScaling.5"),
    remedy=f"Leave public addresses out in {_MACHINE}; machines reach out through NAT or endpoints",
)
def machines_are_private(template: Resource) -> Iterator[str]:
    for interface in template.mappings("networkInterfaces"):
        if is_true(interface.get("associatePublicIpAddress")):
            yield "gives machines a public address"


@on_each(
    TEMPLATE,
    id="EC2.181",
    title="Volumes of machines are encrypted",
    controls=("EC2.3", "EC2.181"),
    remedy=f"Set encrypted on each block device in {_MACHINE}",
)
def volumes_are_encrypted(template: Resource) -> Iterator[str]:
    devices = template.mappings("blockDeviceMappings")
    if not devices:
        yield "leaves the root volume to the image"
    for device in devices:
        if device.get("noDevice") is None and not is_true(part(device, "ebs").get("encrypted")):
            yield f"{device.get('deviceName')} is not encrypted"


@on_stack(
    TEMPLATE,
    id="EC2.cmk",
    title="Volumes of machines are encrypted with the customer key where the plan has one",
    controls=("EC2.cmk",),
    remedy=f"Pass machine_key_arn to each block device in {_MACHINE}",
)
def volumes_have_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    for template in evidence.of_type(TEMPLATE):
        if not evidence.has_key(template, KeyPurpose.MACHINES):
            continue
        for device in template.mappings("blockDeviceMappings"):
            if "kmsKeyId" not in part(device, "ebs"):
                yield Fault(text=f"{device.get('deviceName')} is encrypted with AWS's key", resource=template)


@on_each(
    TEMPLATE,
    INSTANCE,
    id="ec2.key-pair",
    title="Nobody logs in to machines with a key pair",
    remedy=f"Leave key_name out in {_MACHINE}: a machine that misbehaves is replaced",
)
def machines_have_no_key_pair(template: Resource) -> Iterator[str]:
    if template.get("keyName"):
        yield f"lets the owner of {template.get('keyName')} log in as administrator"


@on_each(
    TEMPLATE,
    id="ec2.leftovers",
    title="Volumes go with their machines",
    remedy=f"Set delete_on_termination in {_MACHINE}; what must last belongs into a bucket or file system",
)
def volumes_go_with_machines(template: Resource) -> Iterator[str]:
    for device in template.mappings("blockDeviceMappings"):
        if part(device, "ebs").get("deleteOnTermination") in (False, "false"):
            yield f"{device.get('deviceName')} stays, and is paid for, when its machine goes"


@on_stack(
    TEMPLATE,
    id="ec2.launch-tags",
    title="What machines bring with them carries its owner, cost centre, stack, site and node group",
    remedy=f"Keep launch_tags for all tag_specifications in {_MACHINE}: default tags don't reach there",
)
def launches_are_tagged(evidence: Evidence) -> Iterator[Fault]:
    for template in evidence.of_type(TEMPLATE):
        tags = {each.get("resourceType"): part(each, "tags") for each in template.mappings("tagSpecifications")}
        for kind in LAUNCHED:
            missing = [tag for tag in (*TAGS, "node-group") if not tags.get(kind, {}).get(tag)]
            if missing:
                yield Fault(text=f"starts each {kind} without the tag {', '.join(missing)}", resource=template)
    for template, group in _with_groups(evidence, TEMPLATE):
        asks = any(each.get("resourceType") == SPOT_REQUEST for each in template.mappings("tagSpecifications"))
        if group.runtime == "ecs" and asks != (group.purchase is PurchaseOption.SPOT):
            found = "tags spot requests, and AWS makes none of them" if asks else "tags no spot request"
            yield Fault(text=f"of a group on {group.purchase} {found}", resource=template)


@on_stack(
    TEMPLATE,
    id="ec2.image",
    title="Machines start from the image that the lock names",
    remedy="Plan again with the image of catalog/regions/<region>/images.csv: poolwright plan STACK --write",
)
def images_are_the_locked_ones(evidence: Evidence) -> Iterator[Fault]:
    for template, group in _with_groups(evidence, TEMPLATE):
        image = template.get("imageId")
        if image is not None and image != group.image.image_id:
            yield Fault(text=f"starts {image}, and the lock has {group.image.image_id}", resource=template)


def _with_groups(evidence: Evidence, type_: str) -> Iterator[tuple[Resource, NodeGroup]]:
    """Each resource of a type with the node group that its name ends with; the longest key that fits."""
    for key, site in evidence.sites():
        for resource in evidence.at_site(key, type_):
            name = resource.name.removesuffix("-template").removesuffix("-provider")
            fitting = [group for group in site.compute.node_groups if name.endswith(f"-{group.key}")]
            if fitting:
                yield resource, max(fitting, key=lambda group: len(group.key))


@on_stack(
    GROUP,
    id="AutoScaling.2",
    title="Machines of a node group start in every zone that its plan has",
    controls=("AutoScaling.2",),
    remedy=f"Pass the subnets of the group's zones in {_GROUP}",
)
def groups_span_their_zones(evidence: Evidence) -> Iterator[Fault]:
    for group, planned in _with_groups(evidence, GROUP):
        subnets = len(group.get("vpcZoneIdentifiers", ()))
        if subnets < len(planned.zones):
            yield Fault(text=f"starts machines in {subnets} of {len(planned.zones)} zones", resource=group)


@on_each(
    GROUP,
    id="AutoScaling.9",
    title="Auto Scaling groups use launch templates",
    controls=("AutoScaling.9",),
    remedy=f"Use the group's launch template in {_GROUP}",
)
def groups_use_templates(group: Resource) -> Iterator[str]:
    if group.get("launchConfiguration") is not None:
        yield "uses a launch configuration, which can't ask for current settings"
    elif group.get("launchTemplate") is None and group.get("mixedInstancesPolicy") is None:
        yield "has no launch template"


@on_each(
    GROUP,
    id="compute.refresh",
    title="A new image or setting reaches the machines that run, those with tasks too",
    remedy=f"Start an instance refresh in {_GROUP}, at a version by number, which replaces protected machines as well",
)
def running_machines_are_renewed(group: Resource) -> Iterator[str]:
    refresh = group.get("instanceRefresh")
    if refresh is None:
        yield "keeps its machines as they are when their launch template changes"
        return
    if part(refresh, "preferences").get("scaleInProtectedInstances") != "Refresh":
        yield "leaves machines with tasks as they are: ECS protects them"
    path = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version"
    if group.get("launchTemplate.version", group.get(path)) in (None, "$Latest", "$Default"):
        yield "follows its template without a number, so that no change starts a refresh and none can go back"


@on_stack(
    GROUP,
    id="compute.ceiling",
    title="No Auto Scaling group may grow beyond what the plan prices and the quotas hold",
    remedy="Raise the workload's headroom or replicas.max in stacks/ and plan again; the ceiling comes from the plan",
)
def groups_keep_to_their_ceiling(evidence: Evidence) -> Iterator[Fault]:
    for group, planned in _with_groups(evidence, GROUP):
        most = int(group.get("maxSize", 0))
        if most > planned.max_machines:
            yield Fault(text=f"may start {most} machines, and the plan has {planned.max_machines}", resource=group)


@on_stack(
    GROUP,
    id="compute.spot",
    title="Spot groups name all types of their plan, take them where AWS has most to spare, and replace them early",
    remedy=f"Keep _spot_policy and capacity_rebalance in {_GROUP}; the types come from the lock",
)
def spot_groups_are_spread(evidence: Evidence) -> Iterator[Fault]:
    for group, planned in _with_groups(evidence, GROUP):
        policy = group.get("mixedInstancesPolicy")
        if planned.purchase is not PurchaseOption.SPOT:
            if policy is not None:
                yield Fault(text="may start other machines than on-demand ones of its one type", resource=group)
            continue
        if policy is None:
            yield Fault(text="starts machines on demand, and the plan has spot", resource=group)
            continue
        overrides = group.mappings("mixedInstancesPolicy.launchTemplate.overrides")
        missing = sorted(set(planned.machine_types) ^ {str(each.get("instanceType")) for each in overrides})
        if missing:
            yield Fault(text=f"differs from its plan in {', '.join(missing)}", resource=group)
        if any(each.get("weightedCapacity") is not None for each in overrides):
            yield Fault(text="weighs its types, and ECS counts machines", resource=group)
        spread = part(policy, "instancesDistribution")
        if spread.get("spotAllocationStrategy") != _STRATEGY:
            yield Fault(text=f"does not choose its pools by price and spare capacity ({_STRATEGY})", resource=group)
        if int(spread.get("onDemandBaseCapacity", 0)) or int(spread.get("onDemandPercentageAboveBaseCapacity", 100)):
            yield Fault(text="starts some machines on demand, at a price that the plan has not", resource=group)
        if not is_true(group.get("capacityRebalance")):
            yield Fault(text="waits until AWS ends a machine before it starts another", resource=group)


@on_plan(
    id="compute.spot-pools",
    title="A spot group has several capacity pools, so that AWS taking one back leaves others",
    severity=Severity.WARN,
    remedy="Raise spot_pools of its workloads in stacks/, or lower their interruptible_share",
)
def spot_groups_have_several_pools(evidence: Evidence) -> Iterator[Fault]:
    for _, site in evidence.sites():
        for group in site.compute.node_groups:
            pools = len(group.machine_types) * len(group.zones)
            if group.purchase is PurchaseOption.SPOT and group.machines.high > 1 and pools < _FEWEST_POOLS:
                text = f"has all its {group.machines.high} machines in one pool, {group.machine_types[0]} in one zone"
                yield Fault(text=text, subject=f"node-group {group.key}")


@on_stack(
    GROUP,
    id="compute.warm-pool",
    title="As many machines wait in a warm pool as the plan prices, and none comes back with traces of tasks",
    remedy=f"Keep _warm_pool in {_GROUP}; the number is sites.<site>.machines.warm_machines in stacks/",
)
def as_many_wait_as_planned(evidence: Evidence) -> Iterator[Fault]:
    for group, planned in _with_groups(evidence, GROUP):
        pool = group.get("warmPool", {})
        least, most = (int(pool.get(name, -1)) for name in ("minSize", "maxGroupPreparedCapacity"))
        if bool(pool) != bool(planned.warm_machines) or (pool and not least == most == planned.warm_machines):
            yield Fault(text=f"lets other machines wait than the {planned.warm_machines} of its plan", resource=group)
        if is_true(part(pool, "instanceReusePolicy").get("reuseOnScaleIn")):
            yield Fault(text="takes machines back into its warm pool, which ECS does not allow", resource=group)


@on_stack(
    TEMPLATE,
    id="compute.machine-type",
    title="Machines are of the type that the plan chose",
    remedy="Plan again: machine types come from the lock",
)
def machines_are_of_the_planned_type(evidence: Evidence) -> Iterator[Fault]:
    for template, group in _with_groups(evidence, TEMPLATE):
        chosen = template.get("instanceType")
        if chosen is not None and chosen not in group.machine_types:
            yield Fault(text=f"starts {chosen}, and the plan has {', '.join(group.machine_types)}", resource=template)


@on_each(
    CAPACITY,
    id="ECS.19",
    title="A machine with running tasks is not taken away",
    controls=("ECS.19",),
    remedy=f"Set managed_termination_protection in {_GROUP}",
)
def running_tasks_keep_their_machine(provider: Resource) -> Iterator[str]:
    if provider.get("autoScalingGroupProvider.managedTerminationProtection") != "ENABLED":
        yield "lets Auto Scaling end machines that run tasks"
    if provider.get("autoScalingGroupProvider.managedDraining", "ENABLED") != "ENABLED":
        yield "ends machines without moving their tasks first"


@on_each(
    INSTANCE,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:ec2/fleet:Fleet",
    id="compute.loose-machines",
    title="Machines belong to node groups",
    remedy="Write the workload into stacks/ and plan again: machines by hand are neither planned nor replaced",
)
def no_loose_machines(instance: Resource) -> Iterator[str]:
    del instance
    yield "starts machines outside the plan's node groups"
