"""Launch templates: what every machine of a node group is, on ECS and on Batch."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.user_data import LustreMount, user_data
from components.aws.storage.lustre import host_path
from components.aws.storage.volume import MachineDisk, block_devices, machine_disks
from components.options import child_of
from solver.plan.compute import NodeGroup
from solver.vocabulary import CapacityKind, PurchaseOption

ROOT_VOLUME_TYPE = "gp3"
_TAGGED = ("instance", "volume", "network-interface")
"""What every launch makes."""
_TAGGED_ON_SPOT = "spot-instances-request"
"""AWS refuses it where a launch makes no request of spot machines."""


def disks_of(args: ComputePoolArgs, group: NodeGroup) -> tuple[MachineDisk, ...]:
    """Volumes that each machine of the group has for the workloads that run on it, in the plan's order.

    A job's volume for each replica is the machine's too: Batch attaches none to a container.
    """
    claims = {
        claim
        for service in args.plan.services
        if any(group.key in variant.node_groups for variant in service.variants)
        for claim in service.storage
    }
    of_jobs = {claim for job in args.plan.jobs if group.key in job.variant.node_groups for claim in job.storage}
    return machine_disks(
        [
            volume
            for volume in args.storage_plan.volumes
            if (volume.attach == "machine" and volume.key in claims) or volume.key in of_jobs
        ]
    )


def launch_tags(args: ComputePoolArgs, group: NodeGroup) -> dict[str, str]:
    """Of all that AWS makes for the group by itself, which gets none of the provider's default tags.

    Machines that several workloads share are none of theirs: their costs are the node group's.
    """
    workloads = {name.partition(".")[0] for name, count in group.slots.items() if count}
    workload = workloads.pop() if len(workloads) == 1 else None
    own = args.names.tags("machine", group.key, workload=workload)
    return {**args.names.default_tags, **own, "node-group": group.key}


def build_launch_template(
    parent: pulumi.Resource,
    name: str,
    group: NodeGroup,
    *,
    args: ComputePoolArgs,
    security_group_ids: Sequence[pulumi.Input[str]],
) -> ec2.LaunchTemplate:
    """The pinned image, encrypted volumes, session tokens for metadata, and tags on all that a launch makes.

    The metadata service answers one network hop away: the agent is on the machine itself, tasks have their own roles.
    Batch sets type, profile and security groups in its environment and refuses or ignores them here.
    """
    batch = group.runtime == "batch"
    disks = disks_of(args, group)
    # Batch makes its spot requests by itself, and tags what they start.
    spot = group.purchase is PurchaseOption.SPOT and not batch
    tags = launch_tags(args, group)
    return ec2.LaunchTemplate(
        name,
        description=f"{group.key}: {group.image.name}",
        update_default_version=True,
        image_id=None if batch else group.image.image_id,
        instance_type=None if batch else group.machine_types[0],
        iam_instance_profile=None if batch else {"arn": args.security.instance_profile_arns["ecs"]},
        vpc_security_group_ids=None if batch else list(security_group_ids),
        ebs_optimized="true",
        block_device_mappings=[_root(args, group), *block_devices(disks, args.machine_key_arn)],
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        # Container Insights has each machine's use by the minute; EC2's own detail would cost for every machine again.
        monitoring={"enabled": False},
        capacity_reservation_specification=_reservation(group),
        instance_market_options=_market(group),
        # A machine that can't mount its volumes shuts itself down; it must not stay as a stopped one.
        instance_initiated_shutdown_behavior=None if batch else "terminate",
        user_data=_boot_script(args, group, disks),
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in (*_TAGGED, *[_TAGGED_ON_SPOT] * spot)],
        tags=args.names.tags("machine", group.key),
        opts=child_of(parent),
    )


def _reservation(group: NodeGroup) -> ec2.LaunchTemplateCapacityReservationSpecificationArgsDict | None:
    """The group's machines start there or not at all: outside they would be paid for a second time."""
    target = group.capacity
    if target is None:
        return None
    named: ec2.LaunchTemplateCapacityReservationSpecificationCapacityReservationTargetArgsDict = (
        {"capacity_reservation_id": target.id}
        if target.id is not None
        else {"capacity_reservation_resource_group_arn": target.resource_group}
    )
    if target.kind is CapacityKind.BLOCK:
        return {"capacity_reservation_target": named}
    # A resource group that is full would else let machines start on demand.
    return {"capacity_reservation_preference": "capacity-reservations-only", "capacity_reservation_target": named}


def _market(group: NodeGroup) -> ec2.LaunchTemplateInstanceMarketOptionsArgsDict | None:
    block = group.capacity is not None and group.capacity.kind is CapacityKind.BLOCK
    return {"market_type": "capacity-block"} if block else None


def _boot_script(args: ComputePoolArgs, group: NodeGroup, disks: tuple[MachineDisk, ...]) -> pulumi.Input[str]:
    """Plain text, but where it names a file system that AWS has not named yet."""
    cluster = None if group.runtime == "batch" else args.names.cluster
    claims = {claim for job in args.plan.jobs if group.key in job.variant.node_groups for claim in job.storage}
    plans = args.lustre(tuple(sorted(claims)))
    if not plans:
        return user_data(group, cluster=cluster, disks=disks)
    made = [args.storage.lustre[plan.key] for plan in plans]

    def script(names: Sequence[str]) -> str:
        mounts = [
            LustreMount(
                dns_name=names[2 * index],
                mount_name=names[2 * index + 1],
                host_path=host_path(plan.key),
                written=plan.exports,
            )
            for index, plan in enumerate(plans)
        ]
        return user_data(group, cluster=cluster, disks=disks, lustre=mounts)

    return pulumi.Output.all(*(name for each in made for name in (each.dns_name, each.mount_name))).apply(script)


def _root(args: ComputePoolArgs, group: NodeGroup) -> ec2.LaunchTemplateBlockDeviceMappingArgsDict:
    return {
        "device_name": group.image.root_device,
        "ebs": {
            "volume_type": ROOT_VOLUME_TYPE,
            "volume_size": group.root_volume_gib,
            "encrypted": "true",
            "kms_key_id": args.machine_key_arn,
            "delete_on_termination": "true",
        },
    }
