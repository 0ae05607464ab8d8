"""How one component hands all it made to the next, as one value that any language can pass on.

A value that crosses a component's border may be unknown as a whole in a preview, its keys included. So whoever takes a
handover knows from the plan which keys there are, and asks for their values alone. Whatever is made from a handover
depends on all resources that it came from: nothing starts before them, and nothing outlives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

import pulumi

from components.aws.security.audit_bucket import NEEDED_BY
from components.aws.security.machine_roles import hooks_of, runtimes_of
from components.aws.security.roles import has_task_role
from components.outputs import (
    FileSystemOutputs,
    LoadBalancerOutputs,
    LustreOutputs,
    NetworkOutputs,
    SecurityGroupsOutputs,
    SecurityOutputs,
    StorageOutputs,
    TargetGroupOutputs,
)
from solver.errors import PoolwrightError
from solver.plan.network import NetworkPlan
from solver.plan.plan import SitePlan
from solver.vocabulary import Tier

Handover = pulumi.Output[dict[str, Any]]
_AFTER = "after"
"""Key of the URNs of what must be there first."""


def hand_over(**outputs: Any) -> Handover:
    """Everything in the pools' outputs, by their fields' names."""
    after: list[pulumi.Resource] = []
    values = {name: _plain(value, after) for name, value in outputs.items()}
    values[_AFTER] = [resource.urn for resource in after]
    return pulumi.Output.from_input(cast("Any", values))


def together(values: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[dict[str, str]]:
    """One output of a mapping's values."""
    return pulumi.Output.from_input(cast("Any", dict(values)))


