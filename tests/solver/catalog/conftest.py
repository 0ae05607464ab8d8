"""Catalogs for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from tests.solver.catalog.small_catalog import SmallCatalog, write_small_catalog


@pytest.fixture(scope="session")
def real_catalog() -> Catalog:
    """The catalog that the project ships, all regions."""
    return load_catalog()


@pytest.fixture
def small_catalog(tmp_path: Path) -> SmallCatalog:
    """A small catalog of the test's own."""
    return write_small_catalog(tmp_path / "catalog")
