"""Roles, secrets and keys: what each workload may do, and what is encrypted with which key."""

from __future__ import annotations

from collections.abc import Collection

from solver.demand.demand import Demand
from solver.demand.workloads import Workload
from solver.plan.security import ClaimAccess, KeyPurpose, RolePlan, RotationPlan
from solver.plan.storage import StoragePlan

CUSTOMER_KEYS = "kms-customer-keys"
TRAIL_ENCRYPTION = "cloudtrail-encryption"


def site_workloads(demand: Demand, site_key: str) -> dict[str, Workload]:
    """Workloads of the site by key, in order."""
    return {key: entry for key, entry in sorted(demand.workloads.items()) if demand.site_of(entry) == site_key}


def roles_of(demand: Demand, site_key: str) -> tuple[RolePlan, ...]:
    """One role for each workload: the claims that it uses, as it uses them, and the secrets of its environment."""
    return tuple(
        RolePlan(
            workload=key,
            access=tuple(ClaimAccess(claim=claim, mode=mode) for claim, mode in sorted(workload.uses.items())),
            secrets=tuple(sorted(set(workload.secrets.values()))),
        )
        for key, workload in site_workloads(demand, site_key).items()
    )


def secrets_of(demand: Demand, site_key: str) -> tuple[str, ...]:
    """Names of all secrets of the site's workloads."""
    return tuple(
        sorted({name for entry in site_workloads(demand, site_key).values() for name in entry.secrets.values()})
    )


def rotations_of(demand: Demand, site_key: str) -> tuple[RotationPlan, ...]:
    """Secrets of the site that a function of its region changes."""
    region = demand.aws_sites[site_key].region
    return tuple(
        RotationPlan(secret=name, days=wish.rotation_days, lambda_arn=wish.rotation_lambda_arn)
        for name in secrets_of(demand, site_key)
        if (wish := demand.secrets.get(name)) is not None and wish.region == region
    )


def key_purposes(storage: StoragePlan, secrets: Collection[str]) -> tuple[KeyPurpose, ...]:
    """What the site has to encrypt: logs and machines always, data, secrets and backups where there are any."""
    data = bool(storage.buckets or storage.volumes or storage.file_systems or storage.lustre)
    occurring = {
        KeyPurpose.DATA: data,
        KeyPurpose.LOGS: True,
        KeyPurpose.SECRETS: bool(secrets),
        KeyPurpose.MACHINES: True,
        KeyPurpose.BACKUPS: storage.backup is not None,
    }
    return tuple(purpose for purpose, occurs in occurring.items() if occurs)


def keys_of_measure(measure: str, purposes: Collection[KeyPurpose]) -> tuple[KeyPurpose, ...]:
    """Customer keys that a measure asks for; the trail and the log groups share one."""
    if measure == CUSTOMER_KEYS:
        return tuple(purposes)
    return (KeyPurpose.LOGS,) if measure == TRAIL_ENCRYPTION else ()
