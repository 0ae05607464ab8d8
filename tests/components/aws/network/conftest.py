"""The early pools of the fixture sites, recorded once: tests here only read them."""

from __future__ import annotations

import pytest

from tests.components import plans
from tests.components.aws.early import Early, early
from tests.recorder import Recording


@pytest.fixture(scope="session")
def full() -> Recording[Early]:
    """Three zones, NAT in each, two load balancers, a name, flow logs; data protected."""
    return early(plans.full_site())


@pytest.fixture(scope="session")
def minimal() -> Recording[Early]:
    """One zone, no NAT, no load balancer, no key."""
    return early(plans.minimal_site())
