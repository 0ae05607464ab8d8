"""Zones of a site: those it names, or the first of its region."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.zones import zones_of

DemandMaker = Callable[..., Demand]


def test_a_number_of_zones_means_the_regions_first(catalog: Catalog, make_demand: DemandMaker) -> None:
    zones = zones_of(make_demand(zones=2), "main", catalog)
    assert set(zones) == set(catalog.region("us-east-1").zone_ids[:2])
    assert zones == tuple(sorted(zones))


def test_named_zones_are_used_in_the_order_of_their_ids(catalog: Catalog, make_demand: DemandMaker) -> None:
    assert zones_of(make_demand(zones=["use1-az4", "use1-az1"]), "main", catalog) == ("use1-az1", "use1-az4")


def test_a_zone_of_another_region_is_refused(catalog: Catalog, make_demand: DemandMaker) -> None:
    with pytest.raises(InfeasibleError, match="euw1-az1"):
        zones_of(make_demand(zones=["euw1-az1", "use1-az1"]), "main", catalog)
