"""What ECS and Batch can't run, said before any resource is made; the plan's own rules come first, these are AWS's."""

from __future__ import annotations

from collections.abc import Iterator

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import takes_whole_machine, whole_vcpus
from solver.errors import InfeasibleError
from solver.plan.compute import NodeGroup, VariantPlan
from solver.vocabulary import PurchaseOption


def refuse_what_aws_cannot_run(args: ComputePoolArgs) -> None:
    """InfeasibleError that lists every part of the plan which would wait for ever, or fail, on AWS."""
    found = [*_gangs_on_spot(args), *_shared_devices(args), *_parts_of_vcpus(args), *_attached_volumes(args)]
    if found:
        raise InfeasibleError(
            "AWS can't run this plan",
            conflict=found,
            hint="change what the lines name in the demand file, and plan again",
        )


def _gangs_on_spot(args: ComputePoolArgs) -> Iterator[str]:
    """Batch starts multi-node jobs on on-demand machines only: one worker lost is the gang lost."""
    spot = {group.key for group in args.plan.node_groups if group.purchase is PurchaseOption.SPOT}
    for job in args.plan.jobs:
        on_spot = sorted(spot & set(job.variant.node_groups))
        if job.kind == "training" and job.workers > 1 and on_spot:
            yield f"{job.key}: a gang of {job.workers} workers on spot machines ({', '.join(on_spot)})"


def _shared_devices(args: ComputePoolArgs) -> Iterator[str]:
    """Neuron and FPGA devices have names in the definition, and nobody counts them: one replica to a machine."""
    named = {key for key, variant in _variants(args).items() if takes_whole_machine(variant)}
    for group in args.plan.node_groups:
        sharing = {key: slots for key, slots in group.slots.items() if key in named and slots}
        if max(sharing.values(), default=0) > 1 or (len(sharing) > 1 and group.shared is None):
            listed = ", ".join(f"{slots} × {key}" for key, slots in sorted(sharing.items()))
            yield f"{group.key}: {listed} on one machine, whose {group.accelerator_kind} devices ECS can't divide"


def _parts_of_vcpus(args: ComputePoolArgs) -> Iterator[str]:
    """Batch rounds a job's cpu up to whole vCPUs, so fewer replicas may fit than the plan has placed."""
    variants = _variants(args)
    for group in args.plan.node_groups:
        if group.runtime == "batch" and _whole_vcpus_needed(group, variants) > group.vcpus:
            yield f"{group.key}: its jobs' cpu, in whole vCPUs as Batch counts it, is more than its {group.vcpus} vCPUs"


def _whole_vcpus_needed(group: NodeGroup, variants: dict[str, VariantPlan]) -> int:
    return sum(whole_vcpus(variants[key].cpu_millis) * slots for key, slots in group.slots.items() if key in variants)


def _attached_volumes(args: ComputePoolArgs) -> Iterator[str]:
    """ECS attaches one volume to a task and joins none; Batch attaches none, so a job has its machine's to itself."""
    for service in args.plan.services:
        attached = [volume for volume in args.volumes(service.storage) if volume.attach == "replica"]
        if len(attached) > 1:
            yield f"{service.key}: {' and '.join(volume.key for volume in attached)} for each replica; one is possible"
        for volume in attached:
            if volume.stripes > 1:
                yield f"{service.key}: {volume.key} for each replica in {volume.stripes} stripes; one is possible"
    for job in args.plan.jobs:
        attached = [volume for volume in args.volumes(job.storage) if volume.attach == "replica"]
        shared = max(
            (group.slots.get(f"{job.key}.{job.variant.key}", 1) for group in _groups(args, job.variant)), default=1
        )
        if attached and shared > 1:
            yield f"{job.key}: {attached[0].key} for each replica, with {shared} replicas on a machine; one is possible"


def _groups(args: ComputePoolArgs, variant: VariantPlan) -> list[NodeGroup]:
    return [group for group in args.plan.node_groups if group.key in variant.node_groups]


def _variants(args: ComputePoolArgs) -> dict[str, VariantPlan]:
    """By the key that placements have, `workload.variant`."""
    services = {f"{each.key}.{variant.key}": variant for each in args.plan.services for variant in each.variants}
    return {**services, **{f"{job.key}.{job.variant.key}": job.variant for job in args.plan.jobs}}
