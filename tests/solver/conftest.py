"""The large shipped stacks, planned from nothing once for all tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from solver.inputs import read_inputs
from solver.plan.plan import Plan
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[2]
ShippedPlans = Callable[[str], Plan]


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> ShippedPlans:
    """The plan of a shipped stack by its name; some seconds of work, which one of pytest's processes does for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def planned(stack: str) -> Plan:
        path = shared / f"{stack}.plan.json"
        with (shared / f"{stack}.plan.lock").open("w") as busy:
            fcntl.flock(busy, fcntl.LOCK_EX)
            if path.exists():
                return Plan.model_validate_json(path.read_bytes())
            inputs = read_inputs(ROOT, stack)
            plan = solve(inputs.loaded.demand, inputs.catalog())
            path.write_text(plan.model_dump_json(), encoding="utf-8")
            return plan

    return planned
