"""Rows of machines/<family>.csv from what EC2 says of its types; what it does not say is listed, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from poolwright.price_tables.asking import Client, pages
from solver.catalog.machine_tables import MACHINE_COLUMNS

_MOST_NAMES = 100
"""Of one question to DescribeInstanceTypes."""
_ARCHITECTURES = ("x86_64", "arm64")
_PROCESSORS = {"Intel": "intel", "AMD": "amd", "AWS": "aws"}
_QUOTAS = {
    **dict.fromkeys("acdhimrtz", "standard"),
    "g": "g",
    "p": "p",
    "f": "f",
    "x": "x",
    "u": "high-memory",
    "inf": "inf",
    "trn": "trn",
    "dl": "dl",
    "hpc": "hpc",
    "im": "standard",
    "is": "standard",
    "gr": "g",
}
"""The group in which AWS counts running vCPUs, by the letters that a family begins with."""
_FLEX_BASELINE = "40"
_MIB = 2**20
_GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class MachineRow:
    """A row of a family's table, or why there is none."""

    name: str
    cells: tuple[str, ...]
    """In the order of the table's columns; empty where something is missing."""
    missing: tuple[str, ...]
    """What EC2's answer does not say, or says of a kind that the tables have no word for."""
    older_generation: bool
    """EC2 no longer calls it current."""


def ask_instance_types(client: Client, names: Iterable[str]) -> list[MachineRow]:
    """A row for each of the types, by name."""
    wanted = sorted(names)
    found: list[MachineRow] = []
    for first in range(0, len(wanted), _MOST_NAMES):
        asked = wanted[first : first + _MOST_NAMES]
        for page in pages(client, "describe_instance_types", InstanceTypes=asked):
            found += [machine_row(entry) for entry in page.get("InstanceTypes") or () if "InstanceType" in entry]
    return sorted(found, key=lambda row: row.name)


def ask_offered_zones(client: Client) -> dict[str, frozenset[str]]:
    """Zone ids in which each machine type is offered."""
    found: dict[str, set[str]] = {}
    for page in pages(client, "describe_instance_type_offerings", LocationType="availability-zone-id"):
        for entry in page.get("InstanceTypeOfferings") or ():
            if "InstanceType" in entry and "Location" in entry:
                found.setdefault(entry["InstanceType"], set()).add(entry["Location"])
    return {name: frozenset(zones) for name, zones in sorted(found.items())}


def machine_row(entry: Mapping[str, Any]) -> MachineRow:
    """A type's row; `branch_enis`, which EC2 does not tell, is 0: its tasks are counted without trunking."""
    name = str(entry["InstanceType"])
    missing: list[str] = []
    cells = dict.fromkeys(MACHINE_COLUMNS, "")
    processor = _part(entry, "ProcessorInfo")
    supported = processor.get("SupportedArchitectures") or ()
    ebs = _part(_part(entry, "EbsInfo"), "EbsOptimizedInfo")
    network = _part(entry, "NetworkInfo")
    cells |= {
        "type": name,
        "architecture": next((word for word in _ARCHITECTURES if word in supported), ""),
        "processor": _PROCESSORS.get(str(processor.get("Manufacturer")), ""),
        "vcpus": _count(_part(entry, "VCpuInfo").get("DefaultVCpus")),
        "cpu_baseline_percent": _baseline(entry, name),
        "memory_mib": _count(_part(entry, "MemoryInfo").get("SizeInMiB")),
        "local_disk_gib": _disk(entry),
        "network_mbps": _network(network),
        "max_enis": _count(network.get("MaximumNetworkInterfaces")),
        "branch_enis": "0",
        "ebs_mibps": _mibps(ebs.get("BaselineThroughputInMBps")),
        "ebs_iops": _count(ebs.get("BaselineIops")),
        "quota": _quota(name),
        "image": "standard",
        "flags": " ".join(_flags(entry, name)),
    }
    devices = _accelerators(entry)
    cells |= dict.fromkeys(("accelerators", "accelerator_memory_mib"), "0") if devices is None else devices
    missing += [column for column in MACHINE_COLUMNS if not cells[column] and column not in ("accelerator", "flags")]
    if devices is not None and not cells["accelerator"]:
        missing.insert(0, "accelerator")
    return MachineRow(
        name=name,
        cells=() if missing else tuple(cells[column] for column in MACHINE_COLUMNS),
        missing=tuple(missing),
        older_generation=entry.get("CurrentGeneration") is False,
    )


