"""Reads machines/<family>.csv: one row for each machine type."""

from __future__ import annotations

from pathlib import Path

from solver.catalog.machines import Accelerator, MachineType, Processor, QuotaFamily
from solver.catalog.tables import Reading, Row, near_miss, read_rows
from solver.vocabulary import AcceleratorKind, Architecture, ImageFlavour

MACHINE_COLUMNS = (
    "type",
    "architecture",
    "processor",
    "vcpus",
    "cpu_baseline_percent",
    "memory_mib",
    "accelerator",
    "accelerators",
    "accelerator_memory_mib",
    "local_disk_gib",
    "network_mbps",
    "max_enis",
    "branch_enis",
    "ebs_mibps",
    "ebs_iops",
    "quota",
    "image",
    "flags",
)
_FLAGS = ("bare-metal", "burstable", "flex", "no-spot", "capacity-block")


def read_machines(reading: Reading, folder: Path) -> dict[str, MachineType]:
    """All machine types of the folder by name; mistakes are noted in the reading."""
    machines: dict[str, MachineType] = {}
    for path in sorted(folder.glob("*.csv")):
        for row in read_rows(reading, path, MACHINE_COLUMNS):
            machine = _machine(row, path.stem)
            if machine.name in machines:
                row.refuse("type", "each machine type once is allowed", hint="Remove one of the two rows.")
            if row.broken:
                reading.withheld.add(machine.name)
            else:
                machines[machine.name] = machine
    return machines


def _machine(row: Row, family: str) -> MachineType:
    name = row.text("type")
    before, _, size = name.partition(".")
    if before != family or not size:
        row.refuse("type", f"a type of the family that the file is named after, {family}.<size>, is allowed")
    flags = row.words("flags")
    for flag in flags:
        if flag not in _FLAGS:
            row.refuse("flags", f"{', '.join(_FLAGS)} are allowed", hint=near_miss(flag, _FLAGS))
    return MachineType(
        name=name,
        family=family,
        size=size,
        architecture=row.word("architecture", Architecture),
        manufacturer=row.word("processor", Processor),
        vcpus=row.whole("vcpus", minimum=1),
        cpu_baseline_percent=row.number("cpu_baseline_percent", above=0, at_most=100),
        memory_mib=row.whole("memory_mib", minimum=1),
        accelerator=_accelerator(row),
        local_disk_gib=row.whole("local_disk_gib"),
        network_baseline_mbps=row.whole("network_mbps", minimum=1),
        max_enis=row.whole("max_enis", minimum=1),
        branch_enis=row.whole("branch_enis"),
        ebs_baseline_mibps=row.whole("ebs_mibps"),
        ebs_baseline_iops=row.whole("ebs_iops"),
        quota=row.word("quota", QuotaFamily),
        image_flavour=row.word("image", ImageFlavour),
        spot_supported="no-spot" not in flags,
        burstable="burstable" in flags,
        bare_metal="bare-metal" in flags,
        capacity_block_only="capacity-block" in flags,
    )


def _accelerator(row: Row) -> Accelerator | None:
    """`gpu:l4`, 4 devices, MiB of each; a count below 1 is a part of one device; an empty cell is no accelerator."""
    named = row.words("accelerator")
    if not named:
        return None
    kind, _, model = named[0].partition(":")
    kinds = [str(member) for member in AcceleratorKind]
    if kind not in kinds or not model or len(named) > 1 or model != model.lower():
        row.refuse(
            "accelerator", f"<kind>:<model> in lower case, with a kind of {', '.join(kinds)}, is allowed: gpu:l4"
        )
        return None
    devices = row.number("accelerators", above=0)
    if devices > 1 and devices != int(devices):
        row.refuse("accelerators", "a whole number of devices, or the part of one device, is allowed")
    return Accelerator(
        kind=AcceleratorKind(kind),
        model=model,
        count=int(devices),
        memory_mib=row.whole("accelerator_memory_mib", minimum=1),
        share=min(1.0, devices),
    )
