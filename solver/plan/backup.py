"""BackupPlan: the vault of a site, what is copied into it, when, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import LockMode


class VaultLockPlan(Schema):
    """What the vault holds to."""

    mode: LockMode
    """Who may end it."""
    changeable_for_days: Annotated[int | None, Field(exclude_if=is_empty)] = None
    """With compliance: how long it may still be taken away."""
    min_days: Annotated[int | None, Field(exclude_if=is_empty)] = None
    """Shortest time that a copy may be kept."""
    max_days: Annotated[int | None, Field(exclude_if=is_empty)] = None
    """Longest."""


class BackupCopyPlan(Schema):
    """Where each backup is copied to."""

    site: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """Another site of the stack, whose vault takes it."""
    region: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """That site's region."""
    vault_arn: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """Or a vault that exists."""
    key_arn: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """That vault's key."""
    keep_days: int
    """How long."""


class BackupPlan(Schema):
    """A vault and what goes into it."""

    buckets: tuple[str, ...] = ()
    """Claims that are buckets."""
    file_systems: tuple[str, ...] = ()
    """Claims that are file systems."""
    volumes: tuple[str, ...] = ()
    """Claims that are volumes of replicas; found by their tags."""
    schedule: str
    """When, as a cron expression of AWS."""
    time_zone: str
    """In which the schedule is read."""
    keep_days: int
    """How long each backup is kept."""
    lock: Annotated[VaultLockPlan | None, Field(exclude_if=is_empty)] = None
    """None: whoever may delete backups can."""
    copy_to: Annotated[BackupCopyPlan | None, Field(exclude_if=is_empty)] = None
    """None: there is no second copy."""

    @property
    def claims(self) -> tuple[str, ...]:
        """All that is backed up; empty where the vault only takes another site's copies."""
        return (*self.buckets, *self.file_systems, *self.volumes)
