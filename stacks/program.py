"""The Pulumi program: the approved plan in, the pools of each site out.

It never solves, except where a person at a desk asks for it (POOLWRIGHT_REPLAN=1): what it builds is what the lock
says, and it stops before any resource when the lock's inputs have changed since.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from components.aws.compute.pool import ComputePool
from components.aws.lean_sdk import lean
from components.aws.monitoring.notices import refuse_unset_webhooks
from components.aws.monitoring.pool import MonitoringPool
from components.aws.network.pool import NetworkPool
from components.aws.of_site import (
    compute_args,
    groups_args,
    guards_args,
    monitoring_args,
    network_args,
    security_args,
    storage_args,
)
from components.aws.provider import account_of, site_provider
from components.aws.security.groups import SecurityGroups
from components.aws.security.guards import Guards
from components.aws.security.pool import SecurityPool
from components.aws.storage.copies import BucketCopies, BucketCopiesArgs, SiteBuckets, copies_elsewhere
from components.aws.storage.pool import StoragePool
from components.naming import SiteNames, default_tags
from components.outputs import ComputeOutputs, LoadBalancerOutputs, NetworkOutputs, StorageOutputs
from components.source_positions import short_traces
from solver.errors import ConfigError, Problem
from solver.inputs import fresh_lock
from solver.plan.lock import digest_of, read_lock, read_text
from solver.plan.plan import Plan, SitePlan
from stacks.existing_vpc import UnresolvedError, with_ids

REPLAN = "POOLWRIGHT_REPLAN"
"""Environment variable: 1 solves anew and builds the answer without a lock."""
RELEASE_DATA = "POOLWRIGHT_RELEASE_DATA"
"""Environment variable: 1 builds the stack without its protection of data: the step before a destroy of all of it."""
ROOT = Path(__file__).resolve().parent.parent
"""The project's folder."""
_OBJECTS_BEFORE_COLLECTION = 50_000
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True)
class BuiltSite:
    """What other sites of the stack need of one in AWS."""

    buckets: SiteBuckets
    """Where copies go."""
    load_balancers: Mapping[str, LoadBalancerOutputs]
    """Where overflow goes."""
    opts: pulumi.ResourceOptions
    """Of its resources."""


Built = dict[str, BuiltSite]
"""Sites that are made, by key."""


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A plan and where it comes from."""

    plan: Plan
    lock_digest: str | None
    """What a reviewer approved; None when it was solved just now."""


def build(
    root: Path | None = None, *, lock: Path | None = None, leaving: Path | None = None, revision: str | None = None
) -> None:
    """Builds the current stack from its lock, or from one of then, which is not held to today's inputs; `leaving` is
    then the lock that runs, whose node groups stay empty for one more update.

    PoolwrightError, before any resource, when that is not right.
    """
    stack = pulumi.get_stack()
    folder = ROOT if root is None else root
    if lock is not None:
        approved = locked_then(lock, stack, leaving)
    else:
        approved = replan(folder, stack) if os.environ.get(REPLAN) == "1" else locked(folder, stack)
    try:
        build_approved(approved, revision=revision)
    except UnresolvedError as error:
        raise ConfigError(error.at_lines(folder, stack)) from error


def build_approved(approved: Approved, *, revision: str | None = None) -> None:
    """Builds the current stack from a plan; PoolwrightError, before any resource, when Pulumi's settings are wrong."""
    lean()
    short_traces()
    # What the program makes lives until it ends: to look for garbage in it at Python's pace takes a fifth of the time.
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    stack = pulumi.get_stack()
    account_id = configured_account(stack)
    refuse_other_regions(stack, approved.plan)
    plan, releases = approved.plan, os.environ.get(RELEASE_DATA) == "1"
    if plan.docker_sites:
        # Docker's SDK takes half a second to load: only who has such a site pays.
        from stacks.docker_site import refuse_missing_secrets

        refuse_missing_secrets(plan, stack)
    refuse_unset_webhooks([site.monitoring for site in plan.aws_sites.values()], stack)
    built: Built = {}
    for key, site in sorted(plan.aws_sites.items()):
        pulumi.export(key, aws_pools(key, released(site) if releases else site, plan, account_id, built))
    copy_between_sites(built)
    if plan.docker_sites:
        from stacks.docker_site import build_docker_sites

        balancers = {key: (plan.aws_sites[key], site.load_balancers) for key, site in built.items()}
        for key, exported in build_docker_sites(plan, balancers, protect=not releases):
            pulumi.export(key, exported)
    proof = plan.proof
    pulumi.export(
        "approvedPlan",  # no site's key has a capital
        {
            "costUsdPerMonth": proof.cost_usd_per_month,
            "boundUsdPerMonth": proof.bound_usd_per_month,
            "lockDigest": approved.lock_digest or "solved now, without a lock",
        },
    )
    release = plan.inputs.release
    named = {"id": "head" if release is None else release.id, "lockDigest": approved.lock_digest, "revision": revision}
    pulumi.export("appliedRelease", {key: value for key, value in named.items() if value is not None})


