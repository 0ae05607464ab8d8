"""BackupWish: what is copied to a vault, how often, how long copies stay, and who may end that."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.names import Days, Distinct, Key
from solver.quantity import ClockHour, Written
from solver.schema import Schema, is_empty
from solver.vocabulary import LockMode

VaultArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$"),
    Written("a backup vault's ARN"),
]
"""A vault of AWS Backup."""

KeyArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{36,40}$"),
    Written("a KMS key's ARN (not an alias)"),
]
"""A key of AWS KMS."""


class VaultLock(Schema):
    """What nobody can do to the vault any more; without it, whoever may delete backups can."""

    mode: LockMode
    """governance: who may change the vault may end the lock; compliance: nobody, after `changeable_for_days`."""
    changeable_for_days: Annotated[int | None, Field(ge=3, le=36_500, exclude_if=is_empty)] = None
    """With compliance: days in which the lock may still be taken away. After them it and the vault are for ever."""
    min_days: Days | None = Field(default=None, exclude_if=is_empty)
    """The vault takes no copy that is kept for less."""
    max_days: Days | None = Field(default=None, exclude_if=is_empty)
    """The vault takes no copy that is kept for longer."""

    @model_validator(mode="after")
    def _says_when_it_is_final(self) -> Self:
        if self.mode is LockMode.COMPLIANCE and self.changeable_for_days is None:
            raise ValueError(
                "changeable_for_days, 3 or more, is needed with compliance: after them the lock is for ever"
            )
        if self.mode is LockMode.GOVERNANCE and self.changeable_for_days is not None:
            raise ValueError("changeable_for_days is allowed with compliance: a governance lock can always be changed")
        if self.min_days is None and self.max_days is None:
            raise ValueError("min_days, max_days or both are needed: without them a lock holds nothing")
        if self.min_days is not None and self.max_days is not None and self.min_days > self.max_days:
            raise ValueError(f"min_days of at most max_days, {self.max_days}, is allowed; {self.min_days} is more")
        return self


class BackupCopy(Schema):
    """A second copy of each backup, elsewhere."""

    site: Key | None = Field(default=None, exclude_if=is_empty)
    """The vault of another site of the stack; it has the same lock."""
    vault_arn: VaultArn | None = Field(default=None, exclude_if=is_empty)
    """Or a vault that exists, in any region."""
    key_arn: KeyArn | None = Field(default=None, exclude_if=is_empty)
    """The key of that vault, where it has one of yours: the role for backups may use it."""
    keep_days: Days
    """How long the second copy is kept."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.site is None) == (self.vault_arn is None):
            raise ValueError("either site or vault_arn is allowed")
        if self.key_arn is not None and self.vault_arn is None:
            raise ValueError("key_arn is allowed with vault_arn: a site has its own key")
        return self


class BackupWish(Schema):
    """Backups of storage claims in a vault of each site that has some of them."""

    claims: Annotated[tuple[Key, ...], Field(min_length=1, max_length=100), Distinct]
    """Buckets with versions, file systems, and volumes attached to replicas."""
    every: Literal["day", "week", "month"] = "day"
    """How often: each day, on Sundays, on the first of the month."""
    at: Annotated[ClockHour, Field(validate_default=False)] = 3
    """When, in the stack's time zone."""
    keep_days: Days
    """How long each is kept."""
    lock: VaultLock | None = Field(default=None, exclude_if=is_empty)
    """Keeps backups from being deleted early; None: no lock."""
    copy_to: BackupCopy | None = Field(default=None, exclude_if=is_empty)
    """A second copy; None: none."""

    @model_validator(mode="after")
    def _starts_in_the_day(self) -> Self:
        if self.at == 24:
            raise ValueError("an hour from 00:00 to 23:00 is allowed; 24:00 is the next day's 00:00")
        return self

    @model_validator(mode="after")
    def _the_vault_takes_them(self) -> Self:
        if self.lock is None:
            return self
        least, most = self.lock.min_days or 1, self.lock.max_days or 36_500
        kept = [("keep_days", self.keep_days)]
        if self.copy_to is not None and self.copy_to.site is not None:
            kept.append(("copy_to.keep_days", self.copy_to.keep_days))
        for name, days in kept:
            if not least <= days <= most:
                raise ValueError(
                    f"{name} from lock.min_days to lock.max_days, {least} to {most} days, is allowed; "
                    f"the vault would refuse each backup of {days}"
                )
        return self
