"""A tenth more or less load on a Docker site: replicas come or go, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.plan.plan import Plan
from solver.solve import solve
from stacks.program import Approved, build_approved
from tests.recorder import ACCOUNT_ID, record

DEMAND = """\
owner: me@example.com
sites:
  plant:
    kind: docker
    hosts:
      one: {docker_host: "ssh://ops@one", cpu: 16, memory: 32Gi, disk: 50Gi}
      two: {docker_host: "ssh://ops@two", cpu: 16, memory: 32Gi, disk: 50Gi}
      three: {docker_host: "ssh://ops@three", cpu: 16, memory: 32Gi, disk: 50Gi}
    network: {domain: plant.example.com}
workloads:
  web:
    kind: service
    exposure: internal
    image: {reference: "registry.example.com/web:1"}
    load: {constant_per_second: WEB}
    calls: [stock]
    survive: zone
    secrets: {TOKEN: web-token}
    uses: {ledger: read-write}
    variants: {cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 20, source: measured}}
  stock:
    kind: service
    image: {reference: "registry.example.com/stock:1"}
    load: {constant_per_second: STOCK}
    variants: {cpu: {cpu: 500m, memory: 512Mi, throughput_per_second: 50, source: measured}}
storage:
  ledger: {kind: volume, size: 1Gi, mount: /ledger, attach: machine}
"""


def planned(folder: Path, web: float, stock: float, previous: Plan | None = None) -> Plan:
    path = folder / "edge.yaml"
    path.write_text(DEMAND.replace("WEB", f"{web:.3f}").replace("STOCK", f"{stock:.3f}"), "utf-8")
    return solve(load_demand(path).demand, load_catalog(None, []), previous=previous)


def program(plan: Plan) -> dict[tuple[str, str], dict[str, Any]]:
    config = {"poolwright:account": ACCOUNT_ID, "poolwright:secrets": json.dumps({"web-token": "hush"})}
    recording = record(lambda: build_approved(Approved(plan=plan, lock_digest=None)), stack=plan.stack, config=config)
    return {(each.type, each.name): dict(each.inputs) for each in recording.custom()}


def replicas(plan: Plan) -> set[str]:
    return {
        f"{plan.stack}-{key}-{host.key}-{slot.replace('.', '-')}-{number}"
        for key, site in plan.docker_sites.items()
        for host in site.hosts
        for slot, count in host.replicas.items()
        for number in range(count)
    }


@pytest.mark.parametrize(
    ("load", "web", "stock", "most"),
    [
        (40, 1.1, 1, 1),
        (40, 1, 1.1, 0),
        (100, 1.1, 1, 0),
        (150, 1, 1.1, 1),
        (200, 1.1, 1, 1),
        (200, 0.9, 1, 1),
        # On each of two hosts, since either may be lost.
        (80, 1.1, 1, 2),
    ],
)
def test_a_tenth_of_load_makes_or_ends_the_replicas_that_it_needs_and_touches_nothing_else(
    load: float, web: float, stock: float, most: int, tmp_path: Path
) -> None:
    before = planned(tmp_path, load, load)
    after = planned(tmp_path, load * web, load * stock, before)
    old, new = program(before), program(after)
    changed = {name for (_, name) in old.keys() | new.keys() if _differs(old, new, name)}
    assert changed == replicas(before) ^ replicas(after)
    assert len(changed) <= most


def _differs(old: dict[tuple[str, str], Any], new: dict[tuple[str, str], Any], name: str) -> bool:
    mine = [key for key in old.keys() | new.keys() if key[1] == name]
    return any(old.get(key) != new.get(key) for key in mine)
