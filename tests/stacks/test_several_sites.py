"""Solved plans of several sites, and of machines of every kind, on the real engine and the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import AcceleratorKind
from stacks.program import aws_pools
from tests.solver.several import BUCKET, FROM_BOTH, JOB, PUBLIC, SERVICE, both_regions, two_sites

TWO_SITES = two_sites(
    {
        "front": PUBLIC
        | FROM_BOTH
        | {"max_latency_ms": 60, "calls": ["back", "api"], "uses": {"models": "read", "scratch": "read-write"}},
        "back": SERVICE,
        "api": PUBLIC | {"site": "us", "path": "/api", "load_from": {"front": 1}},
        "night": JOB,
    },
    storage={
        "models": BUCKET | {"sites": ["us", "eu"]},
        "scratch": {"kind": "volume", "attach": "machine", "size": "20Gi"},
    },
    data_protection=False,
)


def accelerated(model: str) -> dict[str, Any]:
    return {
        "kind": "service",
        "image": {"framework": "pytorch"},
        "load": {"constant_per_second": 50},
        "variants": {
            model: {
                "cpu": 2,
                "memory": "8Gi",
                "accelerator": {"model": model},
                "throughput_per_second": 100,
                "source": "measured",
            }
        },
    }


EVERY_KIND = Demand.model_validate(
    {
        "stack": "test",
        "owner": "tests",
        "sites": {"main": {"region": "us-east-1", "network": {"cidr": "10.0.0.0/16"}}},
        "workloads": {
            "plain": SERVICE | {"load": {"constant_per_second": 600}},
            "graphics": accelerated("l4"),
            "inferentia": accelerated("inferentia2"),
            "trainium": accelerated("trainium1"),
            "gates": accelerated("vu47p"),
        },
        "data_protection": False,
    }
)


def test_machines_of_every_kind_are_in_one_plan() -> None:
    plan = solve(EVERY_KIND, load_catalog(None, ["us-east-1"]))
    groups = plan.aws_sites["main"].compute.node_groups
    assert {group.accelerator_kind for group in groups} == {None, *AcceleratorKind}


def up_and_down(environment: EngineEnvironment, plan: Plan) -> None:
    def build() -> None:
        for key, site in sorted(plan.aws_sites.items()):
            pulumi.export(key, aws_pools(key, site, plan, None))

    engine = Engine(environment, build, lambda text: None)
    assert {change.operation for change in engine.preview().changes} == {Operation.CREATE}
    assert {change.operation for change in engine.up().changes} == {Operation.CREATE}
    assert {change.operation for change in engine.preview().changes} == {Operation.SAME}
    engine.destroy(with_data=True)
    assert engine.records() == ()


@pytest.mark.engine
def test_a_stack_of_two_sites_is_made_stays_and_goes(sandbox_env: Callable[..., EngineEnvironment]) -> None:
    plan = solve(TWO_SITES, both_regions())
    assert set(plan.aws_sites) == {"us", "eu"}
    up_and_down(sandbox_env("dev"), plan)


@pytest.mark.engine
def test_a_stack_with_machines_of_every_kind_is_made_stays_and_goes(
    sandbox_env: Callable[..., EngineEnvironment],
) -> None:
    up_and_down(sandbox_env("dev"), solve(EVERY_KIND, load_catalog(None, ["us-east-1"])))
