"""Machine images."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.errors import CatalogError
from solver.vocabulary import Architecture, ImageFlavour
from tests.solver.catalog.small_catalog import REGION, SmallCatalog

IMAGES = f"regions/{REGION}/images.csv"


def test_each_region_has_images_for_both_architectures_and_accelerators(real_catalog: Catalog) -> None:
    seen: set[str] = set()
    for region in real_catalog.regions:
        for architecture, flavour in (
            (Architecture.X86_64, ImageFlavour.STANDARD),
            (Architecture.X86_64, ImageFlavour.GPU),
            (Architecture.X86_64, ImageFlavour.NEURON),
            (Architecture.ARM64, ImageFlavour.STANDARD),
        ):
            image = real_catalog.image(region, architecture, flavour)
            assert image.id.startswith("ami-")
            assert image.name.startswith("al2023-ami-ecs-")
            assert str(architecture) in image.name
            assert f"{image.source_date:%Y%m%d}" in image.name
            seen.add(image.id)
    assert len(seen) == 4 * len(real_catalog.regions)


def test_an_image_that_does_not_exist_is_an_error_that_names_those_that_do(real_catalog: Catalog) -> None:
    assert not real_catalog.has_image("us-east-1", Architecture.ARM64, ImageFlavour.GPU)
    with pytest.raises(CatalogError, match="arm64 standard, x86_64 gpu"):
        real_catalog.image("us-east-1", Architecture.ARM64, ImageFlavour.GPU)


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("architecture", "amd64", "x86_64, arm64 are allowed"),
        ("flavour", "cuda", "standard, gpu, neuron are allowed"),
        ("id", "ami-xyz", "an image id like"),
        ("name", "", "a value is needed"),
        ("date", "22.9.2026", "a day like 2026-09-22"),
    ],
)
def test_a_wrong_cell_is_refused(small_catalog: SmallCatalog, column: str, value: str, allowed: str) -> None:
    small_catalog.set_cell(IMAGES, "arm64,standard,", column, value)
    assert any(allowed in problem.allowed for problem in small_catalog.problems())


def test_two_images_of_one_kind_are_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.set_cell(IMAGES, "x86_64,neuron,", "flavour", "gpu")
    assert any("each flavour of an architecture once" in problem.allowed for problem in small_catalog.problems())
