"""StorageClaim: what a stack wants to keep, and how it is read."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from solver.demand.bucket_copies import Inventory, Replication
from solver.demand.names import Days, Distinct, Key, KeyPrefix, MountPath, Text
from solver.quantity import DiskGib, Share
from solver.schema import Schema, is_empty
from solver.vocabulary import LockMode, StorageKind


class ClaimBase(Schema):
    """What all claims have."""

    description: Text | None = None
    """For people."""
    site: Key | None = None
    """The site it lives on; the stack's only site when there is one. A volume lives where its workload runs."""
    sites: Annotated[tuple[Key, ...], Distinct] = Field(default=(), exclude_if=is_empty)
    """Instead of `site`: sites that have one each; the stack's applications copy what must be in all."""


class AgeBand(Schema):
    """How often objects of an age are read."""

    from_days: Annotated[int, Field(ge=0, le=36_500)]
    """Age at which the band begins."""
    reads_per_object_month: Annotated[float, Field(ge=0, le=1e9)]
    """Reads of one object a month, mean over the band."""
    retrieved_share_per_month: Annotated[float, Field(ge=0, le=1e6)]
    """Bytes read a month, as a part of the bytes kept in the band."""
    retrieval_within_hours: Annotated[float, Field(ge=0, le=48)] = 0
    """Longest acceptable wait for the first byte; 0 means at once."""


class ObjectLock(Schema):
    """How long a written object can neither be changed nor deleted (write once, read many)."""

    mode: LockMode
    """governance: roles with s3:BypassGovernanceRetention may end it; compliance: nobody, nor the account's root."""
    days: Days
    """From the day of writing."""


class Bucket(ClaimBase):
    """Objects."""

    kind: Literal[StorageKind.BUCKET]
    """bucket"""
    written_gib_per_month: Annotated[float, Field(gt=0, le=1e9)]
    """New bytes."""
    object_mib: Annotated[float, Field(gt=0, le=5 * 1024 * 1024)]
    """Mean size of an object."""
    retention_days: Days
    """Objects are deleted at this age."""
    access: Annotated[tuple[AgeBand, ...], Field(min_length=1, max_length=8)]
    """Reads by age, youngest first; the first band begins at day 0."""
    versioned: bool = True
    """Keep overwritten and deleted objects for `noncurrent_days`."""
    noncurrent_days: Days = 30
    """How long an overwritten or deleted object can be brought back."""
    zone_loss_tolerant: bool = True
    """The objects must outlive the loss of a zone: one-zone classes are out."""
    object_lock: ObjectLock | None = Field(default=None, exclude_if=is_empty)
    """Each version is locked when it is written; the bucket is protected then, whatever `data_protection` says."""
    replication: Replication | None = Field(default=None, exclude_if=is_empty)
    """Copies of new versions in another bucket; None: none."""
    inventory: Inventory | None = Field(default=None, exclude_if=is_empty)
    """Lists of all objects in another bucket; None: none."""

    @model_validator(mode="after")
    def _lock_ends_in_time(self) -> Self:
        if self.object_lock is None:
            return self
        if not self.versioned:
            raise ValueError("object_lock is allowed where versioned is true: S3 locks versions")
        kept = self.retention_days + self.noncurrent_days
        if self.object_lock.days > kept:
            raise ValueError(
                f"an object_lock of at most {kept} days is allowed, retention_days and noncurrent_days together: "
                f"nothing is deleted while it is locked, and what is kept longer is not in the plan's price"
            )
        return self

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        starts = [band.from_days for band in self.access]
        if starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("access bands that begin at day 0 and rise are allowed")
        if starts[-1] >= self.retention_days:
            raise ValueError(
                f"bands that begin before objects are deleted, at {self.retention_days} days, are allowed; "
                f"one begins at day {starts[-1]}"
            )
        return self


class Volume(ClaimBase):
    """A block device for each machine or replica of one workload; it lives as long as what it is attached to."""

    kind: Literal[StorageKind.VOLUME]
    """volume"""
    attach: Literal["machine", "replica"]
    """One for each machine of the workload's node groups, or one for each replica."""
    size: DiskGib
    """Usable size."""
    iops: Annotated[int, Field(ge=0, le=260_000)] = 0
    """Operations a second needed, 16 KiB each."""
    throughput_mibps: Annotated[int, Field(ge=0, le=4000)] = 0
    """MiB a second needed."""
    mount: MountPath = "/scratch"
    """Where replicas see it."""

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        if self.size < 1:
            raise ValueError("a size of at least 1Gi is allowed")
        return self


class FileSystem(ClaimBase):
    """Files that many replicas share."""

    kind: Literal[StorageKind.FILE_SYSTEM]
    """file-system"""
    size: DiskGib
    """Bytes kept."""
    cold_share: Share = 0.0
    """Part that is not read for a month and more."""
    read_gib_per_month: Annotated[float, Field(ge=0, le=1e9)]
    """Bytes read."""
    write_gib_per_month: Annotated[float, Field(ge=0, le=1e9)]
    """Bytes written."""
    peak_mibps: Annotated[float, Field(gt=0, le=10_000)]
    """Highest throughput needed."""
    mount: MountPath = "/shared"
    """Where replicas see it."""
    zone_loss_tolerant: bool = True
    """The files must outlive the loss of a zone: one-zone classes are out."""
    backup: bool = True
    """Daily backup, kept 35 days."""

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        if self.size < 1:
            raise ValueError("a size of at least 1Gi is allowed")
        return self


class Lustre(ClaimBase):
    """A fast file system of one zone over the objects of a bucket, for jobs: FSx for Lustre."""

    kind: Literal[StorageKind.LUSTRE]
    """lustre"""
    bucket: Key
    """The claim whose objects are its files, and which gets what jobs write; on the same site."""
    prefix: KeyPrefix | None = Field(default=None, exclude_if=is_empty)
    """Only objects whose keys begin so, `training/`; None: all."""
    size: DiskGib
    """Bytes that it must hold at once; sold from 1200Gi, and in steps of 2400Gi."""
    throughput_mibps: Annotated[float, Field(gt=0, le=100_000)]
    """MiB a second needed, of all jobs together."""
    compress: bool = True
    """Files are compressed (LZ4): mostly faster, and more fit."""
    mount: MountPath = "/training"
    """Where replicas see it."""

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        if self.size < 1:
            raise ValueError("a size of at least 1Gi is allowed")
        return self


StorageClaim = Annotated[Bucket | Volume | FileSystem | Lustre, Field(discriminator="kind")]
"""A bucket, a volume, a file system, or a fast one over a bucket."""
