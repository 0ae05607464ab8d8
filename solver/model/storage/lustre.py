"""Lustre: the cheapest size and speed class of FSx for Lustre for what a claim needs.

Of each persistent class with t MiB/s for each TiB, the least size s in its steps with

    s ≥ size          s × t ≥ throughput          s ≥ what is there already (AWS never makes one smaller)

is taken, and the cheapest class of those. Each class has one price of a GiB, so the least size is the class's optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from solver.catalog.storage import FileSystemClass
from solver.demand.storage import Lustre
from solver.model.priced import Charge, SitePrices
from solver.plan.cost import Billing
from solver.plan.explanation import Reason
from solver.plan.storage import LustrePlan
from solver.quantity import cents, format_gib, format_usd

GIB_PER_TIB = 1024
PERSISTENT = "PERSISTENT_2"
_MB_PER_MIB = 1.048576
_MB_STEP = 25


@dataclass(frozen=True, kw_only=True)
class LustreOption:
    """One way to hold a claim."""

    file_class: FileSystemClass
    size_gib: int
    charges: tuple[Charge, ...]
    usd_per_month: float

    @property
    def speed_mb_per_tib(self) -> int:
        """MB/s of a TiB, in which AWS names its classes: 125, 250, 500, 1000."""
        mb_per_second = self.file_class.throughput_mibps.baseline_per_tib * _MB_PER_MIB
        return round(mb_per_second / _MB_STEP) * _MB_STEP

    @property
    def name(self) -> str:
        """For people: `2.4Ti at 250 MB/s for each TiB`."""
        return f"{format_gib(self.size_gib)} at {self.speed_mb_per_tib} MB/s for each TiB"


def lustre_options(
    key: str, need: Lustre, classes: Sequence[FileSystemClass], prices: SitePrices, *, present_gib: int = 0
) -> list[LustreOption]:
    """All that can hold the claim, cheapest first, then the smallest; empty where the region sells none."""
    found: list[LustreOption] = []
    for each in classes:
        if each.product != "fsx-lustre" or each.deployment != PERSISTENT:
            continue
        by_speed = need.throughput_mibps / each.throughput_mibps.baseline_per_tib * GIB_PER_TIB
        size = _in_steps(each, max(float(need.size), by_speed, float(present_gib)))
        charge = Charge(
            subject=f"lustre {key}",
            detail="storage",
            service=each.price_service,
            item=each.storage,
            amount_per_month=float(size),
            billing=Billing.FIXED,
        )
        found.append(
            LustreOption(file_class=each, size_gib=size, charges=(charge,), usd_per_month=prices.usd([charge]))
        )
    return sorted(found, key=lambda option: (option.usd_per_month, option.size_gib, option.file_class.name))


def _in_steps(file_class: FileSystemClass, gib: float) -> int:
    """1,200 GiB, or the least multiple of 2,400 that holds it."""
    size = file_class.size_gib
    return size.minimum if gib <= size.minimum else ceil(gib / size.step) * size.step


def lustre_plan(
    key: str, need: Lustre, options: Sequence[LustreOption], zone: str, *, workloads: tuple[str, ...], writes: bool
) -> LustrePlan:
    """The cheapest option as the plan has it; what nobody writes is not copied back to the bucket."""
    best = options[0]
    return LustrePlan(
        key=key,
        bucket=need.bucket,
        prefix=need.prefix,
        zone=zone,
        size_gib=best.size_gib,
        throughput_mb_per_tib=best.speed_mb_per_tib,
        compress=need.compress,
        exports=writes,
        mount=need.mount,
        workloads=workloads,
        reason=_text(options),
    )


def lustre_reason(key: str, options: Sequence[LustreOption]) -> Reason:
    """Why this size and speed, and the next best."""
    best, other = options[0], options[1] if len(options) > 1 else None
    return Reason(
        subject=f"lustre {key}",
        text=_text(options).partition("; ")[0] + ".",
        next_best=None if other is None else other.name,
        extra_usd_per_month=None if other is None else cents(other.usd_per_month - best.usd_per_month),
    )


def _text(options: Sequence[LustreOption]) -> str:
    best = options[0]
    text = f"{best.name} costs {format_usd(best.usd_per_month)} a month"
    if len(options) == 1:
        return f"{text}; no other class is sold here"
    return f"{text}; {options[1].name} {format_usd(options[1].usd_per_month - best.usd_per_month)} more"
