"""Projects whose stacks have one small service in us-east-1, for tests of commands."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ONE_SERVICE = """
owner: team@example.com
time_zone: UTC
sites:
  main: {region: us-east-1, zones: 2, network: {cidr: 10.0.0.0/16, dns: {domain: a.example.com}}}
limits: {machines: ["m7i.*", "c7i.*"], gap: 0.02}
workloads:
  web:
    kind: service
    exposure: public
    image: {}
    load: {constant_per_second: 100}
    variants:
      cpu: {cpu: 2, memory: 4Gi, throughput_per_second: 20, source: "test, 2026-11-01"}
"""


def make_project(folder: Path, stacks: dict[str, str]) -> None:
    """A project in the folder, with stack files by name."""
    (folder / "stacks").mkdir()
    shutil.copyfile(ROOT / "Pulumi.yaml", folder / "Pulumi.yaml")
    for name, text in stacks.items():
        (folder / f"stacks/Pulumi.{name}.yaml").write_text("{}\n")
        (folder / f"stacks/{name}.yaml").write_text(text)
