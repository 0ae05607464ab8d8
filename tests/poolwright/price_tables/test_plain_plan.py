"""Plain machines of a demand: counted by hand, missing where nothing holds a replica, never below their bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from poolwright.price_tables.plain_machines import PlainMachine, of_aws
from poolwright.price_tables.plain_plan import plain_plan
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.demand.loader import load_demand
from solver.vocabulary import Architecture

HEAD = """
owner: team@example.com
time_zone: UTC
sites: {main: {region: eu-west-1, zones: 3, network: {cidr: 10.0.0.0/16}}}
"""
WEB = """
workloads:
  web:
    kind: service
    exposure: public
    image: {}
    load: {constant_per_second: 100}
    headroom: 0
    max_utilisation: 0.5
    variants:
      cpu: {cpu: 2, memory: 2Gi, throughput_per_second: 20, source: "test, 2026-11-01"}
"""
NIGHT = """
  night:
    kind: training
    image: {}
    work: 7200
    window: {opens: 22:00, deadline: 06:00, days: [mon]}
    variants:
      gpu: {cpu: 1, memory: 1Gi, accelerator: {model: l4}, throughput_per_second: 1, source: "test, 2026-11-01"}
"""


def machine(name: str, vcpus: float, usd: float, **other: Any) -> PlainMachine:
    said: dict[str, Any] = {
        "accelerator_model": None,
        "accelerators": 0,
        "architecture": Architecture.X86_64,
        "memory_mib": 16384,
    }
    return PlainMachine(name=name, vcpus=vcpus, usd_per_hour=usd, **{**said, **other})


def demand(tmp_path: Path, *parts: str) -> Demand:
    path = tmp_path / "one.yaml"
    path.write_text("".join((HEAD, *parts)))
    return load_demand(path).demand


def test_replicas_are_counted_by_what_they_are_asked_for(tmp_path: Path) -> None:
    """100 a second at 10 a replica are 10 replicas, two to a machine: five machines, all hours."""
    found = plain_plan(demand(tmp_path, WEB), "main", [machine("m4", 4, 0.1)], by_name=True)
    assert found.usd_per_month == pytest.approx(5 * 0.1 * 730)
    assert found.bound_usd_per_month <= found.usd_per_month
    assert (found.variants, found.missing, found.machine_types) == ({"web": "cpu"}, {}, ("m4",))


def test_the_loss_of_a_zone_is_paid_for(tmp_path: Path) -> None:
    """Over three zones half as many more replicas run: 15, five in each zone, on three machines there."""
    survive = WEB.replace("headroom: 0", "headroom: 0\n    survive: zone")
    found = plain_plan(demand(tmp_path, survive), "main", [machine("m4", 4, 0.1)], by_name=True)
    assert found.usd_per_month == pytest.approx(9 * 0.1 * 730)


def test_most_replicas_of_a_machine_and_spot_shares_hold(tmp_path: Path) -> None:
    alone = WEB.replace("headroom: 0", "headroom: 0\n    max_per_machine: 1")
    found = plain_plan(demand(tmp_path, alone), "main", [machine("m4", 4, 0.1)], by_name=True)
    assert found.usd_per_month == pytest.approx(10 * 0.1 * 730)
    half = WEB.replace("headroom: 0", "headroom: 0\n    interruptible_share: 0.4\n    spot_pools: 1")
    spot = machine("m4", 4, 0.1, spot_usd_per_hour=0.02)
    assert plain_plan(demand(tmp_path, half), "main", [spot], by_name=True).usd_per_month == pytest.approx(
        (3 * 0.1 + 2 * 0.02) * 730
    )


def test_a_job_runs_for_as_long_as_its_work_takes(tmp_path: Path) -> None:
    """7,200 seconds of work are two hours of one GPU machine, once a week."""
    machines = [machine("m4", 4, 0.1), machine("g4", 4, 1.0, accelerator_model="l4", accelerators=1)]
    found = plain_plan(demand(tmp_path, WEB, NIGHT), "main", machines, by_name=True)
    assert found.usd_per_month <= (5 * 0.1 + 2 / 168) * 730 + 1e-6
    assert found.usd_per_month >= found.bound_usd_per_month
    assert found.variants == {"web": "cpu", "night": "gpu"}


@pytest.mark.parametrize(
    "other",
    [
        {"accelerator_model": "t4", "accelerators": 1},
        {"accelerator_model": "l4", "accelerators": 1, "architecture": Architecture.ARM64},
        {"accelerator_model": "l4", "accelerators": 1, "memory_mib": 1024},
        {},
    ],
)
def test_a_workload_that_no_machine_holds_is_missing_and_the_rest_is_counted(
    tmp_path: Path, other: dict[str, object]
) -> None:
    machines = [machine("m4", 4, 0.1), machine("g4", 4, 1.0, **other)]
    found = plain_plan(demand(tmp_path, WEB, NIGHT), "main", machines, by_name=True)
    assert found.missing == {"night": "no machine with l4 that holds a replica"}
    assert found.usd_per_month == pytest.approx(5 * 0.1 * 730)


def test_a_job_that_does_not_end_in_its_window_is_missing(tmp_path: Path) -> None:
    gpu = machine("g4", 4, 1.0, accelerator_model="l4", accelerators=1)
    long = NIGHT.replace("work: 7200", "work: 72000")
    assert plain_plan(demand(tmp_path, WEB, long), "main", [gpu], by_name=True).missing == {
        "night": "no variant ends within the window"
    }


def test_patterns_of_machine_types_hold_where_they_are_names_of_these_machines(tmp_path: Path) -> None:
    named = WEB.replace("throughput_per_second: 20,", "throughput_per_second: 20, machines: [c7i.*],")
    machines = [machine("m4", 4, 0.1), machine("c7i.xlarge", 4, 0.2)]
    assert plain_plan(demand(tmp_path, named), "main", machines, by_name=True).machine_types == ("c7i.xlarge",)
    assert plain_plan(demand(tmp_path, named), "main", machines, by_name=False).machine_types == ("m4",)


def test_what_the_limits_exclude_is_not_offered(tmp_path: Path) -> None:
    limits = "limits: {machines: ['c7i.*', 't3.*', 'm7i.*'], exclude_machines: [c7i.large]}\n"
    offered = of_aws(load_catalog(regions=["eu-west-1"]).purchasable("eu-west-1"), demand(tmp_path, WEB, limits))
    names = {each.name for each in offered}
    assert "c7i.xlarge" in names
    assert not {name for name in names if name == "c7i.large" or name.startswith("t3.") or "metal" in name}
