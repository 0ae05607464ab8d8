"""A small project folder with a demand and the lock of a made-up plan, for tests of the Pulumi program."""

from __future__ import annotations

from pathlib import Path

from solver.inputs import read_inputs
from solver.plan.lock import Lock, lock_of, write_lock
from solver.plan.plan import MODEL_VERSION, Plan, SitePlan
from tests.components import plans

DEMAND = """\
owner: ai-platform@example.com
sites:
  main:
    region: eu-west-1
    network: {cidr: 10.20.0.0/16}
workloads:
  echo:
    kind: service
    image: {reference: "public.ecr.aws/docker/library/python:3.12-slim"}
    load: {constant_per_second: 1}
    variants:
      cpu: {cpu: 500m, memory: 512Mi, throughput_per_second: 10, source: a test}
"""


def project(root: Path, site: SitePlan | None = None, *, stack: str = "trial") -> Path:
    """Writes the demand and a fresh lock for the site (the minimal one by default); gives the folder."""
    (root / "stacks").mkdir(parents=True, exist_ok=True)
    (root / "stacks" / f"{stack}.yaml").write_text(DEMAND, encoding="utf-8")
    write_lock(
        root / "stacks" / f"{stack}.lock.yaml", fresh(root, plans.plan(stack, main=site or plans.minimal_site()))
    )
    return root


def fresh(root: Path, plan: Plan) -> Lock:
    """The lock of a plan, as if made from the inputs on disk."""
    inputs = read_inputs(root, plan.stack)
    made_from = {"demand": inputs.loaded.digest, "catalog": inputs.catalog_digest, "model": MODEL_VERSION}
    return lock_of(plan.model_copy(update={"inputs": plan.inputs.model_copy(update=made_from)}))


def waiving(root: Path, control: str) -> Path:
    """A project whose demand waives a check or control until the end of June."""
    waiver = f"{{control: {control}, reason: tried out, owner: me@example.com, expires: 2027-06-30, id: SEC-123}}"
    project(root)
    text = f"{DEMAND}compliance: {{profile: none, waivers: [{waiver}]}}\n"
    (root / "stacks" / "trial.yaml").write_text(text, encoding="utf-8")
    (root / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    lock = fresh(root, plans.plan("trial", main=plans.minimal_site()))
    write_lock(root / "stacks" / "trial.lock.yaml", lock)
    return root
