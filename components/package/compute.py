"""Compute: a site's machines, services and jobs, as a component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict

import pulumi

from components.aws.compute.pool import ComputePool
from components.aws.of_site import compute_args
from components.package.approved import approved_site
from components.package.handover import groups_from, network_from, security_from, storage_from, together


class ComputeArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the site in the lock; it may be left out where the lock has one site."""
    account_id: str
    """The account, 12 digits: names of buckets and ARNs in policies contain it."""
    security: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Security component of the same lock and site."""
    network: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Network component of the same lock and site."""
    storage: pulumi.Input[dict[str, pulumi.Input[Any]]]
    """`handover` of a Storage component of the same lock and site."""


class Compute(pulumi.ComponentResource):
    """Machines, services, jobs and image repositories, in the numbers of the plan."""

    cluster_name: pulumi.Output[str] | None
    """ECS cluster of the services, where the site has any."""
    service_names: pulumi.Output[dict[str, str]]
    """ECS services, by `workload.variant`."""
    job_queue_arns: pulumi.Output[dict[str, str]]
    """Batch queues, by job."""
    repository_urls: pulumi.Output[dict[str, str]]
    """Image repositories, by workload."""

    def __init__(self, name: str, args: ComputeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Compute", name, None, opts)
        approved = approved_site(name, lock=args["lock"], site=args.get("site"), account_id=args["account_id"])
        site = approved.site
        made = ComputePool(
            name,
            compute_args(
                site,
                approved.names,
                time_zone=approved.plan.time_zone,
                security=security_from(args["security"], site),
                network=network_from(args["network"], site),
                groups=groups_from(args["network"], site),
                storage=storage_from(args["storage"], site),
            ),
            approved.options(self, name),
        ).outputs
        self.cluster_name = made.cluster_name
        self.service_names = together(made.service_names)
        self.job_queue_arns = together(made.job_queue_arns)
        self.repository_urls = together(made.repository_urls)
        self.register_outputs({"clusterName": self.cluster_name, "repositoryUrls": self.repository_urls})
