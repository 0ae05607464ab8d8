"""An explanation of a stack with several sites has each site's part of what a service needs."""

from __future__ import annotations

import pytest

from solver.explain import explain
from solver.plan.explanation import Explanation
from solver.solve import solve
from tests.solver.several import FROM_BOTH, PUBLIC, SERVICE, both_regions, two_sites

NEAR = two_sites({"front": PUBLIC | FROM_BOTH | {"max_latency_ms": 60, "calls": ["back"]}, "back": SERVICE})


@pytest.fixture(scope="module")
def found() -> Explanation:
    catalog = both_regions()
    return explain(solve(NEAR, catalog), NEAR, catalog, quick=True)


def test_each_site_needs_its_part_of_the_load_and_its_machines_hold_it(found: Explanation) -> None:
    loads = {(each.site, each.workload): each.load_per_second for each in found.services}
    assert loads == pytest.approx({("us", "front"): 40, ("us", "back"): 40, ("eu", "front"): 60, ("eu", "back"): 60})
    for each in found.services:
        assert each.have_per_second >= each.need_per_second
        assert each.after_zone_loss_per_second >= each.load_per_second
        assert each.binds


def test_every_service_of_every_site_has_a_price_of_more_load(found: Explanation) -> None:
    assert {(each.site, each.workload) for each in found.load_prices} == {
        (site, key) for site in ("us", "eu") for key in ("front", "back")
    }
