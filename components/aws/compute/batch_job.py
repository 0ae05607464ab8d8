"""Batch jobs: a queue, a definition, and a schedule that starts the job at the plan's hour."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import batch, scheduler

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.calendar import aws_cron
from components.aws.compute.job_container import job_container
from components.naming import NameKind
from components.options import child_of
from solver.errors import PoolwrightError
from solver.plan.compute import JobPlan

STUCK_FOR = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
)
"""Why a job may wait in vain, as Batch names it."""
LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS = 600, 86_400
"""Batch's bounds for how long it lets a job wait."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class BuiltJob:
    """A job as the stack's readers see it."""

    queue: batch.JobQueue
    """Where it waits for machines."""
    definition: batch.JobDefinition
    """What it runs."""


def build_batch_job(
    parent: pulumi.Resource,
    name: str,
    job: JobPlan,
    *,
    args: ComputePoolArgs,
    image: pulumi.Input[str],
    environments: Mapping[str, batch.ComputeEnvironment],
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> BuiltJob:
    """Independent replicas: one job, or an array of as many as the plan has at once.

    Each replica of an array finds its number in `AWS_BATCH_JOB_ARRAY_INDEX`.
    """
    definition = batch.JobDefinition(
        f"{name}-definition",
        name=args.names.physical(NameKind.BATCH, job.key),
        type="container",
        platform_capabilities=["EC2"],
        propagate_tags=True,
        container_properties=pulumi.Output.json_dumps(job_container(args, job, image)),
        retry_strategy=retries(job),
        timeout={"attempt_duration_seconds": job.timeout_hours * _SECONDS_PER_HOUR},
        tags=args.names.tags("job", job.key, workload=job.key),
        opts=child_of(parent, depends_on),
    )
    queue = build_queue(parent, name, job, args=args, environments=environments)
    request = {} if job.workers == 1 else {"ArrayProperties": {"Size": job.workers}}
    build_schedule(parent, name, job, args=args, request=request, depends_on=[definition, queue])
    return BuiltJob(queue=queue, definition=definition)


def retries(job: JobPlan) -> batch.JobDefinitionRetryStrategyArgsDict:
    """The plan's attempts for what another try can mend: a machine that AWS took back, a registry that was slow.

    A container that ended by itself ends the same way again: its job fails at once, with its exit code.
    """
    if job.attempts == 1:
        return {"attempts": 1}
    return {
        "attempts": job.attempts,
        "evaluate_on_exits": [
            {"action": "RETRY", "on_status_reason": "Host EC2*"},
            {"action": "RETRY", "on_reason": "CannotPullContainer*"},
            {"action": "RETRY", "on_reason": "DockerTimeoutError*"},
            {"action": "EXIT", "on_exit_code": "*"},
        ],
    }


def build_queue(
    parent: pulumi.Resource,
    name: str,
    job: JobPlan,
    *,
    args: ComputePoolArgs,
    environments: Mapping[str, batch.ComputeEnvironment],
) -> batch.JobQueue:
    """The job's own queue, over its node groups in the plan's order: one job never waits behind another.

    A job that gets no machine while it could still be done by its deadline is cancelled then, so that it does not start
    in the hours after it; the next one of the schedule has its own chance.
    """
    slack_seconds = max(0, job.timeout_hours - job.hours) * _SECONDS_PER_HOUR
    return batch.JobQueue(
        f"{name}-queue",
        name=args.names.physical(NameKind.BATCH, job.key),
        state="ENABLED",
        priority=1,
        compute_environment_orders=[
            {"order": order, "compute_environment": environments[group].arn}
            for order, group in enumerate(job.variant.node_groups, start=1)
        ],
        job_state_time_limit_actions=[
            {
                "action": "CANCEL",
                "state": "RUNNABLE",
                "reason": reason,
                "max_time_seconds": min(max(slack_seconds, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS),
            }
            for reason in STUCK_FOR
        ],
        tags=args.names.tags("queue", job.key, workload=job.key),
        opts=child_of(parent),
    )


def build_schedule(
    parent: pulumi.Resource,
    name: str,
    job: JobPlan,
    *,
    args: ComputePoolArgs,
    request: Mapping[str, object],
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> None:
    """Submits the job at the plan's hour, in the stack's time zone.

    The request names the definition without its revision, so that it always runs the newest.
    """
    role_arn = args.security.scheduler_role_arn
    if role_arn is None:
        raise PoolwrightError(f"{job.key}: the security pool has made no role that starts jobs")
    batch_name = args.names.physical(NameKind.BATCH, job.key)
    scheduler.Schedule(
        f"{name}-schedule",
        name=args.names.physical(NameKind.SCHEDULE, job.key),
        description=f"{job.key}: {job.hours} h at the planned size",
        schedule_expression=aws_cron(job.days, job.start_hour),
        schedule_expression_timezone=args.time_zone,
        flexible_time_window={"mode": "OFF"},
        state="ENABLED",
        target={
            "arn": f"arn:{args.names.partition}:scheduler:::aws-sdk:batch:submitJob",
            "role_arn": role_arn,
            "input": json.dumps(
                {"JobName": batch_name, "JobQueue": batch_name, "JobDefinition": batch_name, **request}
            ),
            # A start that is more than an hour late would miss the deadline: the next day's is the better one.
            "retry_policy": {"maximum_event_age_in_seconds": _SECONDS_PER_HOUR, "maximum_retry_attempts": 10},
        },
        opts=child_of(parent, depends_on),
    )
