"""The Ansible export: an inventory that Ansible reads, a play that ansible-lint has nothing to say about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from poolwright.render.ansible import ansible_files, inventory
from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.plan.plan import Plan
from solver.solve import solve

DEMAND = """owner: a@example.com
sites:
  far-edge:
    kind: docker
    hosts:
      box: {docker_host: "ssh://ops@10.1.0.7:2200", cpu: 4, memory: 8Gi, disk: 50Gi, architecture: arm64}
      gpu: {docker_host: "tcp://10.1.0.8", certificates: ~/.docker/gpu, cpu: 16, memory: 60Gi,
        accelerators: {model: l4, count: 2}}
  desk:
    kind: docker
    hosts: {box: {cpu: 4, memory: 8Gi}}
workloads:
  hello:
    kind: service
    image: {reference: registry.example.com/hello:1}
    load: {constant_per_second: 1}
    sites: [desk]
    variants: {cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 10, source: a guess}}
  there:
    kind: service
    image: {reference: registry.example.com/there:1}
    load: {constant_per_second: 1}
    sites: [far-edge]
    variants: {cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 10, source: a guess}}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("ansible") / "edge.yaml"
    path.write_text(DEMAND, "utf-8")
    return solve(load_demand(path).demand, load_catalog(None, []))


@pytest.fixture(scope="module")
def export(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    for name, text in ansible_files(plan).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def ansible(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program of the locked Ansible in a home of its own."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "ANSIBLE_HOME": str(folder.parent / "ansible-home"),
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [str(programs / program), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_ansible_reads_how_each_host_is_reached_and_what_the_plan_counts_on(export: Path) -> None:
    asked = ansible("ansible-inventory", "-i", "inventory.yaml", "--list", folder=export)
    assert asked.returncode == 0, asked.stderr
    known: dict[str, dict[str, Any]] = json.loads(asked.stdout)["_meta"]["hostvars"]
    assert sorted(known) == ["desk.box", "far-edge.box", "far-edge.gpu"]
    box, gpu, desk = known["far-edge.box"], known["far-edge.gpu"], known["desk.box"]
    assert (box["ansible_host"], box["ansible_user"], box["ansible_port"]) == ("10.1.0.7", "ops", 2200)
    assert (box["machine"], box["cpu_millis"], box["memory_mib"], box["disk_gib"]) == ("aarch64", 4000, 8192, 50)
    assert (gpu["reached_by"], gpu["engine_port"]) == ("tcp", 2376)
    assert (gpu["accelerator_kind"], gpu["accelerator_count"]) == ("gpu", 2)
    assert (desk["ansible_connection"], desk["site"], desk["stack"]) == ("local", "desk", "edge")


def test_the_play_passes_the_strictest_profile_of_ansible_lint(export: Path) -> None:
    judged = ansible("ansible-lint", "--offline", "--strict", "--profile", "production", "prepare.yaml", folder=export)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_ansible_lint_has_a_say(export: Path, tmp_path: Path) -> None:
    worse = tmp_path / "export"
    worse.mkdir()
    (worse / "prepare.yaml").write_text("- hosts: all\n  tasks:\n    - shell: rm -r /tmp/x\n", "utf-8")
    judged = ansible("ansible-lint", "--offline", "--strict", "--profile", "production", "prepare.yaml", folder=worse)
    assert judged.returncode != 0


def test_the_same_plan_gives_the_same_bytes(plan: Plan) -> None:
    assert inventory(plan) == inventory(Plan.model_validate(plan.model_dump()))
