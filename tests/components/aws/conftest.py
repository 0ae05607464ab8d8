"""Recordings of the full site's storage and compute pools, made once: their tests only read them."""

from __future__ import annotations

import pytest

from components.aws.compute.pool import ComputePool
from components.aws.storage.pool import StoragePool
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record


@pytest.fixture(scope="session")
def full_storage() -> Recording[StoragePool]:
    """Two buckets and a file system of three zones, protected."""
    return record(lambda: upstream.storage_pool(plans.full_site()))


@pytest.fixture(scope="session")
def full_compute() -> Recording[ComputePool]:
    """Three services on three node groups, a gang on a fourth."""
    return record(lambda: upstream.compute_pool(plans.full_site()))


@pytest.fixture(scope="session")
def minimal_compute() -> Recording[ComputePool]:
    """One service of one replica on one machine."""
    return record(lambda: upstream.compute_pool(plans.minimal_site()))
