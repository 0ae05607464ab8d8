"""StorageClass: the classes of objects, types of volumes and kinds of file systems, with their limits.

Prices are items of the service `price_service` in the region's table: `catalog.price(region, "s3", item)`. Amounts are
GiB-months, requests, GiB and months, as the item's unit says.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from solver.catalog.entry import Entry

ItemName = Annotated[str, Field(min_length=1)]
_NotNegative = Annotated[float, Field(ge=0)]


class Retrieval(Entry):
    """One way to read objects of a class."""

    name: str
    """at-once, expedited, standard or bulk."""
    hours: _NotNegative
    """Longest usual wait for the first byte."""
    item: ItemName | None
    """Price of a GiB read; None: nothing beside the request."""


class UnreadTier(Entry):
    """Where Intelligent-Tiering puts objects that nobody reads."""

    after_days: Annotated[int, Field(gt=0)]
    storage: ItemName


class _ClassBase(Entry):
    name: str = ""
    """The file's name without its ending."""
    title: str
    price_service: str
    storage: ItemName
    """Price of a GiB-month."""


class ObjectClass(_ClassBase):
    """A storage class of S3."""

    kind: Literal["object"]
    lifecycle_name: Literal[
        "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"
    ]
    """As lifecycle rules call it."""
    put: ItemName
    """Price of a write request."""
    get: ItemName | None
    """Price of a read request; None where objects are restored first."""
    transition_in: ItemName | None
    """Price of an object that a lifecycle rule moves in; None where no rule can."""
    retrievals: Annotated[tuple[Retrieval, ...], Field(min_length=1)]
    """Fastest first."""
    minimum_days: Annotated[int, Field(ge=0)]
    """Objects that leave earlier are billed to this age in the class."""
    minimum_object_kib: Annotated[int, Field(ge=0)]
    """Smaller objects are billed as this much."""
    overhead_kib: Annotated[int, Field(ge=0)]
    """Billed for each object at this class's price, beside its bytes."""
    standard_overhead_kib: Annotated[int, Field(ge=0)]
    """Billed for each object at the price of S3 Standard, beside its bytes."""
    earliest_transition_days: Annotated[int, Field(ge=0)]
    """Youngest age at which a lifecycle rule may move an object in."""
    zone_loss_tolerant: bool
    """Kept in at least three zones."""
    transitions_to: tuple[str, ...]
    """Classes to which a lifecycle rule may move objects from here."""
    monitoring: ItemName | None = None
    """Price of watching an object for a month."""
    monitored_from_kib: Annotated[int, Field(ge=0)] = 0
    """Smaller objects are not watched and stay in the first tier."""
    unread_tiers: tuple[UnreadTier, ...] = ()
    """Where watched objects go when nobody reads them."""


class SizeRange(Entry):
    """What sizes there are, in GiB."""

    minimum: Annotated[int, Field(ge=0)]
    maximum: Annotated[int, Field(gt=0)] | None
    step: Annotated[int, Field(gt=0)] = 1
    """Above the minimum, sizes are multiples of this."""


class VolumeIops(Entry):
    """I/O operations a second of a volume."""

    included: _NotNegative
    """Without provisioning, at any size."""
    minimum: _NotNegative = 0
    """Least that can be provisioned."""
    maximum: Annotated[float, Field(gt=0)]
    baseline_per_gib: _NotNegative = 0
    """What each GiB of size gives by itself."""
    provisioned_per_gib: _NotNegative = 0
    """Most that can be provisioned for each GiB of size."""
    item: ItemName | None = None
    """Price of an IOPS-month above what is included; None where none can be provisioned."""


class VolumeThroughput(Entry):
    """MiB a second of a volume."""

    included: _NotNegative
    maximum: Annotated[float, Field(gt=0)]
    baseline_per_tib: _NotNegative = 0
    """What each TiB of size gives by itself."""
    per_iops: _NotNegative = 0
    """Most MiB a second for each IOPS; 0 where throughput doesn't depend on IOPS."""
    item: ItemName | None = None
    """Price of a MiBps-month above what is included; None where none can be provisioned."""


class VolumeType(_ClassBase):
    """A type of EBS volume."""

    kind: Literal["volume"]
    volume_type: Literal["gp3", "gp2", "io1", "io2", "st1", "sc1"]
    solid_state: bool
    """False: a disk, whose IOPS count requests of 1 MiB."""
    size_gib: SizeRange
    iops: VolumeIops
    throughput_mibps: VolumeThroughput

    def iops_limit(self, size_gib: int) -> float:
        """Most IOPS of a volume of that size: min(maximum, max(included, baseline or provisioned share × size))."""
        per_gib = self.iops.provisioned_per_gib if self.iops.item else self.iops.baseline_per_gib
        return min(self.iops.maximum, max(self.iops.included, per_gib * size_gib))

    def throughput_limit(self, size_gib: int, iops: float) -> float:
        """Most MiB a second of a volume of that size with that many IOPS."""
        rule = self.throughput_mibps
        by_size = rule.baseline_per_tib * size_gib / 1024
        by_iops = rule.per_iops * iops
        return min(rule.maximum, max(rule.included, by_size, by_iops))


class ColdTier(Entry):
    """Where files go that nobody reads."""

    storage: ItemName
    read: ItemName
    """Price of a GiB read, beside the throughput's own."""
    write: ItemName
    """Price of a GiB that moves in."""
    after_days: Annotated[int, Field(gt=0)]


class FileThroughput(Entry):
    """MiB a second of a file system."""

    maximum: Annotated[float, Field(gt=0)] | None
    baseline_per_tib: _NotNegative = 0
    """What each TiB of size gives without a further price."""
    provisioned_item: ItemName | None = None
    """Price of a MiBps-month above the baseline."""
    read_item: ItemName | None = None
    """Price of a GiB read."""
    write_item: ItemName | None = None
    """Price of a GiB written."""


class FileSystemClass(_ClassBase):
    """A kind of shared file system."""

    kind: Literal["file-system"]
    product: Literal["efs", "fsx-lustre"]
    throughput_mode: Literal["elastic", "bursting", "provisioned", "by-size"]
    deployment: Literal["PERSISTENT_2", "SCRATCH_2"] | None = None
    """Deployment type of FSx for Lustre."""
    zone_loss_tolerant: bool
    size_gib: SizeRange
    throughput_mibps: FileThroughput
    cold: ColdTier | None = None


StorageClass = Annotated[ObjectClass | VolumeType | FileSystemClass, Field(discriminator="kind")]


def items_of(storage_class: ObjectClass | VolumeType | FileSystemClass) -> tuple[str, ...]:
    """All price items that the class names; a region offers the class when its table has them all."""
    match storage_class:
        case ObjectClass():
            named = [
                storage_class.put,
                storage_class.get,
                storage_class.transition_in,
                storage_class.monitoring,
                *(retrieval.item for retrieval in storage_class.retrievals),
                *(tier.storage for tier in storage_class.unread_tiers),
            ]
        case VolumeType():
            named = [storage_class.iops.item, storage_class.throughput_mibps.item]
        case FileSystemClass():
            rule, cold = storage_class.throughput_mibps, storage_class.cold
            named = [rule.provisioned_item, rule.read_item, rule.write_item]
            named += [] if cold is None else [cold.storage, cold.read, cold.write]
    return tuple(dict.fromkeys(item for item in (storage_class.storage, *named) if item is not None))
