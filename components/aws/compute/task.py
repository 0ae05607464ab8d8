"""Task definitions of services."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import ecs

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import (
    STOP_SECONDS,
    Json,
    cpu_units,
    gpu_requirement,
    is_privileged,
    log_settings,
    mount_points,
    name_value_pairs,
    open_files_limit,
    process_settings,
    secret_pairs,
)
from components.aws.compute.health import container_health_check
from components.aws.compute.surroundings import SCRATCH, Mount, environment, machine_paths, mounts, secrets
from components.image_names import pinned
from components.naming import NameKind
from components.options import child_of
from solver.plan.compute import ServicePlan, VariantPlan
from solver.plan.sidecar import SidecarPlan
from solver.vocabulary import AcceleratorKind, Architecture

_FIRST_PRIVATE_PORT = 1024


def build_task_definition(
    parent: pulumi.Resource,
    name: str,
    service: ServicePlan,
    variant: VariantPlan,
    *,
    args: ComputePoolArgs,
    image: pulumi.Input[str],
) -> ecs.TaskDefinition:
    """The workload's container and its sidecars, with one address of their own.

    Its cpu is a share, not a cap: what neighbours leave idle makes it faster, and the plan never counts on that. Its
    memory is a hard limit. Both stand on the container, since a limit on the task would turn the share into a cap.
    """
    found = mounts(args, service, on_machine=machine_paths(args.volumes(service.storage)))
    return ecs.TaskDefinition(
        name,
        family=args.names.physical(NameKind.TASK_FAMILY, service.key, variant.key),
        requires_compatibilities=["EC2"],
        network_mode="awsvpc",
        runtime_platform={
            "operating_system_family": "LINUX",
            "cpu_architecture": "ARM64" if variant.architecture is Architecture.ARM64 else "X86_64",
        },
        task_role_arn=args.security.task_role_arns.get(service.key),
        execution_role_arn=args.security.execution_role_arns.get(service.key),
        container_definitions=pulumi.Output.json_dumps(
            [
                _container(args, service, own_part(service, variant), image, found),
                *(_sidecar(args, service, each) for each in service.sidecars),
            ]
        ),
        volumes=[_volume(mount) for mount in found],
        tags=args.names.tags(service.key, variant.key, workload=service.key),
        opts=child_of(parent),
    )


def own_part(service: ServicePlan, variant: VariantPlan) -> VariantPlan:
    """What the workload's own container has of a replica: the plan counts its sidecars with it."""
    return variant.model_copy(
        update={
            "cpu_millis": variant.cpu_millis - sum(each.cpu_millis for each in service.sidecars),
            "memory_mib": variant.memory_mib - sum(each.memory_mib for each in service.sidecars),
        }
    )


def _sidecar(args: ComputePoolArgs, service: ServicePlan, sidecar: SidecarPlan) -> Json:
    """A container as strict as the workload's own; it sees the task's address, and no volume but a /tmp it shares."""
    container: Json = {
        "name": sidecar.key,
        "image": pinned(sidecar.image_reference, sidecar.image_digest),
        "essential": sidecar.essential,
        "cpu": cpu_units(sidecar.cpu_millis),
        "memory": sidecar.memory_mib,
        "environment": name_value_pairs({"AWS_REGION": args.names.region, **sidecar.environment}),
        "mountPoints": mount_points([Mount(volume=SCRATCH, path="/tmp")]),
        "logConfiguration": log_settings(args.names.workload_log_group(service.key), args.names.region, sidecar.key),
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "dockerSecurityOptions": ["no-new-privileges"],
        "readonlyRootFilesystem": True,
        "stopTimeout": STOP_SECONDS,
    }
    if sidecar.command:
        container["command"] = list(sidecar.command)
    return container


def _container(
    args: ComputePoolArgs, service: ServicePlan, variant: VariantPlan, image: pulumi.Input[str], found: Sequence[Mount]
) -> Json:
    container: Json = {
        "name": service.key,
        "image": image,
        "essential": True,
        "cpu": cpu_units(variant.cpu_millis),
        "memory": variant.memory_mib,
        "portMappings": [{"containerPort": service.port, "hostPort": service.port, "protocol": "tcp"}],
        "environment": name_value_pairs(environment(args, service, variant)),
        "mountPoints": mount_points(found),
        "logConfiguration": log_settings(args.names.workload_log_group(service.key), args.names.region, variant.key),
        "linuxParameters": {**process_settings(variant, rights=("read", "write")), **_capabilities(service, variant)},
        "dockerSecurityOptions": ["no-new-privileges"],
        "readonlyRootFilesystem": True,
        "stopTimeout": STOP_SECONDS,
        "ulimits": open_files_limit(),
    }
    # What is absent stays out: the provider takes an empty list or a false for a difference from what AWS gives back.
    if is_privileged(variant):
        container["privileged"] = True
    if found_secrets := secret_pairs(secrets(args, service)):
        container["secrets"] = found_secrets
    if service.command:
        container["command"] = list(service.command)
    if requirements := gpu_requirement(variant):
        container["resourceRequirements"] = requirements
    if check := container_health_check(service, variant):
        container["healthCheck"] = check
    return container


def _capabilities(service: ServicePlan, variant: VariantPlan) -> Json:
    """None of root's powers, except those that the plan's own facts ask for."""
    if is_privileged(variant):
        return {}
    added: list[str] = []
    if variant.accelerator_kind in (AcceleratorKind.INFERENTIA, AcceleratorKind.TRAINIUM):
        added.append("IPC_LOCK")  # the Neuron runtime pins memory for its transfers
    if service.port < _FIRST_PRIVATE_PORT:
        added.append("NET_BIND_SERVICE")
    dropped: Json = {"drop": ["ALL"]}
    return {"capabilities": {**dropped, "add": added} if added else dropped}


def _volume(mount: Mount) -> ecs.TaskDefinitionVolumeArgsDict:
    if mount.file_system_id is not None:
        return {
            "name": mount.volume,
            "efs_volume_configuration": {
                "file_system_id": mount.file_system_id,
                "transit_encryption": "ENABLED",
                "authorization_config": {"access_point_id": mount.access_point_id, "iam": "ENABLED"},
            },
        }
    if mount.attached:
        return {"name": mount.volume, "configure_at_launch": True}
    return {"name": mount.volume} if mount.host_path is None else {"name": mount.volume, "host_path": mount.host_path}
