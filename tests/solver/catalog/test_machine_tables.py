"""Rows of machines/<family>.csv that can't be right."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.vocabulary import Architecture, ImageFlavour
from tests.solver.catalog.small_catalog import SmallCatalog

C7G = "machines/c7g.csv"
G5 = "machines/g5.csv"


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "allowed"),
    [
        (C7G, "c7g.large", "architecture", "arm", "x86_64, arm64 are allowed"),
        (C7G, "c7g.large", "processor", "graviton", "intel, amd, aws are allowed"),
        (C7G, "c7g.large", "vcpus", "0", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "vcpus", "two", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "vcpus", "", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "cpu_baseline_percent", "120", "a number above 0 and at most 100 is allowed"),
        (C7G, "c7g.large", "cpu_baseline_percent", "nan", "a number above 0 and at most 100 is allowed"),
        (C7G, "c7g.large", "memory_mib", "-4096", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "memory_mib", "4_096", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "local_disk_gib", "1.5", "a whole number of at least 0 is allowed"),
        (C7G, "c7g.large", "network_mbps", "0", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "max_enis", "-", "a whole number of at least 1 is allowed"),
        (C7G, "c7g.large", "branch_enis", "many", "a whole number of at least 0 is allowed"),
        (C7G, "c7g.large", "ebs_mibps", "x", "a whole number of at least 0 is allowed"),
        (C7G, "c7g.large", "ebs_iops", "x", "a whole number of at least 0 is allowed"),
        (C7G, "c7g.large", "quota", "c", "standard, g, p, inf, trn, f, x, high-memory, dl, hpc are allowed"),
        (C7G, "c7g.large", "image", "arm", "standard, gpu, neuron are allowed"),
        (C7G, "c7g.large", "flags", "no-spots", "bare-metal, burstable, flex, no-spot, capacity-block are allowed"),
        (C7G, "c7g.large", "type", "c6g.large", "c7g.<size>, is allowed"),
        (G5, "g5.xlarge", "accelerator", "a10g", "<kind>:<model> in lower case"),
        (G5, "g5.xlarge", "accelerator", "gpu:A10G", "<kind>:<model> in lower case"),
        (G5, "g5.xlarge", "accelerators", "0", "a number above 0 is allowed"),
        (G5, "g5.xlarge", "accelerators", "1.5", "a whole number of devices, or the part of one device"),
        (G5, "g5.xlarge", "accelerator_memory_mib", "0", "a whole number of at least 1 is allowed"),
    ],
)
def test_a_wrong_cell_is_named_with_file_line_and_what_is_allowed(
    small_catalog: SmallCatalog, file: str, row: str, column: str, value: str, allowed: str
) -> None:
    line = small_catalog.text(file).splitlines().index(small_catalog.line(file, row + ",")) + 1
    small_catalog.set_cell(file, row + ",", column, value)
    (problem,) = [problem for problem in small_catalog.problems() if problem.file.endswith(file)]
    assert problem.line == line
    assert problem.path.endswith(column)
    assert problem.found == f'"{value}"'
    assert allowed in problem.allowed


def test_every_broken_row_is_named_at_once(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(C7G, "c7g.large,", "vcpus", "x")
    small_catalog.set_cell(C7G, "c7g.xlarge,", "memory_mib", "y")
    small_catalog.set_cell(G5, "g5.xlarge,", "quota", "gpu")
    named = {problem.path for problem in small_catalog.problems()}
    assert {"c7g.large.vcpus", "c7g.xlarge.memory_mib", "g5.xlarge.quota"} <= named


def test_a_machine_type_that_stands_twice_is_refused(small_catalog: SmallCatalog) -> None:
    line = small_catalog.line(C7G, "c7g.large,")
    small_catalog.replace(C7G, line + "\n", f"{line}\n{line}\n")
    problem = small_catalog.problem()
    assert "each machine type once" in problem.allowed
    assert problem.hint == "Remove one of the two rows."


def test_a_near_miss_of_a_word_is_suggested(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(C7G, "c7g.large,", "architecture", "arm_64")
    assert any(problem.hint == "Did you mean arm64?" for problem in small_catalog.problems())


def test_what_a_machine_boots_fits_its_accelerator(real_catalog: Catalog) -> None:
    for machine in real_catalog.machines.values():
        kind = None if machine.accelerator is None else machine.accelerator.kind.value
        flavour = {"gpu": ImageFlavour.GPU, "inferentia": ImageFlavour.NEURON, "trainium": ImageFlavour.NEURON}
        assert machine.image_flavour is flavour.get(kind or "", ImageFlavour.STANDARD), machine.name


def test_both_architectures_have_machines(real_catalog: Catalog) -> None:
    assert {machine.architecture for machine in real_catalog.machines.values()} == set(Architecture)


def test_rows_of_a_family_go_from_small_to_large(real_catalog: Catalog, small_catalog: SmallCatalog) -> None:
    for file in (C7G, G5, "machines/t3.csv"):
        rows = [line.split(",")[0] for line in small_catalog.text(file).splitlines()[2:]]
        machines = [real_catalog.machine(name) for name in rows]
        sizes = [(machine.bare_metal, machine.vcpus, machine.memory_mib) for machine in machines]
        assert sizes == sorted(sizes)
