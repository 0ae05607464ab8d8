"""ComputePool: machines, services, jobs, images."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch, ecs

from components.aws.alarm_topic import alarm_topic
from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.autoscaling import build_autoscaling
from components.aws.compute.batch_environment import build_batch_environment
from components.aws.compute.batch_job import BuiltJob, build_batch_job
from components.aws.compute.cluster import allow_capacity_providers, build_cluster, build_dual_stack, build_trunking
from components.aws.compute.daemon import build_daemon
from components.aws.compute.deployment import build_alarms
from components.aws.compute.discovery import build_discovery
from components.aws.compute.images import build_repository, image_address
from components.aws.compute.node_group import BuiltNodeGroup, build_node_group
from components.aws.compute.refusals import refuse_what_aws_cannot_run
from components.aws.compute.service import build_service, service_name, target_groups
from components.aws.compute.task import build_task_definition
from components.aws.compute.training_job import build_training_job
from components.options import child_of
from components.outputs import ComputeOutputs
from solver.plan.compute import Commitment, ComputePlan, JobPlan, ServicePlan
from solver.plan.shares import held_replicas

DAYS_OF_A_YEAR = 365
"""Least retention where a compliance profile asks for a year of logs."""


class ComputePool(pulumi.ComponentResource):
    """What runs on a site: services on ECS, jobs on Batch, and the machines of both."""

    outputs: ComputeOutputs

    def __init__(self, name: str, args: ComputePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:ComputePool", name, None, opts)
        refuse_what_aws_cannot_run(args)
        plan = args.plan
        self._name, self._args = name, args
        repositories = {
            workload: build_repository(
                self, f"{name}-images-{workload}", workload, names=args.names, security=args.security
            )
            for workload in plan.repositories
        }
        self._urls = {workload: repository.repository_url for workload, repository in repositories.items()}
        self._alarm_topic_arn: pulumi.Output[str] | None = None
        self._log_groups = {workload.key: self._log_group(workload) for workload in (*plan.services, *plan.jobs)}
        cluster: ecs.Cluster | None = None
        machines: dict[str, BuiltNodeGroup] = {}
        services: dict[str, ecs.Service] = {}
        if plan.services:
            cluster = build_cluster(self, f"{name}-cluster", args)
            machines = self._node_groups(cluster)
            services = self._services(cluster, machines)
            for daemon in plan.daemons:
                build_daemon(
                    self,
                    f"{name}-daemon-{daemon.key}",
                    daemon,
                    args=args,
                    cluster_arn=cluster.arn,
                    depends_on=[group.auto_scaling_group for group in machines.values()],
                )
        jobs = self._jobs()
        self.outputs = ComputeOutputs(
            cluster_name=None if cluster is None else cluster.name,
            cluster_arn=None if cluster is None else cluster.arn,
            repository_urls=self._urls,
            log_group_names={workload: args.names.workload_log_group(workload) for workload in self._log_groups},
            service_names={key: service.name for key, service in services.items()},
            job_queue_arns={key: job.queue.arn for key, job in jobs.items()},
            job_definition_arns={key: job.definition.arn_prefix for key, job in jobs.items()},
            auto_scaling_group_names={key: group.auto_scaling_group.name for key, group in machines.items()},
            log_groups={workload: group.name for workload, group in self._log_groups.items()},
            alarm_topic_arn=self._alarm_topic_arn,
        )
        self.register_outputs(
            {
                "clusterName": self.outputs.cluster_name,
                "repositoryUrls": self._urls,
                "commitmentsToBuy": [commitment_text(commitment) for commitment in plan.commitments],
            }
        )

    def _log_group(self, workload: ServicePlan | JobPlan) -> cloudwatch.LogGroup:
        names, security = self._args.names, self._args.security
        days = workload.log_retention_days
        if "log-retention-year" in security.measures:
            days = max(days, DAYS_OF_A_YEAR)
        return cloudwatch.LogGroup(
            f"{self._name}-logs-{workload.key}",
            name=names.workload_log_group(workload.key),
            retention_in_days=days,
            kms_key_id=security.log_key_arn,
            tags=names.tags("logs", workload.key, workload=workload.key),
            opts=child_of(self),
        )

    def _node_groups(self, cluster: ecs.Cluster) -> dict[str, BuiltNodeGroup]:
        """Machines start when the cluster is there to join, and when they can reach AWS with their role's rights."""
        args = self._args
        ready: list[pulumi.Input[pulumi.Resource]] = [cluster, *args.network.egress_ready, *args.security.role_policies]
        if args.plan.eni_trunking:
            ready.append(build_trunking(self, f"{self._name}-eni-trunking"))
        if args.network.vpc_ipv6_cidr is not None:
            ready.append(build_dual_stack(self, f"{self._name}-dual-stack"))
        return {
            group.key: build_node_group(self, f"{self._name}-machines-{group.key}", group, args=args, depends_on=ready)
            for group in args.plan.node_groups
            if group.runtime == "ecs"
        }

    def _services(self, cluster: ecs.Cluster, machines: Mapping[str, BuiltNodeGroup]) -> dict[str, ecs.Service]:
        name, args = self._name, self._args
        providers = {key: group.capacity_provider for key, group in machines.items()}
        allowed = allow_capacity_providers(self, f"{name}-capacity", cluster, providers)
        registries = build_discovery(self, name, args.plan.services, names=args.names, vpc_id=args.network.vpc_id)
        built: dict[str, ecs.Service] = {}
        if any(service.alarm_metrics for service in args.plan.services):
            key_arn = args.security.log_key_arn
            self._alarm_topic_arn = alarm_topic(f"{name}-alarms", args.names, key_arn=key_arn, parent=self).arn
        for service in args.plan.services:
            registry = registries.get(service.key)
            targets = target_groups(args, service)
            alarms = build_alarms(
                self,
                f"{name}-alarm-{service.key}",
                service,
                args=args,
                topic_arn=self._alarm_topic_arn,
                targets=targets,
            )
            for variant in service.variants:
                first = f"{service.key}-{variant.key}"
                task = build_task_definition(
                    self,
                    f"{name}-task-{first}",
                    service,
                    variant,
                    args=args,
                    image=image_address(service.key, variant, self._urls),
                )
                for held in held_replicas(args.plan, service.key, variant):
                    key = service_name(service, variant, held)
                    made = build_service(
                        self,
                        f"{name}-service-{key}",
                        service,
                        variant,
                        held,
                        args=args,
                        cluster_arn=cluster.arn,
                        task_definition_arn=task.arn,
                        capacity_providers={group: provider.name for group, provider in providers.items()},
                        registry_arn=None if registry is None else registry.arn,
                        alarms=alarms,
                        depends_on=[allowed, *self._before(service)],
                    )
                    build_autoscaling(
                        self,
                        f"{name}-scaling-{key}",
                        service,
                        variant,
                        held,
                        args=args,
                        ecs_service=made,
                        ecs_service_name=key,
                        all_service_names=_service_names(args.plan, service),
                        targets=targets,
                    )
                    on = "" if held.is_first else f".{held.group.key}"
                    built[f"{service.key}.{variant.key}{on}"] = made
        return built

    def _jobs(self) -> dict[str, BuiltJob]:
        name, args = self._name, self._args
        if not args.plan.jobs:
            return {}
        ready = [*args.network.egress_ready, *args.security.role_policies]
        environments = {
            group.key: build_batch_environment(self, f"{name}-batch-{group.key}", group, args=args, depends_on=ready)
            for group in args.plan.node_groups
            if group.runtime == "batch"
        }
        built: dict[str, BuiltJob] = {}
        for job in args.plan.jobs:
            build = build_batch_job if job.kind == "batch" else build_training_job
            built[job.key] = build(
                self,
                f"{name}-job-{job.key}",
                job,
                args=args,
                image=image_address(job.key, job.variant, self._urls),
                environments=environments,
                depends_on=self._before(job),
            )
        return built

    def _before(self, workload: ServicePlan | JobPlan) -> list[pulumi.Input[pulumi.Resource]]:
        """What a container needs besides machines: its log group, and the file systems that it mounts."""
        mounted = self._args.file_systems(workload.storage)
        made = [self._args.storage.file_systems[file_system.key] for file_system in mounted]
        links = [self._args.storage.lustre[plan.key] for plan in self._args.lustre(workload.storage)]
        return [self._log_groups[workload.key], *(resource for each in (*made, *links) for resource in each.ready)]


def commitment_text(commitment: Commitment) -> str:
    """One line for people: nothing is bought by the stack."""
    family = f" of {commitment.machine_type}" if commitment.machine_type else ""
    amount = (
        f"{commitment.machines} × {commitment.machine_type}"
        if commitment.machines
        else f"{commitment.usd_per_hour:g} USD an hour{family}"
    )
    return f"{commitment.kind}, {commitment.years} years, {commitment.payment}: {amount}"


def _service_names(plan: ComputePlan, service: ServicePlan) -> list[str]:
    """Of all ECS services that a workload's replicas are in."""
    return [
        service_name(service, variant, held)
        for variant in service.variants
        for held in held_replicas(plan, service.key, variant)
    ]
