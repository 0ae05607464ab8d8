"""A small project of three stacks on Docker hosts, planned in a moment: dev, staging, prod."""

from __future__ import annotations

import subprocess
from pathlib import Path

from poolwright.cli.main import run

DIGEST = f"sha256:{'d' * 64}"
BASE = f"""\
owner: me@example.com
workloads:
  shop:
    kind: service
    exposure: internal
    path: /shop
    image: {{reference: "registry.example.com/shop:1.0.0", digest: "{DIGEST}"}}
    secrets: {{TOKEN: shop-token}}
    load: {{constant_per_second: 5}}
    variants:
      cpu: {{cpu: 200m, memory: 128Mi, throughput_per_second: 20, source: "measured on a laptop"}}
"""
STACK = """\
inherits: base.yaml
sites:
  desk:
    kind: docker
    hosts: {{here: {{docker_host: "tcp://10.0.0.{number}:2376", certificates: ~/.docker/box, cpu: 8, memory: 16Gi}}}}
workloads: {{shop: {{load: {{constant_per_second: {load}}}}}}}
"""
RULES = """\
order: [dev, staging, prod]
"""


def project(root: Path, rules: str = RULES) -> Path:
    """The project, its locks written and all of it committed."""
    (root / "stacks").mkdir()
    (root / "Pulumi.yaml").write_text("name: small\nruntime: python\nstackConfigDir: stacks\n", "utf-8")
    (root / ".gitignore").write_text(".poolwright/\n", "utf-8")
    (root / "stacks" / "base.yaml").write_text(BASE, "utf-8")
    for number, (name, load) in enumerate({"dev": 5, "staging": 20, "prod": 60}.items()):
        text = STACK.format(number=number + 1, load=load)
        (root / "stacks" / f"{name}.yaml").write_text(text, "utf-8")
        (root / "stacks" / f"Pulumi.{name}.yaml").write_text("config: {}\n", "utf-8")
    if rules:
        (root / "stacks" / "promotion.yaml").write_text(rules, "utf-8")
    for name in ("dev", "staging", "prod"):
        plan(name)
    git(root, "init", "-q")
    commit(root)
    return root


def plan(stack: str) -> None:
    """Plans a stack of the working directory's project."""
    assert run(["plan", stack, "--write"]) == 0


def git(root: Path, *arguments: str) -> str:
    """What git prints."""
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(root), *who, *arguments], capture_output=True, check=True, text=True)
    return done.stdout


def commit(root: Path) -> None:
    """Commits all, as of a day."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "all", "--date", "2026-11-02T09:00:00+00:00")


def edited(file: Path, old: str, new: str) -> None:
    """Replaces a text that is there once or more."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
