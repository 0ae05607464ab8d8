"""The same inputs give the same bytes, whatever the order of Python's sets, and the same cost with either solver."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from solver.inputs import read_inputs
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[2]
BUSY_DEMAND = """\
stack: dev
owner: tests
sites:
  main:
    region: us-east-1
    zones: 3
    network: {cidr: 10.0.0.0/16, dns: {domain: api.example.com}}
workloads:
  front:
    kind: service
    image: {}
    load:
      peak_per_second: 90
      shape: [2, 2, 2, 2, 2, 2, 2, 6, 9, 9, 9, 9, 9, 9, 9, 9, 9, 6, 6, 6, 2, 2, 2, 2]
    survive: zone
    interruptible_share: 0.5
    variants:
      small: {cpu: 1, memory: 2Gi, throughput_per_second: 20, source: measured}
      large: {cpu: 4, memory: 4Gi, throughput_per_second: 90, source: measured}
  back:
    kind: service
    image: {}
    load: {constant_per_second: 40}
    variants:
      cpu: {cpu: 1, memory: 4Gi, throughput_per_second: 20, source: measured}
  nightly:
    kind: batch
    image: {}
    work: 200000
    window: {days: [mon, thu], opens: "01:00", deadline: "06:00"}
    variants:
      cpu: {cpu: 2, memory: 4Gi, throughput_per_second: 10, source: measured}
purchase:
  commitments: [{kind: compute-savings-plan, years: 1}]
limits:
  machines: [c7i.*, m7i.*]
  changes_per_day: 3
  fold: day
"""
"""Two services that may share machines, spot machines, a job and a savings plan: every part of the model has work."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demand") / "dev.yaml"
    path.write_text(BUSY_DEMAND, encoding="utf-8")
    return path


def printed(seed: int, *more: str) -> bytes:
    """What `poolwright plan dev --json` says, with the sets of Python in one order or another."""
    command = [sys.executable, "-m", "poolwright", "plan", "dev", "--json", *more]
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout)["stack"] == "dev"
    return done.stdout


def costs_the_same_with_either_solver(demand: Path | None) -> bool:
    """Within the gap that the demand asks for; and what either one proves holds for the other's plan too."""
    inputs = read_inputs(ROOT, "dev", demand_file=demand)
    wanted, catalog = inputs.loaded.demand, inputs.catalog()
    highs, cbc = (solve(wanted, catalog, solver_name=name).proof for name in ("highs", "cbc"))
    assert (highs.solver.split()[0], cbc.solver.split()[0]) == ("HiGHS", "CBC")
    costs = sorted((highs.cost_usd_per_month, cbc.cost_usd_per_month))
    assert max(highs.bound_usd_per_month, cbc.bound_usd_per_month) <= costs[0]
    return costs[1] - costs[0] <= wanted.limits.gap * costs[1]


def test_dev_is_planned_to_the_same_bytes_in_every_order_of_sets() -> None:
    assert printed(1) == printed(2)


def test_a_demand_with_everything_is_planned_to_the_same_bytes_in_every_order_of_sets(busy: Path) -> None:
    assert printed(3, "--demand", str(busy)) == printed(4, "--demand", str(busy))


def test_dev_costs_the_same_with_cbc_within_the_gap() -> None:
    assert costs_the_same_with_either_solver(None)


def test_a_demand_with_everything_costs_the_same_with_cbc_within_the_gap(busy: Path) -> None:
    assert costs_the_same_with_either_solver(busy)
