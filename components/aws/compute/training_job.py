"""Training jobs: a gang of workers, one to a machine, that start together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import batch

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.batch_job import BuiltJob, build_batch_job, build_queue, build_schedule, retries
from components.aws.compute.job_container import job_container
from components.naming import NameKind
from components.options import child_of
from solver.plan.compute import JobPlan


def build_training_job(
    parent: pulumi.Resource,
    name: str,
    job: JobPlan,
    *,
    args: ComputePoolArgs,
    image: pulumi.Input[str],
    environments: Mapping[str, batch.ComputeEnvironment],
    depends_on: Sequence[pulumi.Input[pulumi.Resource]],
) -> BuiltJob:
    """A gang of one is a plain job; a larger one is a multi-node job.

    Each worker finds the gang in `AWS_BATCH_JOB_NUM_NODES`, `AWS_BATCH_JOB_NODE_INDEX` and
    `AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS`. Batch limits the time of each try of a worker as it does for a job.
    """
    if job.workers == 1:
        return build_batch_job(
            parent, name, job, args=args, image=image, environments=environments, depends_on=depends_on
        )
    definition = batch.JobDefinition(
        f"{name}-definition",
        name=args.names.physical(NameKind.BATCH, job.key),
        type="multinode",
        platform_capabilities=["EC2"],
        propagate_tags=True,
        node_properties=pulumi.Output.json_dumps(
            {
                "mainNode": 0,
                "numNodes": job.workers,
                "nodeRangeProperties": [{"targetNodes": "0:", "container": job_container(args, job, image)}],
            }
        ),
        retry_strategy=retries(job),
        timeout={"attempt_duration_seconds": job.timeout_hours * 3600},
        tags=args.names.tags("job", job.key, workload=job.key),
        opts=child_of(parent, depends_on),
    )
    queue = build_queue(parent, name, job, args=args, environments=environments)
    build_schedule(parent, name, job, args=args, request={}, depends_on=[definition, queue])
    return BuiltJob(queue=queue, definition=definition)
