"""ComputePoolArgs: what the compute pool and its parts are built from."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.naming import SiteNames
from components.outputs import NetworkOutputs, SecurityGroupsOutputs, SecurityOutputs, StorageOutputs
from solver.plan.compute import ComputePlan
from solver.plan.security import KeyPurpose
from solver.plan.storage import BucketPlan, FileSystemPlan, LustrePlan, StoragePlan, VolumePlan


@dataclass(frozen=True, kw_only=True)
class ComputePoolArgs:
    """A part of the plan, and what the pools before it gave."""

    plan: ComputePlan
    """Its part of the plan."""
    storage_plan: StoragePlan
    """Volumes that machines and tasks have, and where workloads see what is kept."""
    time_zone: str
    """Of the plan's hours."""
    names: SiteNames
    """Names and tags of the site."""
    network: NetworkOutputs
    """Subnets and target groups."""
    security: SecurityOutputs
    """Keys, roles, secrets."""
    groups: SecurityGroupsOutputs
    """Security groups of workloads and machines."""
    storage: StorageOutputs
    """File systems."""

    @property
    def machine_key_arn(self) -> pulumi.Output[str] | None:
        """Key of all volumes of machines and tasks, which live no longer than these, and of image repositories.

        The roles of AWS that start machines may use this key and no other.
        """
        return self.security.key_arn(KeyPurpose.MACHINES)

    def buckets(self, claims: tuple[str, ...]) -> tuple[BucketPlan, ...]:
        """Those of the claims that are buckets."""
        return tuple(bucket for bucket in self.storage_plan.buckets if bucket.key in claims)

    def volumes(self, claims: tuple[str, ...]) -> tuple[VolumePlan, ...]:
        """Those of the claims that are volumes."""
        return tuple(volume for volume in self.storage_plan.volumes if volume.key in claims)

    def file_systems(self, claims: tuple[str, ...]) -> tuple[FileSystemPlan, ...]:
        """Those of the claims that are file systems."""
        return tuple(file_system for file_system in self.storage_plan.file_systems if file_system.key in claims)

    def lustre(self, claims: tuple[str, ...]) -> tuple[LustrePlan, ...]:
        """Those of the claims that are fast file systems over a bucket."""
        return tuple(plan for plan in self.storage_plan.lustre if plan.key in claims)
