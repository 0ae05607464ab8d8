"""Image storage: the variants that run, and what each kept release adds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.registry import image_lines
from solver.plan.compute import ComputePlan

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]


def test_each_repository_stores_its_image_and_what_releases_add(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": {"image": {"size_mib": 2048}}, "tool": {"image": {"size_mib": 1024}}})
    app, tool = image_lines(demand, "main", catalog, make_compute(demand))
    assert (app.item, app.pool.value) == ("repository app", "compute")
    assert app.amount_per_month == pytest.approx(2 * (1 + 0.05 * 99))
    assert app.usd_per_month == pytest.approx(1.19)
    assert tool.amount_per_month == pytest.approx(app.amount_per_month / 2)


def test_an_image_of_another_registry_costs_nothing_here(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    reference = "docker.io/library/python:3.12"
    demand = make_demand({"app": {"image": {"reference": reference}}})
    assert image_lines(demand, "main", catalog, make_compute(demand, image_reference=reference)) == ()
