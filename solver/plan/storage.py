"""StoragePlan: classes, types, sizes and lifecycle."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from solver.plan.backup import BackupPlan
from solver.plan.keyed import Keyed
from solver.schema import Schema, is_empty
from solver.vocabulary import LockMode


class StorageClassName(StrEnum):
    """S3 storage classes, in S3's words."""

    STANDARD = "STANDARD"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    STANDARD_IA = "STANDARD_IA"
    ONEZONE_IA = "ONEZONE_IA"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


class TransitionPlan(Schema):
    """At this age objects move to this class."""

    days: int
    """Age."""
    storage_class: StorageClassName
    """Class from then on."""


class ObjectLockPlan(Schema):
    """How long versions of objects can't be deleted."""

    mode: LockMode
    """Who may end it."""
    days: int
    """From the day of writing."""


class ReplicationPlan(Schema):
    """Where new versions of a bucket are copied to."""

    claim: str | None = Field(default=None, exclude_if=is_empty)
    """A bucket of the stack."""
    site: str | None = Field(default=None, exclude_if=is_empty)
    """Its site, where that is another one."""
    bucket_arn: str | None = Field(default=None, exclude_if=is_empty)
    """Or a bucket that exists."""
    region: str
    """Region of the bucket that takes the copies."""
    key_arn: str | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: the key of its objects."""
    account_id: str | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: the account that owns it and the copies."""
    delete_markers: bool
    """Deletions are copied too."""


class InventoryPlan(Schema):
    """Where lists of a bucket's objects go."""

    claim: str | None = Field(default=None, exclude_if=is_empty)
    """A bucket of the site."""
    bucket_arn: str | None = Field(default=None, exclude_if=is_empty)
    """Or a bucket that exists."""
    account_id: str | None = Field(default=None, exclude_if=is_empty)
    """With `bucket_arn`: its account."""
    frequency: Literal["daily", "weekly"]
    """How often."""


class BucketPlan(Schema):
    """A bucket and the life of its objects."""

    key: str
    """The claim."""
    storage_class: StorageClassName
    """Class in which objects are written."""
    transitions: tuple[TransitionPlan, ...]
    """By age."""
    expiration_days: int
    """Age at which objects are deleted."""
    versioned: bool
    """Overwritten objects are kept."""
    noncurrent_days: int
    """For how long."""
    object_lock: ObjectLockPlan | None = Field(default=None, exclude_if=is_empty)
    """Of every version that is written."""
    replication: ReplicationPlan | None = Field(default=None, exclude_if=is_empty)
    """Copies elsewhere."""
    inventory: InventoryPlan | None = Field(default=None, exclude_if=is_empty)
    """Lists of its objects."""
    reason: str = ""
    """Why these classes, and what the next best would cost."""


class VolumePlan(Schema):
    """A block device for each machine or replica of the workloads that use the claim."""

    key: str
    """The claim."""
    attach: Literal["machine", "replica"]
    """One for each machine, or one for each replica."""
    volume_type: Literal["gp3", "io2", "st1", "sc1", "gp2", "io1"]
    """EBS volume type."""
    stripes: int
    """Devices joined to one (RAID 0) where one device can't give the throughput."""
    size_gib: int
    """Of each device."""
    iops: int | None
    """Provisioned, of each device; None where the type has none."""
    throughput_mibps: int | None
    """Provisioned, of each device; None where the type has none."""
    mount: str
    """Where replicas see it."""
    workloads: tuple[str, ...]
    """Whose machines or replicas have one."""
    reason: str = ""
    """Why this type."""


class FileSystemPlan(Schema):
    """An EFS file system."""

    key: str
    """The claim."""
    zone: str | None
    """Zone of a one-zone file system; None: all zones."""
    throughput_mode: Literal["bursting", "elastic", "provisioned"]
    """How throughput is bought."""
    provisioned_mibps: int | None
    """With provisioned throughput."""
    infrequent_after_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None
    """Age at which unread files move to Infrequent Access."""
    backup: bool
    """Daily backup."""
    mount: str
    """Where replicas see it."""
    workloads: tuple[str, ...]
    """Who mounts it."""
    reason: str = ""
    """Why this mode."""


class LustrePlan(Schema):
    """A file system of FSx for Lustre over a bucket."""

    key: str
    """The claim."""
    bucket: str
    """The claim whose objects are its files."""
    prefix: str | None = Field(default=None, exclude_if=is_empty)
    """Only objects whose keys begin so."""
    zone: str
    """Where it is."""
    size_gib: int
    """Storage capacity."""
    throughput_mb_per_tib: int
    """MB/s for each TiB, as AWS names the class."""
    compress: bool
    """LZ4."""
    exports: bool
    """What jobs write is copied to the bucket."""
    mount: str
    """Where replicas see it."""
    workloads: tuple[str, ...]
    """Jobs that mount it."""
    reason: str = ""
    """Why this size and speed."""


class StoragePlan(Schema):
    """The storage pool of one site."""

    buckets: Keyed[BucketPlan] = ()
    """By key."""
    volumes: Keyed[VolumePlan] = ()
    """By key."""
    file_systems: Keyed[FileSystemPlan] = ()
    """By key."""
    lustre: Keyed[LustrePlan] = Field(default=(), exclude_if=is_empty)
    """By key."""
    backup: BackupPlan | None = Field(default=None, exclude_if=is_empty)
    """The site's vault; None: it has none."""
    protect: bool
    """Data can't be deleted by the engine, and outlives the stack."""