def locked(root: Path, stack: str) -> Approved:
    """The plan in the stack's lock; StaleError when there is none, or its inputs have changed since.

    Who releases the data is about to delete the stack: the lock it was built from will do.
    """
    path = root / "stacks" / f"{stack}.lock.yaml"
    lock = read_lock(path) if os.environ.get(RELEASE_DATA) == "1" else fresh_lock(root, stack)
    approved_digest = digest_of(read_text(path) or "", file=str(path), stack=stack)
    return Approved(plan=lock.plan_to_build(), lock_digest=approved_digest)


def locked_then(path: Path, stack: str, leaving: Path | None = None) -> Approved:
    """The plan in a lock that the stack was built from before.

    AWS takes no capacity provider from a cluster that a service still uses, so node groups of the lock that runs now
    are kept without machines, as a new plan keeps them; the next update drops them.
    """
    plan, running = read_lock(path).plan_to_build(), None if leaving is None else read_lock(leaving)
    if running is not None:
        from solver.model.retired import with_retired

        now = running.aws_sites
        sites = {
            key: site.model_copy(
                update={"compute": with_retired(site.compute, now[key].compute, site.network.zones, same_inputs=False)}
            )
            for key, site in plan.aws_sites.items()
            if key in now
        }
        plan = plan.model_copy(update={"sites": {**plan.sites, **sites}})
    return Approved(plan=plan, lock_digest=digest_of(read_text(path) or "", file=str(path), stack=stack))


def replan(root: Path, stack: str) -> Approved:
    """The plan of this moment's inputs."""
    # The solver takes longer to load than all the rest of the program: only who asks for it pays.
    from solver.inputs import read_inputs
    from solver.solve import solve

    inputs = read_inputs(root, stack)
    catalog = inputs.catalog()
    previous = read_lock(inputs.lock_path).as_plan() if inputs.lock_path.is_file() else None
    plan = solve(inputs.loaded.demand, catalog, previous=previous, inputs=inputs.plan_inputs(catalog))
    return Approved(plan=plan, lock_digest=None)


def released(site: SitePlan) -> SitePlan:
    """The site with nothing protected: buckets may be emptied, load balancers and keys deleted."""
    return site.model_copy(update={"storage": site.storage.model_copy(update={"protect": False})})


def configured_account(stack: str) -> str | None:
    """The only account that the stack may touch, as `pulumi config set account` named it, in any project."""
    account_id = pulumi.Config().get("account") or pulumi.Config("poolwright").get("account") or None
    if account_id is not None and not _ACCOUNT.fullmatch(account_id):
        problem = Problem(
            file=f"stacks/Pulumi.{stack}.yaml",
            path=f"{pulumi.get_project()}:account",
            found=f'"{account_id}"',
            allowed="the 12 digits of an AWS account are allowed",
            hint="Run: pulumi config set account 111122223333",
        )
        raise ConfigError([problem])
    return account_id


def refuse_other_regions(stack: str, plan: Plan) -> None:
    """ConfigError when Pulumi's configuration names another region than the plan's sites have."""
    region = pulumi.Config("aws").get("region")
    planned = sorted({site.region for site in plan.aws_sites.values()})
    if region is not None and planned and planned != [region]:
        problem = Problem(
            file=f"stacks/Pulumi.{stack}.yaml",
            path="aws:region",
            found=region,
            allowed=f"the plan is for {', '.join(planned)}",
            hint="The region stands in the demand file; run: pulumi config rm aws:region",
        )
        raise ConfigError([problem])


