"""Loads and work at the edge of what the most replicas carry: the figure that a mistake names would do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.demand.loader import load_demand
from solver.errors import DemandError

VARIANT = {"cpu": 1, "memory": "2Gi", "throughput_per_second": 7.3, "source": "made up"}
FASTER = {**VARIANT, "throughput_per_second": 9.1}
SERVICE: dict[str, Any] = {"kind": "service", "headroom": 0.3, "max_utilisation": 0.6}
WINDOW = {"opens": "22:00", "deadline": "05:00"}
SITES = {"main": {"region": "us-east-1", "network": {"cidr": "10.1.0.0/16"}}}
TWO = {**SITES, "other": {"region": "us-west-2", "network": {"cidr": "10.2.0.0/16"}}}


def content(workload: dict[str, Any], field: str, value: float) -> dict[str, Any]:
    entry = {"image": {"framework": "other"}, "variants": {"slow": VARIANT, "fast": FASTER}, **workload}
    if field == "work":
        entry |= {"work": value, "window": WINDOW}
    elif field == "hourly_per_second":
        entry["load"] = {field: [1.0] * 23 + [value]}
    elif field == "peak_per_second":
        entry["load"] = {field: value, "shape": [2.0] * 24}
    else:
        entry["load"] = {field: value}
    return {"owner": "tests", "sites": SITES, "workloads": {"web": entry}}


CASES: dict[str, tuple[dict[str, Any], str, float]] = {
    "constant": (SERVICE, "constant_per_second", 10_000 * 9.1 * 0.6 / 1.3),
    "peak": (SERVICE, "peak_per_second", 10_000 * 9.1 * 0.6 / 1.3),
    "hourly": (SERVICE, "hourly_per_second", 10_000 * 9.1 * 0.6 / 1.3),
    "batch": ({"kind": "batch"}, "work", 100_000 * 9.1 * 7 * 3600),
    "training": ({"kind": "training"}, "work", 1_000 * 9.1 * 7 * 3600),
}


@pytest.mark.parametrize("name", CASES)
def test_the_most_that_replicas_carry_is_told_and_allowed(name: str, tmp_path: Path) -> None:
    workload, field, most = CASES[name]
    stack = tmp_path / "dev.yaml"
    text = yaml.safe_dump(content(workload, field, most * 1.0001), sort_keys=False)
    stack.write_text(text, "utf-8")
    with pytest.raises(DemandError) as refused:
        load_demand(stack)
    (problem,) = refused.value.problems
    assert problem.line is not None
    line = text.splitlines()[problem.line - 1]
    assert problem.found is not None
    assert problem.found in line
    assert problem.path.startswith("workloads.web.")
    assert "of fast, the fastest variant" in problem.allowed
    told = re.match(r"at most (\S+) is allowed", problem.allowed)
    assert told is not None
    assert float(told[1]) == pytest.approx(most, rel=1e-5)
    stack.write_text(yaml.safe_dump(content(workload, field, float(told[1])), sort_keys=False), "utf-8")
    load_demand(stack)


def test_a_service_that_may_be_split_has_the_replicas_of_all_sites(tmp_path: Path) -> None:
    workload, field, most = CASES["constant"]
    stack = tmp_path / "dev.yaml"
    stack.write_text(yaml.safe_dump(content(workload, field, most * 1.9) | {"sites": TWO}), "utf-8")
    load_demand(stack)
