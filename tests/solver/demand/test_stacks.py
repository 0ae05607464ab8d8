"""The stack files of this project: what a user meets first."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from solver.demand.demand import AwsSite, Demand
from solver.demand.loader import load_demand, stack_names
from solver.demand.workloads import Service, TrainingJob

ROOT = Path(__file__).parents[3]
STACKS = ("dev", "prod", "staging")


@pytest.fixture(scope="module")
def demands() -> dict[str, Demand]:
    return {name: load_demand(ROOT / "stacks" / f"{name}.yaml").demand for name in STACKS}


def site(demand: Demand) -> AwsSite:
    (only,) = demand.aws_sites.values()
    return only


def peak(demand: Demand, name: str) -> float:
    service = demand.workloads[name]
    assert isinstance(service, Service)
    return max(service.load.week_per_second())


def test_three_stacks_are_in_aws_one_is_local_and_each_is_called_as_its_file(demands: dict[str, Demand]) -> None:
    assert stack_names(ROOT) == sorted((*STACKS, "local"))
    assert list(load_demand(ROOT / "stacks" / "local.yaml").demand.docker_sites) == ["desk"]
    assert {name: demand.stack for name, demand in demands.items()} == {name: name for name in STACKS}


def test_no_stacks_range_overlaps_anothers_and_each_reserves_the_others(demands: dict[str, Demand]) -> None:
    networks = {name: site(demand).network for name, demand in demands.items()}
    for one, other in combinations(STACKS, 2):
        assert not networks[one].cidr.overlaps(networks[other].cidr)
        assert networks[other].cidr in networks[one].reserved
        assert networks[one].cidr in networks[other].reserved


def test_all_stacks_run_the_same_workloads_on_the_same_storage(demands: dict[str, Demand]) -> None:
    for demand in demands.values():
        assert list(demand.workloads) == ["assistant", "recommender", "fraud", "trainer"]
        assert list(demand.storage) == ["documents", "models", "scratch", "shared"]


def test_production_survives_a_zone_and_dev_is_small(demands: dict[str, Demand]) -> None:
    prod, dev = demands["prod"], demands["dev"]
    services = [entry for entry in prod.workloads.values() if isinstance(entry, Service)]
    assert {service.survive for service in services} == {"zone"}
    assert site(prod).zones == 3
    assert all(peak(dev, name) <= 5 for name in ("assistant", "recommender", "fraud"))
    assert not dev.data_protection


def test_staging_has_a_quarter_of_productions_load(demands: dict[str, Demand]) -> None:
    for name in ("assistant", "recommender", "fraud"):
        assert peak(demands["staging"], name) == pytest.approx(peak(demands["prod"], name) / 4)


def test_the_services_have_loads_of_different_shapes(demands: dict[str, Demand]) -> None:
    shapes = [
        tuple(round(rate / peak(demands["prod"], name), 3) for rate in service.load.week_per_second())
        for name, service in demands["prod"].workloads.items()
        if isinstance(service, Service)
    ]
    assert len(set(shapes)) == 3


def test_a_gang_of_production_can_do_its_work_before_the_deadline(demands: dict[str, Demand]) -> None:
    trainer = demands["prod"].workloads["trainer"]
    assert isinstance(trainer, TrainingJob)
    seconds = trainer.window.hours * 3600
    fast_enough = [
        name
        for name, variant in trainer.variants.items()
        if variant.throughput_per_second * trainer.workers * seconds >= trainer.work
    ]
    assert "l40s-x4" in fast_enough and "a100-x8" in fast_enough


def test_every_throughput_names_its_source_and_its_year(demands: dict[str, Demand]) -> None:
    for workload in demands["prod"].workloads.values():
        for name, variant in workload.variants.items():
            assert "20" in variant.source or variant.source.startswith("As "), name
