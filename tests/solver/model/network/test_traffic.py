"""Bytes by where they go: each is counted once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.demand.demand import Demand
from solver.model.network.traffic import in_ecr, traffic_of
from solver.plan.compute import ComputePlan

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
MONTHLY_GIB = 10 * 3600 * 730 / 2**20
"""Of ten requests a second, for each KiB."""


def test_a_service_behind_a_load_balancer_is_not_counted_as_called(
    make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    sizes = {"request_kib": 1, "response_kib": 2}
    demand = make_demand(
        {
            "front": {"exposure": "public", "calls": ["back", "shared"], **sizes},
            "back": sizes,
            "shared": {"exposure": "internal", **sizes},
        }
    )
    traffic = traffic_of(demand, "main", make_compute(demand))
    assert traffic.responses_gib == pytest.approx(2 * MONTHLY_GIB)
    assert traffic.calls_gib == pytest.approx(3 * MONTHLY_GIB)


def test_logs_go_to_cloudwatch_and_the_rest_is_spread_over_the_services_used(
    make_demand: DemandMaker, make_compute: ComputeMaker
) -> None:
    demand = make_demand({"app": {"logs_gib_per_month": 40}}, network={"aws_api_gib_per_month": 45})
    traffic = traffic_of(demand, "main", make_compute(demand))
    assert traffic.aws_api_gib["logs"] == 40
    assert sum(traffic.aws_api_gib.values()) == pytest.approx(45)
    assert "secretsmanager" not in traffic.aws_api_gib


def test_machine_starts_can_be_stated(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    reference = "docker.io/library/python:3.12"
    image = {"image": {"reference": reference, "size_mib": 2048}}
    demand = make_demand({"app": image}, machine_starts_per_week=21)
    traffic = traffic_of(demand, "main", make_compute(demand, image_reference=reference))
    assert traffic.outside_pulls_gib == pytest.approx(21 * 2 * 730 / 168)
    assert traffic.outside_images == ("app",)


def test_rises_of_the_schedule_are_starts(make_demand: DemandMaker, make_compute: ComputeMaker) -> None:
    demand = make_demand()
    waves = make_compute(demand, machines=([2] * 8 + [5] * 8 + [3] * 8) * 7)
    assert waves.node_groups[0].machines.starts_per_week == 3 * 7
    assert make_compute(demand).node_groups[0].machines.starts_per_week == 0


@pytest.mark.parametrize(
    ("reference", "private"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1", True),
        ("public.ecr.aws/docker/library/python:3.12-slim", False),
        ("docker.io/library/python", False),
    ],
)
def test_private_registries_of_aws_are_told_from_others(reference: str, private: bool) -> None:
    assert in_ecr(reference) is private
