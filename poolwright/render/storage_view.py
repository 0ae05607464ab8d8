"""What is kept: the storage part of a plan, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import fsum

from rich.console import RenderableType
from rich.text import Text

from poolwright.render.parts import table
from solver.plan.cost import CostLine
from solver.plan.storage import StoragePlan
from solver.quantity import format_gib


def storage_view(storage: StoragePlan, lines: Sequence[CostLine]) -> Iterator[RenderableType]:
    """Each claim, as what it is made, with what it costs."""
    rows = table("storage", "as", "USD", right=("USD",))
    for bucket in storage.buckets:
        steps = "".join(f", {step.storage_class} after {step.days} d" for step in bucket.transitions)
        words = f"{bucket.storage_class}{steps}, deleted after {bucket.expiration_days} d"
        rows.add_row("", f"bucket {bucket.key}", words, item_usd(lines, f"bucket {bucket.key}"))
    for volume in storage.volumes:
        device = f"{volume.volume_type} {format_gib(volume.size_gib)}"
        many = f"{volume.stripes} × " if volume.stripes > 1 else ""
        speed = "".join(
            f", {value} {unit}" for value, unit in ((volume.iops, "IOPS"), (volume.throughput_mibps, "MiB/s")) if value
        )
        words = f"{many}{device}{speed}, one for each {volume.attach} of {', '.join(volume.workloads)}"
        rows.add_row("", f"volume {volume.key}", words, item_usd(lines, f"volume {volume.key}"))
    for system in storage.file_systems:
        cold = f", unread for {system.infrequent_after_days} d → IA" if system.infrequent_after_days else ""
        where = f"one zone ({system.zone})" if system.zone else "all zones"
        words = f"EFS, {where}, {system.throughput_mode} throughput{cold}{', daily backup' if system.backup else ''}"
        rows.add_row("", f"file system {system.key}", words, item_usd(lines, f"file-system {system.key}"))
    for plan in storage.lustre:
        size = f"{format_gib(plan.size_gib)} at {plan.throughput_mb_per_tib} MB/s for each TiB"
        words = f"FSx for Lustre, {size}, in {plan.zone}, over bucket {plan.bucket}"
        rows.add_row("", f"lustre {plan.key}", words, item_usd(lines, f"lustre {plan.key}"))
    yield Text("Storage")
    yield rows


def item_usd(lines: Iterable[CostLine], item: str) -> str:
    found = [line for line in lines if line.item == item]
    return f"{fsum(line.usd_per_month for line in found):,.2f}" if found else "-"