def _part(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object of an answer; an empty one where there is none."""
    found: object = entry.get(key)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _parts(entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list of an answer."""
    found: object = entry.get(key)
    listed = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", each) for each in listed if isinstance(each, dict)]


def _count(value: object) -> str:
    return str(value) if isinstance(value, int) and value >= 0 else ""


def _baseline(entry: Mapping[str, Any], name: str) -> str:
    """EC2 tells no baseline of burstable types; flex types have that of all flex types in the tables."""
    if entry.get("BurstablePerformanceSupported") is not False:
        return ""
    return _FLEX_BASELINE if "-flex." in name else "100"


def _disk(entry: Mapping[str, Any]) -> str:
    if entry.get("InstanceStorageSupported") is False:
        return "0"
    size = _part(entry, "InstanceStorageInfo").get("TotalSizeInGB")
    return str(size * 10**9 // _GIB) if isinstance(size, int) else ""


def _network(network: Mapping[str, Any]) -> str:
    """The baseline of the only card; of several the rate that EC2 names, since their sum is more than a machine has."""
    cards = _parts(network, "NetworkCards")
    rates = [rate for card in cards if isinstance(rate := card.get("BaselineBandwidthInGbps"), int | float)]
    if not rates or len(rates) < len(cards):
        return ""
    total = round(sum(rates) * 1000)
    if len(rates) == 1:
        return str(total)
    named = re.fullmatch(r"(?:(\d+)x )?(\d+) Gigabit", str(network.get("NetworkPerformance")))
    return str(min(total, int(named[1] or 1) * int(named[2]) * 1000)) if named else ""


def _mibps(value: object) -> str:
    return str(int(value * 10**6 // _MIB)) if isinstance(value, int | float) else ""


def _quota(name: str) -> str:
    letters = re.match(r"[a-z]+", name)
    word = letters[0] if letters else ""
    return _QUOTAS.get(word, "")


def _flags(entry: Mapping[str, Any], name: str) -> list[str]:
    classes = entry.get("SupportedUsageClasses") or ()
    holds = {
        "bare-metal": entry.get("BareMetal") is True,
        "burstable": entry.get("BurstablePerformanceSupported") is True,
        "flex": "-flex." in name,
        "no-spot": "spot" not in classes,
        "capacity-block": "capacity-block" in classes and "on-demand" not in classes,
    }
    return [flag for flag, held in holds.items() if held]


def _accelerators(entry: Mapping[str, Any]) -> dict[str, str] | None:
    """The accelerator's cells and the image; empty ones for a kind without a word here, None without accelerators."""
    if gpus := _parts(_part(entry, "GpuInfo"), "Gpus"):
        gpu = gpus[0]
        known = len(gpus) == 1 and gpu.get("Manufacturer") == "NVIDIA" and gpu.get("Name")
        # A card's name in the tables is its maker's short one: RTX PRO Server 6000 is rtx-pro-6000.
        model = re.sub(r"\s+", "-", str(gpu.get("Name"))).lower().replace("-server-", "-")
        part = gpu.get("GpuPartitionSize")
        count = f"{part:g}" if isinstance(part, int | float) and 0 < part < 1 else _count(gpu.get("Count"))
        memory = _count(_part(gpu, "MemoryInfo").get("SizeInMiB"))
        return _devices(f"gpu:{model}" if known else "", count, memory, "gpu")
    if chips := _parts(_part(entry, "NeuronInfo"), "NeuronDevices"):
        chip = chips[0]
        name = re.fullmatch(r"(inferentia|trainium)(\d*)", str(chip.get("Name")).lower())
        memory = _count(_part(chip, "MemoryInfo").get("SizeInMiB"))
        kind = f"{name[1]}:{name[1]}{name[2] or 1}" if name and len(chips) == 1 else ""
        return _devices(kind, _count(chip.get("Count")), memory, "neuron")
    if any(entry.get(other) for other in ("FpgaInfo", "MediaAcceleratorInfo", "InferenceAcceleratorInfo", "GpuInfo")):
        # What EC2 calls an FPGA's memory is not what a kernel sees, and other kinds have no word in the tables.
        return _devices("", "", "", "")
    return None


def _devices(accelerator: str, count: str, memory_mib: str, image: str) -> dict[str, str]:
    return {"accelerator": accelerator, "accelerators": count, "accelerator_memory_mib": memory_mib, "image": image}
