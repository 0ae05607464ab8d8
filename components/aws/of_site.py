"""What each pool of a site is built from: its part of the plan, and what the pools before it gave.

Whoever builds pools of a whole plan takes these: the stacks' program, and the components of the package.
"""

from __future__ import annotations

from components.aws.compute.args import ComputePoolArgs
from components.aws.monitoring.pool import MonitoringPoolArgs
from components.aws.network.pool import NetworkPoolArgs
from components.aws.security.groups import SecurityGroupsArgs
from components.aws.security.guards import GuardsArgs
from components.aws.security.pool import SecurityPoolArgs
from components.aws.storage.pool import StoragePoolArgs
from components.naming import SiteNames
from components.outputs import (
    ComputeOutputs,
    NetworkOutputs,
    SecurityGroupsOutputs,
    SecurityOutputs,
    StorageOutputs,
)
from solver.plan.monitoring import CHECKS_REGION
from solver.plan.plan import SitePlan


def security_args(site: SitePlan, names: SiteNames) -> SecurityPoolArgs:
    """Keys, secrets, roles, detection."""
    watched = site.monitoring
    # Those on synthetic checks of a site elsewhere are in us-east-1, with a key of their own.
    alarms = watched is not None and bool(watched.alarms if site.region == CHECKS_REGION else watched.alarms_here)
    return SecurityPoolArgs(plan=site.security, compute=site.compute, storage=site.storage, names=names, alarms=alarms)


def network_args(site: SitePlan, names: SiteNames, security: SecurityOutputs) -> NetworkPoolArgs:
    """The VPC with its ways in and out."""
    return NetworkPoolArgs(
        plan=site.network,
        names=names,
        security=security,
        flows=site.security.flows,
        buckets=tuple(bucket.key for bucket in site.storage.buckets),
        protect=site.storage.protect,
    )


def groups_args(site: SitePlan, names: SiteNames, network: NetworkOutputs) -> SecurityGroupsArgs:
    """Who may talk to whom."""
    return SecurityGroupsArgs(
        flows=site.security.flows,
        compute=site.compute,
        storage=site.storage,
        internet=site.network.leads_out,
        names=names,
        network=network,
    )


def guards_args(site: SitePlan, names: SiteNames, security: SecurityOutputs, network: NetworkOutputs) -> GuardsArgs:
    """Firewalls in front of load balancers."""
    return GuardsArgs(plan=site.security, names=names, security=security, network=network)


def storage_args(
    site: SitePlan,
    names: SiteNames,
    *,
    security: SecurityOutputs,
    network: NetworkOutputs,
    groups: SecurityGroupsOutputs,
) -> StoragePoolArgs:
    """Buckets, file systems, backups."""
    return StoragePoolArgs(
        plan=site.storage,
        names=names,
        network=network,
        security=security,
        groups=groups,
        roles=site.security.roles,
    )


def compute_args(
    site: SitePlan,
    names: SiteNames,
    *,
    time_zone: str,
    security: SecurityOutputs,
    network: NetworkOutputs,
    groups: SecurityGroupsOutputs,
    storage: StorageOutputs,
) -> ComputePoolArgs:
    """Machines, services, jobs."""
    return ComputePoolArgs(
        plan=site.compute,
        storage_plan=site.storage,
        time_zone=time_zone,
        names=names,
        network=network,
        security=security,
        groups=groups,
        storage=storage,
    )


def monitoring_args(
    site: SitePlan,
    names: SiteNames,
    *,
    time_zone: str,
    security: SecurityOutputs,
    network: NetworkOutputs,
    compute: ComputeOutputs,
) -> MonitoringPoolArgs | None:
    """Dashboards, alarms, synthetic checks, money; None where nothing is watched."""
    if site.monitoring is None:
        return None
    return MonitoringPoolArgs(
        plan=site.monitoring,
        compute_plan=site.compute,
        time_zone=time_zone,
        names=names,
        network=network,
        security=security,
        compute=compute,
    )
