"""Which reservations flex in size, and by which factors."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.reservations import reserved_units


@pytest.mark.parametrize(
    ("machine", "units"),
    [
        ("t3.nano", 0.25),
        ("t3.micro", 0.5),
        ("t3.small", 1.0),
        ("t3.medium", 2.0),
        ("m7g.large", 4.0),
        ("m7g.xlarge", 8.0),
        ("m7g.16xlarge", 128.0),
        ("c5.9xlarge", 72.0),
    ],
)
def test_a_size_has_the_factor_of_awss_table(machine: str, units: float, real_catalog: Catalog) -> None:
    assert reserved_units(real_catalog.machine(machine)) == units


@pytest.mark.parametrize("machine", ["g6.xlarge", "g4dn.2xlarge", "inf2.xlarge", "m7g.metal"])
def test_families_that_dont_flex_and_bare_metal_have_none(machine: str, real_catalog: Catalog) -> None:
    assert reserved_units(real_catalog.machine(machine)) is None
