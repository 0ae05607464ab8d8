"""File systems: which EFS class and throughput mode, and whether files that nobody reads move to Infrequent Access.

Every class of the catalog is priced with and without its cold tier; those that can't give the highest throughput, or
would lose the files with a zone that they must outlive, are left out. There are a handful: enumeration is exact.

* bursting: the baseline that comes with the size must carry the highest throughput; bursts on credits are no promise.
* provisioned: pays what the highest throughput needs beyond that baseline.
* elastic: pays each GiB read and written.
* one zone: machines in other zones pay for their bytes on both sides of the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from solver.catalog.storage import FileSystemClass
from solver.demand.storage import FileSystem
from solver.model.priced import Charge, SitePrices
from solver.plan.cost import Billing
from solver.plan.explanation import Reason
from solver.plan.storage import FileSystemPlan
from solver.quantity import cents, format_usd

GIB_PER_TIB = 1024


@dataclass(frozen=True, kw_only=True)
class FileSystemOption:
    """One way to hold a claim."""

    file_class: FileSystemClass
    cold: bool
    """Unread files move to Infrequent Access."""
    provisioned_mibps: int | None
    charges: tuple[Charge, ...]
    usd_per_month: float

    @property
    def name(self) -> str:
        """For people: `elastic throughput in all zones with Infrequent Access`."""
        place = "all zones" if self.file_class.zone_loss_tolerant else "one zone"
        cold = " with Infrequent Access" if self.cold else ""
        return f"{self.file_class.throughput_mode} throughput in {place}{cold}"


def file_system_options(
    key: str, need: FileSystem, classes: Sequence[FileSystemClass], prices: SitePrices, *, zones: int
) -> list[FileSystemOption]:
    """All that can hold the claim, cheapest first, then by name; empty when none gives the throughput."""
    found: list[FileSystemOption] = []
    for each in classes:
        if each.product != "efs" or (need.zone_loss_tolerant and not each.zone_loss_tolerant):
            continue
        for cold in (False, True) if each.cold is not None and need.cold_share > 0 else (False,):
            option = _option(key, need, each, prices, cold=cold, zones=zones)
            if option is not None:
                found.append(option)
    return sorted(found, key=lambda option: (option.usd_per_month, option.cold, option.file_class.name))


def _option(
    key: str, need: FileSystem, file_class: FileSystemClass, prices: SitePrices, *, cold: bool, zones: int
) -> FileSystemOption | None:
    rule = file_class.throughput_mibps
    cold_gib = need.size * need.cold_share if cold else 0.0
    hot_gib = need.size - cold_gib
    # EFS derives the baseline from the bytes in Standard alone.
    baseline = rule.baseline_per_tib * hot_gib / GIB_PER_TIB
    if rule.maximum is not None and need.peak_mibps > rule.maximum:
        return None
    provisioned: int | None = None
    amounts: list[tuple[str, str, float, Billing]] = [("storage", file_class.storage, hot_gib, Billing.USAGE)]
    if rule.provisioned_item is not None:
        provisioned = ceil(need.peak_mibps)
        paid = max(0.0, provisioned - baseline)
        amounts.append(("provisioned throughput", rule.provisioned_item, paid, Billing.FIXED))
    elif rule.read_item is None and need.peak_mibps > baseline:
        return None
    if rule.read_item is not None:
        amounts.append(("bytes read", rule.read_item, need.read_gib_per_month, Billing.USAGE))
    if rule.write_item is not None:
        amounts.append(("bytes written", rule.write_item, need.write_gib_per_month, Billing.USAGE))
    if cold and file_class.cold is not None:
        amounts.append(("storage, infrequent access", file_class.cold.storage, cold_gib, Billing.USAGE))
        # At most the cold part of what is written moves there in a month.
        moved = need.write_gib_per_month * need.cold_share
        amounts.append(("bytes moved to infrequent access", file_class.cold.write, moved, Billing.USAGE))
    charges = [
        Charge(
            subject=f"file-system {key}",
            detail=detail,
            service=file_class.price_service,
            item=item,
            amount_per_month=amount,
            billing=billing,
        )
        for detail, item, amount, billing in amounts
    ]
    if not file_class.zone_loss_tolerant and zones > 1:
        crossing = (need.read_gib_per_month + need.write_gib_per_month) * (1 - 1 / zones)
        charges.append(
            Charge(
                subject=f"file-system {key}",
                detail="bytes between zones",
                service="data_transfer",
                item="inter_az",
                amount_per_month=2 * crossing,
                billing=Billing.USAGE,
            )
        )
    return FileSystemOption(
        file_class=file_class,
        cold=cold,
        provisioned_mibps=provisioned,
        charges=tuple(charges),
        usd_per_month=prices.usd(charges),
    )


def file_system_plan(
    key: str, need: FileSystem, options: Sequence[FileSystemOption], zone: str, workloads: tuple[str, ...]
) -> FileSystemPlan:
    """The cheapest option as the plan has it; `zone` is where a one-zone file system is."""
    best = options[0]
    cold = best.file_class.cold
    return FileSystemPlan.model_validate(
        {
            "key": key,
            "zone": None if best.file_class.zone_loss_tolerant else zone,
            "throughput_mode": best.file_class.throughput_mode,
            "provisioned_mibps": best.provisioned_mibps,
            "infrequent_after_days": cold.after_days if best.cold and cold is not None else None,
            "backup": need.backup,
            "mount": need.mount,
            "workloads": workloads,
            "reason": _text(options),
        }
    )


def file_system_reason(key: str, options: Sequence[FileSystemOption]) -> Reason:
    """Why this mode, and the next best; that may be cheaper where the files stay in the place that they have."""
    best, other = options[0], _other(options)
    return Reason(
        subject=f"file-system {key}",
        text=_text(options).partition("; ")[0] + ".",
        next_best=None if other is None else other.name,
        extra_usd_per_month=None if other is None else cents(other.usd_per_month - best.usd_per_month),
    )


def _other(options: Sequence[FileSystemOption]) -> FileSystemOption | None:
    return min(options[1:], key=lambda option: option.usd_per_month, default=None)


def _text(options: Sequence[FileSystemOption]) -> str:
    best, other = options[0], _other(options)
    text = f"{best.name} costs {format_usd(best.usd_per_month)} a month"
    if other is None:
        return f"{text}; nothing else gives the throughput"
    extra = other.usd_per_month - best.usd_per_month
    if extra < 0:
        return f"{text}; the files stay where they are, though {other.name} is {format_usd(-extra)} cheaper"
    return f"{text}; {other.name} {format_usd(extra)} more"
