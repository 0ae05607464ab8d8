"""EBS volumes: size, IOPS and throughput that the type has, in the ratios that AWS allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, flag, text, whole


@dataclass(frozen=True)
class VolumeLimits:
    """What a volume type can have; sizes in GiB, throughput in MiB/s."""

    smallest: int
    largest: int
    iops: tuple[int, int] | None = None
    """Fewest and most provisioned IOPS; None where they can't be chosen."""
    iops_per_gib: int = 0
    throughput: tuple[int, int] | None = None


# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html; gp3's limits as of September 2025.
LIMITS: Final = {
    "gp2": VolumeLimits(1, 16384),
    "gp3": VolumeLimits(1, 65536, (3000, 80000), 500, (125, 2000)),
    "io1": VolumeLimits(4, 16384, (100, 64000), 50),
    "io2": VolumeLimits(4, 65536, (100, 256000), 1000),
    "st1": VolumeLimits(125, 16384),
    "sc1": VolumeLimits(125, 16384),
    "standard": VolumeLimits(1, 1024),
}
GP3_FREE_IOPS: Final = 3000
IOPS_PER_GP3_MIBPS: Final = 4
"""gp3 gives 0.25 MiB/s of throughput for each IOPS."""


def volume_refusals(
    kind: str,
    size: int | None,
    iops: int | None,
    throughput: int | None,
    *,
    names: tuple[str, str, str, str] = ("size", "iops", "throughput", "type"),
    prefix: str = "",
) -> Iterator[Refusal]:
    """What AWS says against a volume of these figures; `names` are the inputs that they come from."""
    limits = LIMITS.get(kind)
    size_path, iops_path, throughput_path, type_path = (prefix + name for name in names)
    if limits is None:
        words = f"Unknown volume type '{kind}'; {', '.join(LIMITS)} are supported"
        yield Refusal("InvalidParameterValue", words, type_path)
        return
    if size is not None and not limits.smallest <= size <= limits.largest:
        small = f"too small for '{kind}', minimum is {limits.smallest}"
        large = f"too big for '{kind}', maximum is {limits.largest}"
        words = f"Volume of {size}GiB is {small if size < limits.smallest else large} GiB."
        yield Refusal("InvalidParameterValue", words, size_path)
    yield from _iops(kind, limits, size, iops, iops_path)
    yield from _throughput(kind, limits, iops, throughput, throughput_path)


@validates("ebs.Volume")
def volume_fits_its_type(inputs: Properties) -> Iterator[Refusal]:
    """Size, IOPS and throughput of a volume of its own."""
    kind = text(inputs.get("type")) or "gp2"
    if inputs.get("size") is None and inputs.get("snapshotId") is None:
        yield Refusal("MissingParameter", "The request must contain the parameter size or snapshotId", "size")
    yield from volume_refusals(
        kind, whole(inputs.get("size")), whole(inputs.get("iops")), whole(inputs.get("throughput"))
    )
    if kind in ("io1", "io2") and inputs.get("iops") is None:
        words = f"The parameter iops must be specified for {kind} volumes."
        yield Refusal("MissingParameter", words, "iops")
    if flag(inputs.get("multiAttachEnabled")) and kind not in ("io1", "io2"):
        words = "Multi-Attach is only supported for io1 and io2 volumes"
        yield Refusal("InvalidParameterCombination", words, "multiAttachEnabled")
    if inputs.get("kmsKeyId") is not None and inputs.get("encrypted") is False:
        words = "The parameter KmsKeyId requires the parameter Encrypted to be set."
        yield Refusal("InvalidParameterDependency", words, "kmsKeyId")


@refuses("ebs.Volume", on=(Action.UPDATE,))
def volume_does_not_shrink(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A volume grows in place; it never gets smaller."""
    before = None if change.existing is None else whole(change.existing.outputs.get("size"))
    after = whole(change.inputs.get("size"))
    if before is not None and after is not None and after < before:
        words = f"New size cannot be smaller than existing size ({after} GiB < {before} GiB)"
        yield Refusal("InvalidParameterValue", words, "size")


def _iops(kind: str, limits: VolumeLimits, size: int | None, iops: int | None, path: str) -> Iterator[Refusal]:
    if iops is None:
        return
    if limits.iops is None:
        yield Refusal("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.", path)
        return
    fewest, most = limits.iops
    if not fewest <= iops <= most:
        words = f"Volume iops of {iops} is outside of {fewest} to {most} for '{kind}'."
        yield Refusal("InvalidParameterValue", words, path)
    if size is not None and iops > max(GP3_FREE_IOPS if kind == "gp3" else 0, size * limits.iops_per_gib):
        words = (
            f"Iops to volume size ratio of {iops / size:.1f} is too high; maximum is {limits.iops_per_gib} IOPS per GiB"
        )
        yield Refusal("InvalidParameterValue", words, path)


def _throughput(
    kind: str, limits: VolumeLimits, iops: int | None, throughput: int | None, path: str
) -> Iterator[Refusal]:
    if throughput is None:
        return
    if limits.throughput is None:
        words = f"The parameter throughput is not supported for {kind} volumes."
        yield Refusal("InvalidParameterCombination", words, path)
        return
    least, most = limits.throughput
    if not least <= throughput <= most:
        words = f"Throughput of {throughput} MiB/s is outside of {least} to {most} for '{kind}'."
        yield Refusal("InvalidParameterValue", words, path)
    if throughput * IOPS_PER_GP3_MIBPS > (iops or GP3_FREE_IOPS):
        words = f"Throughput (MiB/s) to iops ratio of {throughput / (iops or GP3_FREE_IOPS):.3f} is too high; "
        yield Refusal("InvalidParameterValue", f"{words}maximum is 0.250 MiB/s per IOPS", path)