def aws_pools(
    key: str, site: SitePlan, plan: Plan, account_id: str | None, built: Built | None = None
) -> dict[str, Any]:
    """The pools of a region with a provider of their own; gives what people and other stacks need of them.

    What other sites of the stack need of it goes into `built`.
    """
    tags = default_tags(stack=plan.stack, site=key, owner=plan.owner, cost_centre=plan.cost_centre, more=plan.tags)
    provider = site_provider(key, region=site.region, account_id=account_id, tags=tags)
    names = SiteNames(
        stack=plan.stack,
        site=key,
        region=site.region,
        account_id=account_id or account_of(provider),
        default_tags=tags,
        boundary_arn=site.security.permissions_boundary,
    )
    found = with_ids(site.network, f"sites.{key}.network.existing", provider)
    return pools_in_order(
        key,
        site.model_copy(update={"network": found}),
        names,
        time_zone=plan.time_zone,
        opts=pulumi.ResourceOptions(providers=[provider]),
        built=built,
    )


def pools_in_order(
    key: str,
    site: SitePlan,
    names: SiteNames,
    *,
    time_zone: str,
    opts: pulumi.ResourceOptions,
    built: Built | None = None,
) -> dict[str, Any]:
    """Security, network, storage, compute, monitoring of a region, in the order in which each needs the ones before."""
    security = SecurityPool(f"{key}-security", security_args(site, names), opts).outputs
    network = NetworkPool(f"{key}-network", network_args(site, names, security), opts).outputs
    groups = SecurityGroups(f"{key}-groups", groups_args(site, names, network), opts).outputs
    storage = StoragePool(
        f"{key}-storage", storage_args(site, names, security=security, network=network, groups=groups), opts
    ).outputs
    compute = ComputePool(
        f"{key}-compute",
        compute_args(
            site,
            names,
            time_zone=time_zone,
            security=security,
            network=network,
            groups=groups,
            storage=storage,
        ),
        opts,
    ).outputs
    Guards(f"{key}-guards", guards_args(site, names, security, network), opts)
    watched = monitoring_args(site, names, time_zone=time_zone, security=security, network=network, compute=compute)
    if watched is not None:
        MonitoringPool(f"{key}-monitoring", watched, opts)
    if built is not None:
        buckets = SiteBuckets(plan=site.storage, names=names, security=security, storage=storage)
        built[key] = BuiltSite(buckets=buckets, load_balancers=network.load_balancers, opts=opts)
    return exports(site, names, network, storage, compute)


def copy_between_sites(built: Built) -> None:
    """Replication of buckets from one site to another, once both are there."""
    buckets = {key: site.buckets for key, site in built.items()}
    for key, site in built.items():
        if copies_elsewhere(site.buckets.plan):
            BucketCopies(f"{key}-copies", BucketCopiesArgs(here=site.buckets, others=buckets), site.opts)


def exports(
    site: SitePlan, names: SiteNames, network: NetworkOutputs, storage: StorageOutputs, compute: ComputeOutputs
) -> dict[str, Any]:
    """What people and other stacks need of a site; what it does not have is left out."""
    found: Mapping[str, Any] = {
        "region": site.region,
        "accountId": names.account_id,
        "urls": {key: balancer.url for key, balancer in network.load_balancers.items()},
        "nameServers": network.name_servers,
        "vpcId": network.vpc_id,
        "subnetIds": {tier.value: dict(by_zone) for tier, by_zone in network.subnet_ids.items()},
        "flowLogGroup": network.flow_log_group_name,
        "buckets": dict(storage.bucket_names),
        "fileSystemIds": {key: made.id for key, made in storage.file_systems.items()},
        "lustreIds": {key: made.id for key, made in storage.lustre.items()},
        "backupVault": None if storage.backup is None else storage.backup.vault_name,
        "restoreRoleArn": None if storage.backup is None else storage.backup.restore_role_arn,
        "cluster": compute.cluster_name,
        "services": dict(compute.service_names),
        "jobQueueArns": dict(compute.job_queue_arns),
        "repositoryUrls": dict(compute.repository_urls),
        "logGroups": dict(compute.log_group_names),
        "secretsToFill": [names.secret(secret) for secret in site.security.secrets],
    }
    return {name: value for name, value in found.items() if value is not None and value not in ({}, [])}
