"""Volumes: the cheapest EBS type, size, IOPS and throughput for what a claim needs; striped where one can't give it.

For each type and number n of stripes, each device has size s, IOPS i and throughput t, all whole, with

    n s ≥ size, n i ≥ iops, n t ≥ throughput        what the claim needs
    s in the type's range, i ≤ limit(s), t ≤ limit(s, i)    what the type can do

and costs price(s) + price(i above what is included) + price(t above what is included). All three limits rise with s and
i, and nothing gets cheaper with more, so the least s, i and t are the optimum of each pair; the pairs are enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from solver.catalog.prices import Price
from solver.catalog.storage import VolumeType
from solver.demand.storage import Volume
from solver.plan.explanation import Reason
from solver.plan.storage import VolumePlan
from solver.quantity import cents, format_gib, format_usd

MOST_STRIPES = 8
"""Nitro machines attach 27 devices and more, which several claims and the root volume share."""
PriceOf = Callable[[str], Price]
"""The region's price of an EBS item."""


@dataclass(frozen=True, kw_only=True)
class VolumeOption:
    """One way to hold a claim: `stripes` equal devices."""

    volume_type: VolumeType
    stripes: int
    size_gib: int
    iops: int | None
    throughput_mibps: int | None
    usd_per_month: float
    """Of all devices together."""


def volume_options(need: Volume, types: Iterable[VolumeType], price: PriceOf) -> list[VolumeOption]:
    """The best of each type that can hold the claim, with as few devices as it takes; cheapest first, then by name."""
    found = [option for each in types if (option := _fewest_devices(need, each, price)) is not None]
    return sorted(found, key=lambda option: (option.usd_per_month, option.stripes, option.volume_type.name))


def volume_usd(
    volume_type: VolumeType, price: PriceOf, *, size_gib: int, iops: int | None, throughput_mibps: int | None
) -> float:
    """Dollars a month of one device; tiered prices of IOPS count for each device."""
    usd = price(volume_type.storage).cost(size_gib)
    if volume_type.iops.item is not None and iops is not None:
        usd += price(volume_type.iops.item).cost(max(0.0, iops - volume_type.iops.included))
    if volume_type.throughput_mibps.item is not None and throughput_mibps is not None:
        paid = max(0.0, throughput_mibps - volume_type.throughput_mibps.included)
        usd += price(volume_type.throughput_mibps.item).cost(paid)
    return usd


def _fewest_devices(need: Volume, volume_type: VolumeType, price: PriceOf) -> VolumeOption | None:
    for stripes in range(1, MOST_STRIPES + 1):
        option = _devices(need, volume_type, stripes, price)
        if option is not None:
            return option
    return None


def _devices(need: Volume, volume_type: VolumeType, stripes: int, price: PriceOf) -> VolumeOption | None:
    iops = ceil(need.iops / stripes)
    throughput = ceil(need.throughput_mibps / stripes)
    rule = volume_type.throughput_mibps
    provisioned_iops: int | None = None
    if volume_type.iops.item is not None:
        # Throughput beyond what every device has is carried by IOPS.
        carrying = ceil(throughput / rule.per_iops) if rule.per_iops and throughput > rule.included else 0
        provisioned_iops = max(iops, carrying, ceil(volume_type.iops.included), ceil(volume_type.iops.minimum))
    size = _least_size(
        volume_type, ceil(need.size / stripes), provisioned_iops if provisioned_iops is not None else iops, throughput
    )
    if size is None:
        return None
    provisioned_mibps = max(throughput, ceil(rule.included)) if rule.item is not None else None
    usd = volume_usd(volume_type, price, size_gib=size, iops=provisioned_iops, throughput_mibps=provisioned_mibps)
    return VolumeOption(
        volume_type=volume_type,
        stripes=stripes,
        size_gib=size,
        iops=provisioned_iops,
        throughput_mibps=provisioned_mibps,
        usd_per_month=stripes * usd,
    )


def _least_size(volume_type: VolumeType, at_least: int, iops: int, throughput: int) -> int | None:
    """Least size in GiB whose limits allow the IOPS and the throughput; None when no size does."""

    def holds(size: int) -> bool:
        limit = volume_type.iops_limit(size)
        # What is not provisioned comes with the size, all of it.
        running = iops if volume_type.iops.item is not None else limit
        return limit >= iops and volume_type.throughput_limit(size, running) >= throughput

    low = max(at_least, volume_type.size_gib.minimum)
    high = volume_type.size_gib.maximum
    if high is None or low > high or not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def volume_plan(key: str, need: Volume, options: Sequence[VolumeOption], workloads: tuple[str, ...]) -> VolumePlan:
    """The cheapest option as the plan has it."""
    best = options[0]
    return VolumePlan(
        key=key,
        attach=need.attach,
        volume_type=best.volume_type.volume_type,
        stripes=best.stripes,
        size_gib=best.size_gib,
        iops=best.iops,
        throughput_mibps=best.throughput_mibps,
        mount=need.mount,
        workloads=workloads,
        reason=_text(options),
    )


def volume_reason(key: str, options: Sequence[VolumeOption]) -> Reason:
    """Why this type, and the next best."""
    best, other = options[0], options[1] if len(options) > 1 else None
    return Reason(
        subject=f"volume {key}",
        text=_text(options).partition("; ")[0] + ".",
        next_best=None if other is None else _name(other),
        extra_usd_per_month=None if other is None else cents(other.usd_per_month - best.usd_per_month),
    )


def _text(options: Sequence[VolumeOption]) -> str:
    best = options[0]
    text = f"{_name(best)} costs {format_usd(best.usd_per_month)} a month each"
    if len(options) == 1:
        return f"{text}; no other type can hold it"
    return f"{text}; {_name(options[1])} {format_usd(options[1].usd_per_month - best.usd_per_month)} more"


def _name(option: VolumeOption) -> str:
    devices = f"{option.stripes} × " if option.stripes > 1 else ""
    return f"{devices}{option.volume_type.volume_type} of {format_gib(option.size_gib)}"
