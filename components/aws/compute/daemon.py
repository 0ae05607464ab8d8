"""Daemons: containers that ECS runs once on each machine of the cluster."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import ecs

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.container import Json, cpu_units, name_value_pairs
from components.image_names import pinned
from components.naming import NameKind
from components.options import child_of
from solver.plan.sidecar import DaemonPlan

_LOG_FILES, _LOG_SIZE = "3", "10m"


def build_daemon(
    parent: pulumi.Resource,
    name: str,
    daemon: DaemonPlan,
    *,
    args: ComputePoolArgs,
    cluster_arn: pulumi.Output[str],
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> ecs.Service:
    """One task on each machine that joins, before replicas of services come; a machine with nothing else is empty.

    It has Docker's own network, so that it takes none of the addresses that tasks have, and no role: what the machine
    lets everybody read is what it reads.
    """
    task = ecs.TaskDefinition(
        f"{name}-task",
        family=args.names.physical(NameKind.TASK_FAMILY, "daemon", daemon.key),
        requires_compatibilities=["EC2"],
        network_mode="bridge",
        container_definitions=pulumi.Output.json_dumps([_container(args, daemon)]),
        volumes=[{"name": _volume(place), "host_path": path} for place, path in enumerate(daemon.reads)],
        tags=args.names.tags("daemon", daemon.key),
        opts=child_of(parent),
    )
    return ecs.Service(
        name,
        name=service_name(daemon),
        cluster=cluster_arn,
        task_definition=task.arn,
        scheduling_strategy="DAEMON",
        launch_type="EC2",
        # A machine has room for one: the old one goes before the new one comes, on all machines but few at a time.
        deployment_minimum_healthy_percent=50,
        deployment_maximum_percent=100,
        deployment_circuit_breaker={"enable": True, "rollback": True},
        enable_ecs_managed_tags=True,
        propagate_tags="SERVICE",
        enable_execute_command=False,
        wait_for_steady_state=False,
        force_delete=True,
        tags=args.names.tags("daemon", daemon.key),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), delete_before_replace=True),
    )


def service_name(daemon: DaemonPlan) -> str:
    """`daemon_logs`: no workload's service is called so, since keys have no underscores."""
    return f"daemon_{daemon.key}"


def _container(args: ComputePoolArgs, daemon: DaemonPlan) -> Json:
    container: Json = {
        "name": daemon.key,
        "image": pinned(daemon.image_reference, daemon.image_digest),
        "essential": True,
        "cpu": cpu_units(daemon.cpu_millis),
        "memory": daemon.memory_mib,
        "environment": name_value_pairs({"AWS_REGION": args.names.region, **daemon.environment}),
        "mountPoints": [
            {"sourceVolume": _volume(place), "containerPath": path, "readOnly": True}
            for place, path in enumerate(daemon.reads)
        ],
        # Its own lines stay on the machine, in few and small files: sending lines away is what such containers do.
        "logConfiguration": {"logDriver": "json-file", "options": {"max-file": _LOG_FILES, "max-size": _LOG_SIZE}},
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "dockerSecurityOptions": ["no-new-privileges"],
        "readonlyRootFilesystem": True,
    }
    if daemon.command:
        container["command"] = list(daemon.command)
    return container


def _volume(place: int) -> str:
    return f"host_{place}"