def _plain(value: Any, after: list[pulumi.Resource]) -> Any:
    """Data alone: enums and tuples as keys become text, and resources wait in the list."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in fields(value)}
        return _plain(named, after)
    if isinstance(value, Mapping):
        entries = cast("Mapping[Any, Any]", value)
        plain = {_word(key): _plain(entry, after) for key, entry in entries.items()}
        return {key: entry for key, entry in plain.items() if entry is not None}
    if isinstance(value, pulumi.Resource):
        after.append(value)
        return None
    if isinstance(value, tuple):
        for entry in cast("tuple[Any, ...]", value):
            _plain(entry, after)
        return None
    return sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value


def _word(key: Any) -> str:
    if isinstance(key, tuple):
        return "/".join(str(part) for part in cast("tuple[Any, ...]", key))
    return str(key.value) if isinstance(key, Enum) else str(key)


class Taken:
    """A handover in the hands of the next component."""

    def __init__(self, given: pulumi.Input[Any], *, source: str) -> None:
        self._given: pulumi.Output[Any] = pulumi.Output.from_input(cast("Any", given))
        self._source = source

    def at(self, *path: str) -> pulumi.Output[Any]:
        """The value at a path."""

        def found(value: Any) -> Any:
            for key in path:
                if not isinstance(value, Mapping) or key not in value:
                    raise PoolwrightError(
                        f"the handover of {self._source} has no {'.'.join(path)}",
                        hint=f"Give the whole `handover` of a {self._source} that is built from the same lock and site",
                    )
                value = cast("Any", value[key])
            return value

        return self._given.apply(found)

    @property
    def after(self) -> pulumi.Input[pulumi.Resource]:
        """For `depends_on`: no resource by itself, but an output that depends on all of them."""
        return cast("pulumi.Input[pulumi.Resource]", self._given.apply(lambda _: None))


def security_from(given: pulumi.Input[Any], site: SitePlan) -> SecurityOutputs:
    """What a Security component handed over."""
    taken = Taken(given, source="Security")
    plan, storage, compute = site.security, site.storage, site.compute

    def arns(name: str, keys: list[str]) -> dict[str, pulumi.Output[str]]:
        return {key: taken.at("security", name, key) for key in keys}

    measures = frozenset(measure.name for measure in plan.measures if measure.build)
    replica_volumes = any(volume.attach == "replica" for volume in storage.volumes)
    return SecurityOutputs(
        key_arns={purpose: taken.at("security", "key_arns", purpose.value) for purpose in plan.keys},
        task_role_arns=arns("task_role_arns", [r.workload for r in plan.roles if has_task_role(r, storage)]),
        execution_role_arns=arns("execution_role_arns", [role.workload for role in plan.roles]),
        instance_profile_arns={
            runtime: taken.at("security", "instance_profile_arns", runtime) for runtime in runtimes_of(compute)
        },
        volume_role_arn=taken.at("security", "volume_role_arn") if replica_volumes else None,
        scheduler_role_arn=taken.at("security", "scheduler_role_arn") if compute.jobs else None,
        hook_role_arn=taken.at("security", "hook_role_arn") if hooks_of(compute) else None,
        secret_arns=arns("secret_arns", list(plan.secrets)),
        role_policies=(taken.after,),
        measures=measures,
        access_log_bucket=taken.at("security", "access_log_bucket") if measures & NEEDED_BY else None,
    )


def _has_ipv6(plan: NetworkPlan) -> bool:
    return any(subnet.ipv6_index is not None for subnet in plan.subnets)


def network_from(given: pulumi.Input[Any], site: SitePlan) -> NetworkOutputs:
    """What a Network component handed over, as far as storage and compute stand on it."""
    taken = Taken(given, source="Network")
    plan = site.network
    balancers = {balancer.key: balancer for balancer in plan.load_balancers}
    return NetworkOutputs(
        vpc_id=taken.at("network", "vpc_id"),
        vpc_cidr=str(plan.cidr),
        vpc_ipv6_cidr=taken.at("network", "vpc_ipv6_cidr") if _has_ipv6(plan) else None,
        subnet_ids={
            tier: {zone: taken.at("network", "subnet_ids", tier.value, zone) for zone in of_tier}
            for tier, of_tier in _zones_by_tier(plan).items()
        },
        load_balancer_group_ids={key: taken.at("network", "load_balancer_group_ids", key) for key in balancers},
        endpoint_group_id=None,  # the groups' rules are made: nobody asks any more
        gateway_prefix_list_ids={},
        load_balancers={
            key: LoadBalancerOutputs(
                **{field.name: taken.at("network", "load_balancers", key, field.name) for field in _BALANCER}
            )
            for key in balancers
        },
        target_groups={
            (key, target.workload): TargetGroupOutputs(
                arn=taken.at("network", "target_groups", f"{key}/{target.workload}", "arn"),
                arn_suffix=taken.at("network", "target_groups", f"{key}/{target.workload}", "arn_suffix"),
                attached_by=taken.after,
            )
            for key, balancer in balancers.items()
            for target in balancer.targets
        },
        hosted_zone_id=None,
        name_servers=None,
        flow_log_group_name=None,
        zone_names={subnet.zone: taken.at("network", "zone_names", subnet.zone) for subnet in plan.subnets},
        egress_ready=(taken.after,),
    )


_BALANCER = fields(LoadBalancerOutputs)


def _zones_by_tier(plan: NetworkPlan) -> dict[Tier, list[str]]:
    if plan.existing is not None:
        return {tier: list(subnets) for tier, subnets in plan.existing.subnets.items()}
    zones: dict[Tier, list[str]] = {}
    for subnet in plan.subnets:
        zones.setdefault(subnet.tier, []).append(subnet.zone)
    return zones


def groups_from(given: pulumi.Input[Any], site: SitePlan) -> SecurityGroupsOutputs:
    """The security groups that a Network component handed over."""
    taken = Taken(given, source="Network")
    workloads = sorted([*(each.key for each in site.compute.services), *(each.key for each in site.compute.jobs)])
    return SecurityGroupsOutputs(
        workloads={key: taken.at("groups", "workloads", key) for key in workloads},
        load_balancers={
            each.key: taken.at("groups", "load_balancers", each.key) for each in site.network.load_balancers
        },
        file_systems={
            each.key: taken.at("groups", "file_systems", each.key)
            for each in (*site.storage.file_systems, *site.storage.lustre)
        },
        endpoints=None,
        machines=taken.at("groups", "machines"),
        lustre_rules=(taken.after,),
    )


def storage_from(given: pulumi.Input[Any], site: SitePlan) -> StorageOutputs:
    """What a Storage component handed over."""
    taken = Taken(given, source="Storage")
    return StorageOutputs(
        bucket_names={each.key: taken.at("storage", "bucket_names", each.key) for each in site.storage.buckets},
        bucket_arns={each.key: taken.at("storage", "bucket_arns", each.key) for each in site.storage.buckets},
        file_systems={
            each.key: FileSystemOutputs(
                id=taken.at("storage", "file_systems", each.key, "id"),
                arn=taken.at("storage", "file_systems", each.key, "arn"),
                access_point_ids={
                    workload: taken.at("storage", "file_systems", each.key, "access_point_ids", workload)
                    for workload in each.workloads
                },
                ready=(taken.after,),
            )
            for each in site.storage.file_systems
        },
        lustre={
            each.key: LustreOutputs(
                id=taken.at("storage", "lustre", each.key, "id"),
                dns_name=taken.at("storage", "lustre", each.key, "dns_name"),
                mount_name=taken.at("storage", "lustre", each.key, "mount_name"),
                ready=(taken.after,),
            )
            for each in site.storage.lustre
        },
    )
