"""A repository with two small stacks and their pipelines, for tests that run these on the sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.poolwright.forge.forges import TOKEN, FakeForge, served
from tests.poolwright.release.workflows import Job, Runner, machine

ROOT = Path(__file__).resolve().parents[3]
STACKS = ("trial", "live")
BASE = """\
owner: ops@example.com
compliance: {profile: none}
data_protection: false
workloads:
  echo:
    kind: service
    image: {reference: "public.ecr.aws/docker/library/python:3.12-slim"}
    load: {constant_per_second: 1}
    survive: none
    variants:
      cpu: {cpu: 500m, memory: 512Mi, throughput_per_second: 10, source: a test}
"""
STACK = """\
inherits: base.yaml
sites: {main: {region: eu-west-1, zones: 1, network: {cidr: 10.%d.0.0/16}}}
"""
RULES = """\
order: [trial, live]
stacks: {live: {approvals: 1, approvers: [ann]}}
off: [{gate: images, reason: "none of them is in a registry"}]
"""


@dataclass
class Shop:
    """A repository with two small stacks and their pipelines, its CI, and a forge for its comments."""

    tree: Path
    """Somebody's checkout."""
    runner: Runner
    forge: FakeForge
    calls: Path
    """What `gh` was asked."""

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments]
        return subprocess.run(command, cwd=self.tree, check=True, capture_output=True, text=True).stdout.strip()

    def poolwright(self, *arguments: str) -> None:
        environment = {**self.runner.environment, "POOLWRIGHT_HOME": str(self.tree.parent / "desk")}
        subprocess.run(["poolwright", *arguments], cwd=self.tree, check=True, env=environment, capture_output=True)

    def branch(self, name: str, *, at: str = "main") -> None:
        self.git("checkout", "--quiet", "-B", name, at)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.tree / "stacks" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def push(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "--force", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, *, approved_by: str | None = None) -> str:
        """The branch's commits are main's now, as those of a pull request."""
        number = self.forge.merge(*self.git("rev-list", f"main..{branch}").split())
        if approved_by is not None:
            self.forge.review(number, approved_by)
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--ff-only", branch)
        self.git("push", "--quiet", "origin", "main")
        return self.git("rev-parse", "HEAD")

    def review(self, revision: str, *, fork: bool = False, only: str | None = None) -> dict[str, Job]:
        repository = "stranger/shop" if fork else "acme/shop"
        request = {
            "number": 12,
            "base": {"sha": self.git("rev-parse", "main")},
            "head": {"repo": {"full_name": repository}},
        }
        github = {
            "sha": revision,
            "ref": "refs/pull/12/merge",
            "repository": "acme/shop",
            "token": TOKEN,
            "event": {"pull_request": request},
        }
        return self.runner.run("poolwright-review.yml", github=github, revision=revision, only=only)

    def promote(self, revision: str) -> Job:
        """The hourly promotion to the last stack."""
        github = {"sha": revision, "repository": "acme/shop", "token": TOKEN}
        return self.runner.run("poolwright-promote.yml", github=github, revision=revision)["promote-live"]

    def autopilot(self, revision: str) -> Job:
        """The nightly look at the loads of the last stack."""
        github = {"sha": revision, "repository": "acme/shop", "token": TOKEN}
        return self.runner.run("poolwright-autopilot.yml", github=github, revision=revision)["autopilot-live"]

    def drift(self, revision: str, *, only: str | None = None) -> dict[str, Job]:
        """The nightly look at all stacks, or at one."""
        github = {"sha": revision, "repository": "acme/shop", "token": TOKEN}
        return self.runner.run("poolwright-drift.yml", github=github, revision=revision, only=only)

    def fault(self, **entry: object) -> None:
        """What goes wrong in the sandbox from now on, once."""
        (self._sandbox / "faults.json").write_text(json.dumps([entry]), "utf-8")

    @property
    def _sandbox(self) -> Path:
        return Path(self.runner.environment["POOLWRIGHT_HOME"]) / "sandbox"

    @contextmanager
    def quotas(self, numbers: Mapping[str, int]) -> Generator[None]:
        """The sandbox's account may have so much meanwhile."""
        path = self._sandbox / "quotas.json"
        path.write_text(json.dumps(numbers), "utf-8")
        yield
        path.unlink()

    def deliver(self, revision: str, *, again: Mapping[str, Job] | None = None) -> dict[str, Job]:
        github = {"sha": revision, "repository": "acme/shop", "token": TOKEN, "event": {"before": revision}}
        return self.runner.run("poolwright-deliver.yml", github=github, revision=revision, again=again)


@contextmanager
def opened(folder: Path, *, system: str, live: str = "") -> Generator[Shop]:
    """The shop, its stacks planned and the pipelines of a CI system written, and nothing built yet; `live` is what the
    last stack's file has besides."""
    origin, tree = folder / "origin", folder / "tree"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tree)], check=True, stderr=subprocess.DEVNULL)
    (tree / "stacks").mkdir()
    (tree / "Pulumi.yaml").write_text("name: shop\nruntime: python\nstackConfigDir: stacks\n", "utf-8")
    (tree / "stacks" / "base.yaml").write_text(BASE, "utf-8")
    (tree / "stacks" / "promotion.yaml").write_text(RULES, "utf-8")
    for number, stack in enumerate(STACKS, 1):
        more = live if stack == STACKS[-1] else ""
        (tree / "stacks" / f"{stack}.yaml").write_text(STACK % (10 * number) + more, "utf-8")
        (tree / "stacks" / f"Pulumi.{stack}.yaml").write_text("config: {}\n", "utf-8")
    calls = folder / "gh-calls"
    calls.touch()
    with served(FakeForge(kind=system)) as forge:
        environment = {
            **machine(folder, ROOT, origin, calls),
            "GITHUB_API_URL": forge.address,
        }
        runner = Runner(origin=origin, work=folder, environment=environment, variables={"POOLWRIGHT_CLOUD": "sandbox"})
        made = Shop(tree=tree, runner=runner, forge=forge, calls=calls)
        made.git("checkout", "--quiet", "-B", "main")
        for stack in STACKS:
            made.poolwright("plan", stack, "--write")
        made.poolwright("pipeline", system, "--write", ".")
        made.push("The shop")
        yield made
