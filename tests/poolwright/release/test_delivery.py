"""The rendered GitHub pipeline, executed: from a pull request to the last stack on the sandbox, and where it stops."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from poolwright.engine.cli_binary import PulumiCli
from poolwright.render.report.markdown import marker
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

SMOKE = "smoke:\n  front: {url: https://echo.example.com/health, attempts: 2, wait_seconds: 0}\n"
RULES = """\
order: [trial, live]
stacks: {live: {approvals: 1, approvers: [ann]}}
off: [{gate: images, reason: "none of them is in a registry"}]
"""

pytestmark = pytest.mark.engine


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

    def branch(self, name: str) -> None:
        self.git("checkout", "--quiet", "-B", name, "main")

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

    def deliver(self, revision: str, *, again: Mapping[str, Job] | None = None) -> dict[str, Job]:
        github = {"sha": revision, "repository": "acme/shop", "token": TOKEN, "event": {"before": revision}}
        return self.runner.run("poolwright-deliver.yml", github=github, revision=revision, again=again)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: PulumiCli) -> Generator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    origin, tree = folder / "origin", folder / "tree"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tree)], check=True, stderr=subprocess.DEVNULL)
    (tree / "stacks").mkdir()
    (tree / "Pulumi.yaml").write_text("name: shop\nruntime: python\nstackConfigDir: stacks\n", "utf-8")
    (tree / "stacks" / "base.yaml").write_text(BASE, "utf-8")
    (tree / "stacks" / "promotion.yaml").write_text(RULES, "utf-8")
    for number, stack in enumerate(STACKS, 1):
        (tree / "stacks" / f"{stack}.yaml").write_text(STACK % (10 * number), "utf-8")
        (tree / "stacks" / f"Pulumi.{stack}.yaml").write_text("config: {}\n", "utf-8")
    calls = folder / "gh-calls"
    calls.touch()
    with served(FakeForge(kind="github")) as forge:
        environment = {
            **machine(folder, ROOT, origin, calls),
            "GITHUB_API_URL": forge.address,
        }
        runner = Runner(origin=origin, work=folder, environment=environment, variables={"POOLWRIGHT_CLOUD": "sandbox"})
        made = Shop(tree=tree, runner=runner, forge=forge, calls=calls)
        made.git("checkout", "--quiet", "-B", "main")
        for stack in STACKS:
            made.poolwright("plan", stack, "--write")
        made.poolwright("pipeline", "github", "--write", ".")
        made.push("The shop")
        yield made


def ended(jobs: dict[str, Job]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def refused(jobs: dict[str, Job], name: str) -> tuple[str, int]:
    """The step at which a job stopped, and the code with which."""
    assert jobs[name].result == "failure", jobs[name].log
    return jobs[name].failed, jobs[name].code


def test_from_a_pull_request_to_the_last_stack(shop: Shop) -> None:
    shop.branch("more")
    shop.edit("base.yaml", "constant_per_second: 1}", "constant_per_second: 30}")
    for stack in STACKS:
        shop.poolwright("plan", stack, "--write")
    revision = shop.push("More load")

    reviewed = shop.review(revision)
    for stack in STACKS:
        assert reviewed[f"review-{stack}"].result == "success", reviewed[f"review-{stack}"].log
        assert reviewed[f"fork-{stack}"].result == "skipped"
    assert [entry["body"].splitlines()[0] for entry in shop.forge.comments] == [marker(stack) for stack in STACKS]

    # The last stack waits for somebody who may approve; the pull request's author may not.
    merged = shop.merge("more", approved_by="me")
    waiting = shop.deliver(merged)
    assert refused(waiting, "up-live") == ("Approvals", 5)
    assert "0 of 1" in waiting["up-live"].log
    assert waiting["promote"].result == "skipped"
    shop.forge.review(100, "ann")
    delivered = shop.deliver(merged, again=waiting)
    for name in ("locks", "up-trial", "look-live", "up-live"):
        assert delivered[name].result == "success", delivered[name].log
    assert " created" in delivered["up-live"].log
    # The release is offered to the next stack.
    assert delivered["promote/promote-live"].ran == ("Promote", "Review", "Offer")
    assert "pr create --head promote/live --base main" in shop.calls.read_text("utf-8")

    # Nothing is asked of whoever approves where nothing changes.
    again = shop.deliver(shop.git("rev-parse", "main"))
    assert (again["look-live"].outputs["changes"], again["up-live"].result) == ("false", "skipped")


def test_a_change_of_a_definition_reaches_the_last_stack_by_its_promotion_alone(shop: Shop) -> None:
    shop.git("fetch", "--quiet", "origin")
    shop.merge("origin/promote/live")
    shop.branch("code")
    shop.edit("base.yaml", "python:3.12-slim", "python:3.13-slim")
    shop.poolwright("plan", "trial", "--write")
    revision = shop.push("Another image")
    assert shop.review(revision, only="review-live")["review-live"].result == "success"

    merged = shop.deliver(shop.merge("code"))
    assert (merged["up-trial"].result, merged["up-live"].result) == ("success", "skipped")
    assert "workloads.echo.image" in merged["promote/promote-live"].log

    shop.git("fetch", "--quiet", "origin")
    assert "asked for before `up`" in merged["promote/promote-live"].log
    promoted = shop.deliver(shop.merge("origin/promote/live", approved_by="Ann"))
    assert (promoted["up-trial"].result, promoted["up-live"].result) == ("success", "success")
    assert "python:3.13-slim" in shop.git("show", "main:stacks/live.release.yaml")


@pytest.mark.parametrize(
    ("file", "old", "new", "plan", "step", "code"),
    [
        ("base.yaml", "survive: none", "survive: noone", False, "Lock", 2),
        ("base.yaml", "constant_per_second: 30", "constant_per_second: 31", False, "Lock", 4),
        ("trial.yaml", "10.10.0.0/16", "10.11.0.0/16", True, "Gates", 5),
    ],
    ids=["a mistake", "a stale lock", "a replacement"],
)
def test_a_bad_change_stops_in_its_review(
    shop: Shop, file: str, old: str, new: str, plan: bool, step: str, code: int
) -> None:
    shop.branch("bad")
    shop.edit(file, old, new)
    if plan:
        shop.poolwright("plan", "trial", "--write")
    assert refused(shop.review(shop.push("Bad"), only="review-trial"), "review-trial") == (step, code)


def test_a_fork_gets_plan_cost_and_checks_without_a_right(shop: Shop) -> None:
    shop.branch("fork")
    shop.edit("trial.yaml", "sites:", "description: Tried out\nsites:")
    shop.poolwright("plan", "trial", "--write")
    comments = len(shop.forge.comments)
    revision = shop.push("From a fork")
    assert ended(shop.review(revision, fork=True, only="review-trial")) == {"review-trial": "skipped"}
    job = shop.review(revision, fork=True, only="fork-trial")["fork-trial"]
    assert job.result == "success", job.log
    assert "configure-aws-credentials" not in " ".join(job.left_out)
    assert len(shop.forge.comments) == comments


def test_a_change_whose_smoke_test_fails_goes_no_further_and_makes_room_for_what_ran_before(shop: Shop) -> None:
    shop.branch("smoke")
    shop.edit("trial.yaml", "sites:", f"{SMOKE}sites:")
    shop.edit("base.yaml", "python:3.13-slim", "python:3.14-slim")
    shop.poolwright("plan", "trial", "--write")
    shop.push("A broken image")
    faults = Path(shop.runner.environment["POOLWRIGHT_HOME"]) / "sandbox" / "faults.json"
    faults.write_text(json.dumps([{"kind": "smoke-fails", "name": "front", "times": 2}]), "utf-8")

    delivered = shop.deliver(shop.merge("smoke"))

    assert refused(delivered, "up-trial") == ("Up", 5)
    assert {delivered[name].result for name in ("look-live", "up-live", "promote")} == {"skipped"}
    assert "rolled back: trial runs" in delivered["up-trial"].log


def test_a_run_that_a_later_merge_has_overtaken_applies_nothing(shop: Shop) -> None:
    merged: list[str] = []
    for load in (2, 3):
        shop.branch("less")
        path = shop.tree / "stacks" / "live.yaml"
        path.write_text(f"{STACK % 20}workloads: {{echo: {{load: {{constant_per_second: {load}}}}}}}\n", "utf-8")
        shop.poolwright("plan", "live", "--write")
        shop.push("Less load")
        merged.append(shop.merge("less"))

    overtaken = shop.deliver(merged[0])
    assert overtaken["look-live"].outputs["changes"] == "true"
    assert refused(overtaken, "up-live") == ("Still what is wanted", 1)
