"""Carbon: what machines draw and emit by the tables, and what is said of tables that are wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from solver.catalog.carbon import Carbon
from solver.catalog.catalog import Catalog
from solver.catalog.digest import catalog_digest, default_catalog_path
from tests.solver.catalog.small_catalog import REGION, SmallCatalog


@pytest.fixture
def with_carbon(small_catalog: SmallCatalog) -> SmallCatalog:
    """The small catalog with the real tables of carbon."""
    shutil.copytree(default_catalog_path() / "carbon", small_catalog.root / "carbon")
    return small_catalog


def test_a_machine_s_watts_are_those_of_its_processors_memory_and_accelerators(real_catalog: Catalog) -> None:
    # Four vCPUs of EPYC 3 half busy, 16 GiB at 0.392 W, one L4 half busy.
    processors = 4 * (0.4556 + 1.957) / 2
    expected = processors + 16 * 0.392 + (8.28 + 73.26) / 2
    carbon = real_catalog.carbon
    assert carbon.watts(real_catalog.machine("g6.xlarge")) == pytest.approx(expected)
    # A quarter of an L4, and the processors' and memory's own part.
    part = real_catalog.machine("g6f.xlarge")
    assert part.accelerator is not None and part.accelerator.count == 0
    devices = part.accelerator.share * (8.28 + 73.26) / 2
    memory = part.memory_mib / 1024 * 0.392
    assert carbon.watts(part) == pytest.approx(part.vcpus * (0.4556 + 1.957) / 2 + memory + devices)


def test_an_hour_emits_by_the_region_s_grid_and_data_centres(real_catalog: Catalog) -> None:
    machine, carbon = real_catalog.machine("m7g.large"), real_catalog.carbon
    for region, grams, pue in (("us-east-1", 365.1, 1.15), ("eu-central-1", 311, 1.24)):
        assert carbon.kg_per_hour(machine, region) == pytest.approx(carbon.watts(machine) / 1e6 * pue * grams)


def test_a_family_without_a_row_has_the_average_processor(real_catalog: Catalog) -> None:
    machine, carbon = real_catalog.machine("c8a.xlarge"), real_catalog.carbon
    assert machine.family not in carbon.families
    memory = machine.memory_mib / 1024 * 0.392
    assert carbon.watts(machine) == pytest.approx(machine.vcpus * (0.74 + 3.5) / 2 + memory)


def test_what_has_no_figures_is_named(real_catalog: Catalog) -> None:
    carbon = real_catalog.carbon
    assert carbon.not_counted(real_catalog.machine("inf2.xlarge")) == "inferentia2"
    assert carbon.not_counted(real_catalog.machine("g6.xlarge")) is None
    assert carbon.not_counted(real_catalog.machine("m7g.large")) is None


def test_every_region_has_figures_and_every_row_is_of_something_in_the_catalog(real_catalog: Catalog) -> None:
    carbon = real_catalog.carbon
    assert set(carbon.grids) == set(real_catalog.regions)
    assert set(carbon.families) <= {machine.family for machine in real_catalog.machines.values()}
    models = {machine.accelerator.model for machine in real_catalog.machines.values() if machine.accelerator}
    assert set(carbon.accelerators) <= models


def test_a_catalog_without_the_folder_has_no_carbon(small_catalog: SmallCatalog) -> None:
    assert small_catalog.load().carbon == Carbon()


@pytest.mark.parametrize(
    ("file", "start", "column", "value", "said"),
    [
        ("processors.csv", "graviton2,", "source", "ccf-core", "a source that carbon/sources.yaml has is needed"),
        ("processors.csv", "graviton2,", "full_watts", "0.1", "at least the idle watts, 0.4743, are allowed"),
        ("processors.csv", "average,", "processor", "mean", "a row `average` is needed"),
        ("families.csv", "c7g,", "processor", "graviton4e", "a processor that processors.csv has is needed"),
        ("families.csv", "c7g,", "family", "c7gd", "each family once is allowed"),
        ("accelerators.csv", "a10g,", "idle_watts", "-18", "a number of at least 0 is allowed"),
        ("accelerators.csv", "a10g,", "model", "a100", "each model once is allowed"),
        ("regions.csv", "eu-west-1,", "pue", "0.9", "a number above 0.999 and at most 5 is allowed"),
        ("regions.csv", "eu-west-1,", "grid_source", "epa", "a source that carbon/sources.yaml has is needed"),
        ("regions.csv", "eu-west-1,", "region", "us-east-1", "each region once is allowed"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(
    with_carbon: SmallCatalog, file: str, start: str, column: str, value: str, said: str
) -> None:
    with_carbon.set_cell(f"carbon/{file}", start, column, value)
    problem = with_carbon.problem()
    assert Path(problem.file).name == file
    assert said in str(problem)
    assert (problem.line is None) == (column == "processor" and value == "mean")


def test_the_tables_are_part_of_the_digest_of_those_that_ask_for_them(with_carbon: SmallCatalog) -> None:
    root = with_carbon.root
    without, asked = catalog_digest(root, [REGION]), catalog_digest(root, [REGION], carbon=True)
    catalog = with_carbon.load()
    assert (catalog.digest([REGION]), catalog.digest([REGION], carbon=True)) == (without, asked)
    with_carbon.set_cell("carbon/regions.csv", "eu-west-1,", "grams_per_kwh", "250")
    assert catalog_digest(root, [REGION]) == without
    assert catalog_digest(root, [REGION], carbon=True) != asked
    assert with_carbon.load().carbon.grid(REGION).grams_per_kwh == 250
