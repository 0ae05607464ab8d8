"""backup_of: the vault of a site, as the demand wishes it; a site that another one copies to has one too."""

from __future__ import annotations

from solver.demand.backup import BackupCopy, BackupWish, VaultLock
from solver.demand.demand import Demand
from solver.plan.backup import BackupCopyPlan, BackupPlan, VaultLockPlan
from solver.plan.storage import StoragePlan

_DAYS = {"day": "? * *", "week": "? * SUN", "month": "1 * ?"}
"""Day of month, month and day of week of AWS's cron expressions; one of the two days is always open."""


def backup_of(demand: Demand, site_key: str, storage: StoragePlan) -> BackupPlan | None:
    """What the site backs up of what it keeps; None where nothing comes into a vault of it."""
    wish = demand.backup
    if wish is None:
        return None
    wanted = frozenset(wish.claims)
    buckets = tuple(each.key for each in storage.buckets if each.key in wanted)
    file_systems = tuple(each.key for each in storage.file_systems if each.key in wanted)
    volumes = tuple(each.key for each in storage.volumes if each.key in wanted)
    to_itself = wish.copy_to is not None and wish.copy_to.site == site_key
    if not (buckets or file_systems or volumes or to_itself):
        return None
    return BackupPlan(
        buckets=buckets,
        file_systems=file_systems,
        volumes=volumes,
        schedule=cron_of(wish),
        time_zone=demand.time_zone,
        keep_days=wish.keep_days,
        lock=None if wish.lock is None else _lock(wish.lock),
        copy_to=None if wish.copy_to is None or to_itself else _copy(demand, wish.copy_to),
    )


def cron_of(wish: BackupWish) -> str:
    """`cron(0 3 ? * * *)`: minute, hour, day of month, month, day of week, year."""
    return f"cron(0 {wish.at} {_DAYS[wish.every]} *)"


def _lock(lock: VaultLock) -> VaultLockPlan:
    return VaultLockPlan(
        mode=lock.mode,
        changeable_for_days=lock.changeable_for_days,
        min_days=lock.min_days,
        max_days=lock.max_days,
    )


def _copy(demand: Demand, copy: BackupCopy) -> BackupCopyPlan:
    return BackupCopyPlan(
        site=copy.site,
        region=None if copy.site is None else demand.aws_sites[copy.site].region,
        vault_arn=copy.vault_arn,
        key_arn=copy.key_arn,
        keep_days=copy.keep_days,
    )
