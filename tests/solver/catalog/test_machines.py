"""What a machine offers to tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.machines import MachineType, Reserved, allocatable, memory_overhead_mib
from solver.vocabulary import AcceleratorKind

# Nominal MiB and measured overhead in bytes, from aws/karpenter-provider-aws zz_generated.memory_overhead.go @15e8769.
MEASURED_OVERHEAD = {
    "c5.large": (4096, 453677056),
    "c5.xlarge": (8192, 586280960),
    "c5.4xlarge": (32768, 1558085632),
    "c5.9xlarge": (73728, 3691565056),
    "c5.18xlarge": (147456, 7053815808),
    "c5.24xlarge": (196608, 7864954880),
    "c5n.2xlarge": (21504, 1128321024),
    "c6a.large": (4096, 308985856),
    "c6a.48xlarge": (393216, 15140585472),
    "c6g.medium": (2048, 218644480),
    "c6g.16xlarge": (131072, 4778635264),
    "c7g.large": (4096, 293154816),
    "g4dn.xlarge": (16384, 733085696),
    "g5.xlarge": (16384, 617742336),
    "g5.48xlarge": (786432, 21549379584),
    "i4i.32xlarge": (1048576, 34284675072),
    "is4gen.medium": (6144, 368476160),
    "m5.large": (8192, 585805824),
    "m5.4xlarge": (65536, 2849939456),
    "m5d.24xlarge": (393216, 15314132992),
    "m6i.32xlarge": (524288, 17238757376),
    "m7g.16xlarge": (262144, 9405534208),
    "r6a.48xlarge": (1572864, 59844067328),
    "t3.nano": (512, 92966912),
    "t3.medium": (4096, 264945664),
    "t3.2xlarge": (32768, 1088487424),
    "x2iedn.xlarge": (131072, 3451047936),
    "x2iedn.32xlarge": (4194304, 85825867776),
    "x2iezn.2xlarge": (262144, 7463931904),
}


@pytest.mark.parametrize("name", MEASURED_OVERHEAD)
def test_the_memory_overhead_covers_what_was_measured(name: str) -> None:
    nominal, measured = MEASURED_OVERHEAD[name]
    assert memory_overhead_mib(nominal) * 2**20 >= measured


def test_the_memory_overhead_of_large_machines_stays_below_a_twentieth() -> None:
    assert memory_overhead_mib(786432) < 0.05 * 786432


def test_a_machine_offers_all_vcpus_and_its_memory_less_overhead_agent_and_daemons(real_catalog: Catalog) -> None:
    machine = real_catalog.machine("m7g.xlarge")
    found = allocatable(machine, eni_trunking=True, reserved=Reserved(cpu_millis=100, memory_mib=200))
    assert found.cpu_millis == 4000 - 100
    assert found.memory_mib == 16384 - (300 + 738) - 256 - 200
    assert found.network_mbps == machine.network_baseline_mbps


def test_a_burstable_machine_offers_its_baseline_only(real_catalog: Catalog) -> None:
    for name, millis in (("t3.large", 600), ("t4g.micro", 200), ("t2.2xlarge", 1350), ("m7i-flex.large", 800)):
        assert allocatable(real_catalog.machine(name), eni_trunking=True, reserved=Reserved()).cpu_millis == millis


def test_trunking_gives_branch_interfaces_where_the_type_has_them(real_catalog: Catalog) -> None:
    c7g, t3 = real_catalog.machine("c7g.xlarge"), real_catalog.machine("t3.medium")
    assert allocatable(c7g, eni_trunking=True, reserved=Reserved()).task_slots == 18
    assert allocatable(c7g, eni_trunking=False, reserved=Reserved()).task_slots == 3
    assert allocatable(t3, eni_trunking=True, reserved=Reserved()).task_slots == 2


def test_a_part_of_a_device_is_no_device(real_catalog: Catalog) -> None:
    machine = real_catalog.machine("g6f.large")
    assert machine.accelerator is not None
    assert (machine.accelerator.count, machine.accelerator.share) == (0, 0.125)
    found = allocatable(machine, eni_trunking=True, reserved=Reserved())
    assert (found.accelerators, found.accelerator_memory_mib) == (0, 0)


@pytest.mark.parametrize(
    ("name", "kind", "model", "count"),
    [
        ("g4dn.12xlarge", AcceleratorKind.GPU, "t4", 4),
        ("g5.48xlarge", AcceleratorKind.GPU, "a10g", 8),
        ("g6.xlarge", AcceleratorKind.GPU, "l4", 1),
        ("g6e.12xlarge", AcceleratorKind.GPU, "l40s", 4),
        ("p4d.24xlarge", AcceleratorKind.GPU, "a100", 8),
        ("p5.48xlarge", AcceleratorKind.GPU, "h100", 8),
        ("inf2.48xlarge", AcceleratorKind.INFERENTIA, "inferentia2", 12),
        ("trn1.32xlarge", AcceleratorKind.TRAINIUM, "trainium1", 16),
        ("f2.6xlarge", AcceleratorKind.FPGA, "vu47p", 1),
    ],
)
def test_accelerators_are_known_by_kind_and_model(
    real_catalog: Catalog, name: str, kind: AcceleratorKind, model: str, count: int
) -> None:
    accelerator = real_catalog.machine(name).accelerator
    assert accelerator is not None
    assert (accelerator.kind, accelerator.model, accelerator.count) == (kind, model, count)


@given(data=st.data())
def test_no_machine_offers_more_than_it_has(data: st.DataObject, real_catalog: Catalog) -> None:
    names = sorted(real_catalog.machines)
    machine: MachineType = real_catalog.machines[data.draw(st.sampled_from(names))]
    reserved = Reserved(
        cpu_millis=data.draw(st.integers(0, 10_000)),
        memory_mib=data.draw(st.integers(0, 100_000)),
        agent_memory_mib=data.draw(st.integers(0, 4096)),
    )
    found = allocatable(machine, eni_trunking=data.draw(st.booleans()), reserved=reserved)
    assert 0 <= found.cpu_millis <= machine.vcpus * 1000
    assert 0 <= found.memory_mib < machine.memory_mib
    assert 0 <= found.task_slots <= max(machine.max_enis - 1, machine.branch_enis)
    assert 0 <= found.accelerators <= (machine.accelerator.count if machine.accelerator else 0)
    assert found.local_disk_gib == machine.local_disk_gib


@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_more_memory_never_offers_less(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert small - memory_overhead_mib(small) <= large - memory_overhead_mib(large)
