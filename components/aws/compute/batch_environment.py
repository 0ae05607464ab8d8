"""Batch environments: node groups that start for a job and end after it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import batch

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.machine import build_launch_template, launch_tags
from solver.plan.compute import NodeGroup
from solver.vocabulary import ImageFlavour, PurchaseOption, Tier


def build_batch_environment(
    parent: pulumi.Resource,
    name: str,
    group: NodeGroup,
    *,
    args: ComputePoolArgs,
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> batch.ComputeEnvironment:
    """A managed environment of the group's types, from no machine to the plan's most.

    Its allocation strategies and the account's service-linked role for Batch (which is why no role is named) let AWS
    change image, types and template in place, when running jobs have ended. What can't change so is replaced under a
    new name.
    """
    template = build_launch_template(parent, f"{name}-template", group, args=args, security_group_ids=[])
    spot = group.purchase is PurchaseOption.SPOT
    jobs = [job for job in args.plan.jobs if group.key in job.variant.node_groups]
    return batch.ComputeEnvironment(
        name,
        type="MANAGED",
        state="ENABLED",
        compute_resources={
            "type": "SPOT" if spot else "EC2",
            "allocation_strategy": "SPOT_PRICE_CAPACITY_OPTIMIZED" if spot else "BEST_FIT_PROGRESSIVE",
            "instance_types": list(group.machine_types),
            "min_vcpus": 0,
            "max_vcpus": group.max_machines * group.vcpus,
            "instance_role": args.security.instance_profile_arns["batch"],
            "subnets": args.network.subnets(Tier.PRIVATE, group.zones),
            # Batch's containers use the machine's addresses, so its machines are in the jobs' own groups.
            "security_group_ids": [args.groups.workloads[job.key] for job in jobs],
            "launch_template": {
                "launch_template_id": template.id,
                "version": template.latest_version.apply(str),
            },
            "ec2_configurations": [
                {
                    "image_type": "ECS_AL2023_NVIDIA" if group.image.flavour is ImageFlavour.GPU else "ECS_AL2023",
                    "image_id_override": group.image.image_id,
                }
            ],
            "tags": launch_tags(args, group),
        },
        update_policy={
            "terminate_jobs_on_update": False,
            "job_execution_timeout_minutes": max(job.timeout_hours for job in jobs) * 60,
        },
        tags=args.names.tags("environment", group.key),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on)),
    )
