"""Image storage: the variants that run, and what each kept release adds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.registry import image_lines, least_images_usd_per_month
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


@pytest.mark.parametrize("more", list(product((0.0, 0.2, 5.0), repeat=2)))
def test_images_cost_least_together_with_the_machines_of_plans_without_them(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker, more: tuple[float, float]
) -> None:
    """`cpu` runs; `small` would keep less, on machines that cost more by so much."""

    def workload(mib: int) -> dict[str, object]:
        variant = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 10, "source": "measured"}
        small = {**variant, "image": {"size_mib": 512}}
        return {"image": {"size_mib": mib}, "variants": {"cpu": variant, "small": small}}

    sizes = {"app": 2048, "tool": 4096}
    demand = make_demand({key: workload(mib) for key, mib in sizes.items()})
    extra = dict(zip(sizes, more, strict=True))

    def more_without(fewer: Demand) -> float:
        gone = {key for key in sizes if "cpu" not in fewer.workloads[key].variants}
        return max((extra[key] for key in gone), default=0.0)

    def usd(kept: tuple[int, ...]) -> float:
        return sum(round(mib / 1024 * (1 + 0.05 * 99) * 0.1, 2) for mib in kept)

    plans = {
        (app, tool): usd((app, tool)) + max(extra["app"] * (app == 512), extra["tool"] * (tool == 512))
        for app in (2048, 512)
        for tool in (4096, 512)
    }
    found = least_images_usd_per_month(demand, "main", catalog, make_compute(demand), more_without)
    assert found == pytest.approx(min(plans.values()), abs=0.011)


def test_an_image_that_every_variant_runs_is_kept_in_every_plan(
    catalog: Catalog, make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": {"image": {"size_mib": 2048}}})
    compute = make_compute(demand)

    def never(fewer: Demand) -> float:
        raise AssertionError(fewer)

    (line,) = image_lines(demand, "main", catalog, compute)
    assert least_images_usd_per_month(demand, "main", catalog, compute, never) == line.usd_per_month
