"""Data sheets from EC2's answers, against the shipped tables, and what is missing in them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from poolwright.price_tables.instance_types import machine_row
from solver.catalog.digest import default_catalog_path
from solver.catalog.machine_tables import MACHINE_COLUMNS
from tests.poolwright.price_tables.recorded import known_type

SHEETS = (
    "c7g.large",
    "m7i-flex.xlarge",
    "c5d.metal",
    "im4gn.large",
    "u7in-16tb.224xlarge",
    "hpc7g.4xlarge",
    "g6.12xlarge",
    "g6f.large",
    "g7e.2xlarge",
    "p4d.24xlarge",
    "inf1.xlarge",
    "inf2.24xlarge",
    "trn1.32xlarge",
)


def shipped(name: str) -> list[str]:
    """The row of the shipped table."""
    text = (default_catalog_path() / "machines" / f"{name.partition('.')[0]}.csv").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name},")]
    return line.split(",")


@pytest.mark.parametrize("name", SHEETS)
def test_a_row_is_the_shipped_one_but_for_trunking(name: str) -> None:
    expected = dict(zip(MACHINE_COLUMNS, shipped(name), strict=True)) | {"branch_enis": "0"}
    assert dict(zip(MACHINE_COLUMNS, machine_row(known_type(name)).cells, strict=True)) == expected


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("t4g.small", ("cpu_baseline_percent",)),
        ("f2.6xlarge", ("accelerator", "accelerators", "accelerator_memory_mib", "image")),
    ],
)
def test_what_ec2_does_not_tell_is_named_and_no_row_is_made(name: str, missing: tuple[str, ...]) -> None:
    row = machine_row(known_type(name))
    assert (row.cells, row.missing) == ((), missing)


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ("ProcessorInfo", ("architecture", "processor")),
        ("VCpuInfo", ("vcpus",)),
        ("MemoryInfo", ("memory_mib",)),
        ("NetworkInfo", ("network_mbps", "max_enis")),
        ("EbsInfo", ("ebs_mibps", "ebs_iops")),
        ("BurstablePerformanceSupported", ("cpu_baseline_percent",)),
        ("InstanceStorageSupported", ("local_disk_gib",)),
    ],
)
def test_an_answer_without_a_part_makes_no_row(part: str, missing: tuple[str, ...]) -> None:
    sheet: dict[str, Any] = copy.deepcopy(known_type("c7g.large"))
    del sheet[part]
    assert machine_row(sheet).missing == missing
    assert machine_row({**sheet, part: "?"}).missing == missing


def test_accelerators_without_a_word_here_are_listed() -> None:
    sheet = copy.deepcopy(known_type("g6.xlarge"))
    sheet["GpuInfo"]["Gpus"][0]["Manufacturer"] = "AMD"
    assert machine_row(sheet).missing == ("accelerator",)
    sheet["InstanceType"] = "zz9.large"
    assert machine_row(sheet).missing == ("accelerator", "quota")


def test_earlier_generations_are_told_apart() -> None:
    assert machine_row(known_type("m4.large")).older_generation
    assert not machine_row(known_type("c7g.large")).older_generation
