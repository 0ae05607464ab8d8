"""Replication and Inventory: what S3 itself does with a bucket's objects, into another bucket."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.backup import KeyArn
from solver.demand.names import Key, RegionName
from solver.quantity import Written
from solver.schema import Schema, is_empty

BucketArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    Written("a bucket's ARN like arn:aws:s3:::audit-copies"),
]
"""A bucket that exists."""

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), Written("an AWS account's 12 digits, in quotes,")]
"""An AWS account."""


class Replication(Schema):
    """Each new version is copied to another bucket, within minutes."""

    claim: Key | None = Field(default=None, exclude_if=is_empty)
    """A bucket of the stack that takes the copies; what it costs is its own claim's."""
    site: Key | None = Field(default=None, exclude_if=is_empty)
    """The site of that claim; the stack's only site when there is one."""
    bucket_arn: BucketArn | None = Field(default=None, exclude_if=is_empty)
    """Or a bucket that exists, with versions."""
    region: RegionName | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: its region."""
    key_arn: KeyArn | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: the key of its objects; None: AWS's own key for S3."""
    account_id: AccountId | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: its account, which then owns the copies; None: this one."""
    delete_markers: bool = False
    """Deletions are copied too. Without, what is deleted here stays there until its own lifecycle ends it."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.claim is None) == (self.bucket_arn is None):
            raise ValueError("either claim or bucket_arn is allowed")
        if self.bucket_arn is not None and (self.region is None or self.site is not None):
            raise ValueError("region, and no site, is allowed with bucket_arn: an ARN does not say where the bucket is")
        given = [name for name in ("region", "key_arn", "account_id") if getattr(self, name) is not None]
        if self.claim is not None and given:
            raise ValueError(f"{given[0]} is allowed with bucket_arn: a claim has its own")
        return self


class Inventory(Schema):
    """A list of all objects with their versions, sizes, classes and encryption, as CSV files."""

    claim: Key | None = Field(default=None, exclude_if=is_empty)
    """A bucket of the same site that takes the lists."""
    bucket_arn: BucketArn | None = Field(default=None, exclude_if=is_empty)
    """Or a bucket of the same region that exists; its policy must let S3 write."""
    account_id: AccountId | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: its account; None: this one."""
    frequency: Literal["daily", "weekly"] = "weekly"
    """How often."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.claim is None) == (self.bucket_arn is None):
            raise ValueError("either claim or bucket_arn is allowed")
        if self.account_id is not None and self.bucket_arn is None:
            raise ValueError("account_id is allowed with bucket_arn: a claim is this account's")
        return self
