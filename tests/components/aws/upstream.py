"""Made-up outputs of the pools before storage and compute, as their tests need them."""

from __future__ import annotations

import pulumi

from components.aws.compute.args import ComputePoolArgs
from components.aws.compute.pool import ComputePool
from components.aws.storage.pool import StoragePool, StoragePoolArgs
from components.naming import SiteNames
from components.outputs import (
    FileSystemOutputs,
    LoadBalancerOutputs,
    LustreOutputs,
    NetworkOutputs,
    SecurityGroupsOutputs,
    SecurityOutputs,
    ShiftOutputs,
    StorageOutputs,
    TargetGroupOutputs,
)
from solver.plan.plan import SitePlan
from solver.vocabulary import Tier
from tests.components import plans


class Existing(pulumi.CustomResource):
    """Stands for a resource of an earlier pool that others wait for."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Existing", name)


def out(value: str) -> pulumi.Output[str]:
    """A known output."""
    return pulumi.Output.from_input(value)


def network(site: SitePlan) -> NetworkOutputs:
    """Subnets, load balancers and target groups of the plan."""
    return NetworkOutputs(
        vpc_id=out("vpc-1"),
        vpc_cidr=str(site.network.cidr),
        vpc_ipv6_cidr=None,
        subnet_ids={
            tier: {
                subnet.zone: out(f"subnet-{tier}-{subnet.zone}")
                for subnet in site.network.subnets
                if subnet.tier == tier
            }
            for tier in Tier
        },
        load_balancer_group_ids={},
        endpoint_group_id=None,
        gateway_prefix_list_ids={},
        load_balancers={
            balancer.key: LoadBalancerOutputs(
                arn=out(f"arn:lb/{balancer.key}"),
                arn_suffix=out(f"app/{balancer.key}/50dc6c495c0c9188"),
                dns_name=out(f"{balancer.key}.example"),
                zone_id=out("Z1"),
                listener_arn=out(f"arn:listener/{balancer.key}"),
                url=out(f"https://{balancer.key}.example"),
            )
            for balancer in site.network.load_balancers
        },
        target_groups={
            (balancer.key, target.workload): TargetGroupOutputs(
                arn=out(f"arn:targetgroup/{balancer.key}-{target.workload}"),
                arn_suffix=out(f"targetgroup/{balancer.key}-{target.workload}/943f017f100becff"),
                attached_by=Existing(f"rule-{balancer.key}-{target.workload}"),
                shift=_shift(f"{balancer.key}-{target.workload}") if target.moves_requests else None,
            )
            for balancer in site.network.load_balancers
            for target in balancer.targets
        },
        hosted_zone_id=None,
        name_servers=None,
        flow_log_group_name=None,
        zone_names={zone: out(f"eu-west-1{zone[-1]}") for zone in site.network.zones},
        egress_ready=(Existing("route"),),
    )


def _shift(key: str) -> ShiftOutputs:
    return ShiftOutputs(
        second_arn=out(f"arn:targetgroup/{key}-second"),
        second_arn_suffix=out(f"targetgroup/{key}-second/943f017f100becff"),
        rule_arn=out(f"arn:rule/{key}"),
        role_arn=out("arn:aws:iam::123456789012:role/shifting"),
        ready=(Existing(f"shifting-{key}"),),
    )


def security(
    site: SitePlan, *, measures: frozenset[str] = frozenset(), access_log_bucket: pulumi.Output[str] | None = None
) -> SecurityOutputs:
    """Keys of the plan, a pair of roles for each workload."""
    workloads = [role.workload for role in site.security.roles]
    return SecurityOutputs(
        key_arns={purpose: out(f"arn:aws:kms:eu-west-1:123456789012:key/{purpose}") for purpose in site.security.keys},
        task_role_arns={workload: out(f"arn:aws:iam::123456789012:role/{workload}-task") for workload in workloads},
        execution_role_arns={
            workload: out(f"arn:aws:iam::123456789012:role/{workload}-execution") for workload in workloads
        },
        instance_profile_arns={"ecs": out("arn:instance-profile/ecs"), "batch": out("arn:instance-profile/batch")},
        volume_role_arn=out("arn:aws:iam::123456789012:role/volumes"),
        scheduler_role_arn=out("arn:aws:iam::123456789012:role/scheduler"),
        hook_role_arn=out("arn:aws:iam::123456789012:role/hooks"),
        secret_arns={secret: out(f"arn:secret/{secret}") for secret in site.security.secrets},
        role_policies=(Existing("role-policy"),),
        measures=measures,
        access_log_bucket=access_log_bucket,
    )


def groups(site: SitePlan) -> SecurityGroupsOutputs:
    """A security group for each workload and file system."""
    return SecurityGroupsOutputs(
        workloads={role.workload: out(f"sg-{role.workload}") for role in site.security.roles},
        load_balancers={},
        file_systems={plan.key: out(f"sg-{plan.key}") for plan in (*site.storage.file_systems, *site.storage.lustre)},
        endpoints=None,
        machines=out("sg-machines"),
    )


def storage(site: SitePlan) -> StorageOutputs:
    """File systems of the plan."""
    return StorageOutputs(
        bucket_names={},
        bucket_arns={},
        file_systems={
            plan.key: FileSystemOutputs(
                id=out(f"fs-{plan.key}"),
                arn=out(f"arn:fs/{plan.key}"),
                access_point_ids={workload: out(f"fsap-{plan.key}-{workload}") for workload in plan.workloads},
                ready=(Existing(f"mount-target-{plan.key}"),),
            )
            for plan in site.storage.file_systems
        },
        lustre={
            plan.key: LustreOutputs(
                id=out(f"fs-{plan.key}"),
                dns_name=out(f"fs-{plan.key}.fsx.eu-west-1.amazonaws.com"),
                mount_name=out("abcdefgh"),
                ready=(Existing(f"link-{plan.key}"),),
            )
            for plan in site.storage.lustre
        },
    )


def compute_pool(
    site: SitePlan,
    *,
    names: SiteNames | None = None,
    measures: frozenset[str] = frozenset(),
    time_zone: str = "Europe/Dublin",
) -> ComputePool:
    """The compute pool of a site, on made-up pools before it."""
    return ComputePool(
        "compute",
        ComputePoolArgs(
            plan=site.compute,
            storage_plan=site.storage,
            time_zone=time_zone,
            names=names or plans.names(),
            network=network(site),
            security=security(site, measures=measures),
            groups=groups(site),
            storage=storage(site),
        ),
    )


def storage_pool(
    site: SitePlan, *, measures: frozenset[str] = frozenset(), access_log_bucket: pulumi.Output[str] | None = None
) -> StoragePool:
    """The storage pool of a site, on made-up pools before it."""
    return StoragePool(
        "storage",
        StoragePoolArgs(
            plan=site.storage,
            names=plans.names(),
            network=network(site),
            security=security(site, measures=measures, access_log_bucket=access_log_bucket),
            groups=groups(site),
            roles=site.security.roles,
        ),
    )
