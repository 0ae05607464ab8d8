"""The rendered GitHub pipeline, executed: from a pull request to the last stack on the sandbox, and where it stops."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import yaml

from poolwright.engine.cli_binary import PulumiCli
from poolwright.render.report.markdown import marker
from tests.poolwright.release.shops import STACK, STACKS, Shop, opened
from tests.poolwright.release.workflows import Job

SMOKE = "smoke:\n  front: {url: https://echo.example.com/health, attempts: 2, wait_seconds: 0}\n"

WAIVER = "{control: EC2.6, reason: tried out, owner: me@example.com, expires: 2026-01-01}"

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: PulumiCli) -> Generator[Shop]:
    with opened(tmp_path_factory.mktemp("shop"), system="github") as made:
        yield made


def ended(jobs: dict[str, Job]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def refused(jobs: dict[str, Job], name: str) -> tuple[str, int]:
    """The step at which a job stopped, and the code with which."""
    assert jobs[name].result == "failure", jobs[name].log
    return jobs[name].failed, jobs[name].code


@dataclass(frozen=True, kw_only=True)
class Built:
    """What the first change came to."""

    reviewed: dict[str, Job]
    comments: list[str]
    """First lines."""
    waiting: dict[str, Job]
    """Its delivery, before anybody who may has approved."""
    delivered: dict[str, Job]
    again: dict[str, Job]
    """One more delivery, of nothing new."""


@pytest.fixture(scope="module")
def built(shop: Shop) -> Built:
    """More load for both stacks, from its pull request on. Each part of the way is a fixture, so that the tests may be
    shared out among processes, and in any order."""
    shop.branch("more")
    shop.edit("base.yaml", "constant_per_second: 1}", "constant_per_second: 30}")
    for stack in STACKS:
        shop.poolwright("plan", stack, "--write")
    reviewed = shop.review(shop.push("More load"))
    comments = [entry["body"].splitlines()[0] for entry in shop.forge.comments]
    merged = shop.merge("more", approved_by="me")
    waiting = shop.deliver(merged)
    shop.forge.review(shop.forge.merged[-1]["number"], "ann")
    delivered = shop.deliver(merged, again=waiting)
    again = shop.deliver(merged)
    return Built(reviewed=reviewed, comments=comments, waiting=waiting, delivered=delivered, again=again)


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A change of a definition that the first stack has, and that is offered to the last one."""

    revision: str
    reviewed: dict[str, Job]
    delivered: dict[str, Job]


@pytest.fixture(scope="module")
def offered(shop: Shop, built: Built) -> Offered:
    assert built.delivered["promote"].result == "success"
    shop.git("fetch", "--quiet", "origin")
    shop.merge("origin/promote/live")
    shop.branch("code")
    shop.edit("base.yaml", "python:3.12-slim", "python:3.13-slim")
    shop.poolwright("plan", "trial", "--write")
    reviewed = shop.review(shop.push("Another image"), only="review-live")
    revision = shop.merge("code")
    return Offered(revision=revision, reviewed=reviewed, delivered=shop.deliver(revision))


@pytest.fixture(scope="module")
def promoted(shop: Shop, offered: Offered) -> dict[str, Job]:
    """The delivery of its promotion, which somebody approved."""
    assert offered.delivered["promote"].result == "success"
    shop.git("fetch", "--quiet", "origin")
    return shop.deliver(shop.merge("origin/promote/live", approved_by="Ann"))


def test_from_a_pull_request_to_the_last_stack(shop: Shop, built: Built) -> None:
    for stack in STACKS:
        assert built.reviewed[f"review-{stack}"].result == "success", built.reviewed[f"review-{stack}"].log
        assert built.reviewed[f"fork-{stack}"].result == "skipped"
    assert built.comments == [marker(stack) for stack in STACKS]
    for name in ("locks", "up-trial", "look-live", "up-live"):
        assert built.delivered[name].result == "success", built.delivered[name].log
    assert " created" in built.delivered["up-live"].log
    # The release is offered to the next stack.
    assert built.delivered["promote/promote-live"].ran == ("Promote", "Review", "Offer")
    assert "pr create --head promote/live --base main" in shop.calls.read_text("utf-8")


def test_the_last_stack_waits_for_somebody_who_may_approve(built: Built) -> None:
    assert refused(built.waiting, "up-live") == ("Approvals", 5)
    assert "0 of 1" in built.waiting["up-live"].log, "the pull request's author may not"
    assert built.waiting["promote"].result == "skipped"


def test_nothing_is_asked_of_whoever_approves_where_nothing_changes(built: Built) -> None:
    assert (built.again["look-live"].outputs["changes"], built.again["up-live"].result) == ("false", "skipped")


def test_a_change_of_a_definition_is_offered_to_the_last_stack(offered: Offered) -> None:
    assert offered.reviewed["review-live"].result == "success"
    jobs = offered.delivered
    assert (jobs["up-trial"].result, jobs["up-live"].result) == ("success", "skipped")
    assert "workloads.echo.image" in jobs["promote/promote-live"].log
    assert "asked for before `up`" in jobs["promote/promote-live"].log


LATER = (datetime.now().astimezone() + timedelta(days=2)).strftime("%a").lower()


@pytest.mark.parametrize(
    ("gate", "rules", "said"),
    [
        ("soak", {"soak_hours": 24}, "24 hours are asked"),
        ("window", {"window": {"days": [LATER], "opens": "09:00", "closes": "16:00"}}, "outside"),
        ("budget", {"budget_rise_percent": 1}, "+1 % are allowed"),
        ("images", {}, "nothing is known of scans"),
        ("quotas", {}, "of 0 on-demand standard vCPUs at main (the account)"),
    ],
)
def test_a_gate_that_says_no_keeps_a_release_where_it_is(
    shop: Shop, offered: Offered, gate: str, rules: dict[str, object], said: str
) -> None:
    shop.branch("gate", at=offered.revision)
    off = [] if gate == "images" else [{"gate": "images", "reason": "none of them is in a registry"}]
    written = yaml.safe_dump({"order": list(STACKS), "off": off, "stacks": {"live": rules}})
    (shop.tree / "stacks" / "promotion.yaml").write_text(written, "utf-8")
    if gate == "budget":
        shop.edit("base.yaml", "throughput_per_second: 10", "throughput_per_second: 6")
        shop.poolwright("plan", "trial", "--write")
    with shop.quotas({"on-demand-standard-vcpus": 0} if gate == "quotas" else {}):
        job = shop.promote(shop.push("Other rules"))
    assert job.ran == ("Promote",)
    (no,) = (each for each in job.log.splitlines() if each.strip().startswith(f"{gate}: "))
    assert said in no


def test_a_release_that_every_gate_lets_pass_reaches_the_last_stack(shop: Shop, promoted: dict[str, Job]) -> None:
    assert (promoted["up-trial"].result, promoted["up-live"].result) == ("success", "success")
    assert "python:3.13-slim" in shop.git("show", "main:stacks/live.release.yaml")


@pytest.mark.parametrize(
    ("file", "old", "new", "step", "code", "said"),
    [
        ("base.yaml", "survive: none", "survive: noone", "Lock", 2, "workloads.echo.survive"),
        ("base.yaml", "constant_per_second: 30", "constant_per_second: 31", "Lock", 4, "stale"),
        ("base.yaml", "profile: none", f"profile: none, waivers: [{WAIVER}]", "Lock", 5, "waiver"),
        ("trial.yaml", "10.10.0.0/16", "10.11.0.0/16", "Gates", 5, "checks: ; replacements: ; (change.serving)"),
        ("trial.yaml", "sites:", "workloads: {echo: {load: {constant_per_second: 1}}}\nsites:", "Gates", 5, "in-use: "),
    ],
    ids=["a mistake", "a stale lock", "a waiver that ended", "a finding and a replacement", "capacity in use"],
)
@pytest.mark.usefixtures("built")
def test_a_bad_change_stops_in_its_review(
    shop: Shop, file: str, old: str, new: str, step: str, code: int, said: str
) -> None:
    shop.branch("bad")
    shop.edit(file, old, new)
    if code == 5:
        shop.poolwright("plan", "trial", "--write")
    reviewed = shop.review(shop.push("Bad"), only="review-trial")
    assert refused(reviewed, "review-trial") == (step, code)
    assert all(each in reviewed["review-trial"].log for each in said.split("; "))


@pytest.mark.usefixtures("built")
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


@pytest.mark.usefixtures("promoted")
def test_a_change_whose_smoke_test_fails_goes_no_further_and_makes_room_for_what_ran_before(shop: Shop) -> None:
    shop.branch("smoke")
    shop.edit("trial.yaml", "sites:", f"{SMOKE}sites:")
    shop.edit("base.yaml", "python:3.13-slim", "python:3.14-slim")
    shop.poolwright("plan", "trial", "--write")
    shop.push("A broken image")
    shop.fault(kind="smoke-fails", name="front", times=2)

    delivered = shop.deliver(shop.merge("smoke"))

    assert refused(delivered, "up-trial") == ("Up", 5)
    assert {delivered[name].result for name in ("look-live", "up-live", "promote")} == {"skipped"}
    assert "rolled back: trial runs" in delivered["up-trial"].log


@pytest.mark.usefixtures("promoted")
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


@pytest.mark.usefixtures("promoted")
def test_the_nightly_look_is_quiet_then_tells_of_someones_hand_until_it_is_undone(shop: Shop) -> None:
    main = shop.git("rev-parse", "main")
    assert ended(shop.drift(main)) == {"drift-trial": "success", "drift-live": "success"}
    assert shop.forge.issues == []

    shop.fault(kind="changed-outside", type="aws:ec2/vpc:Vpc", set={"enableDnsHostnames": False})
    for _ in range(2):
        assert refused(shop.drift(main, only="drift-trial"), "drift-trial") == ("Drift", 5)
        assert [each["title"] for each in shop.forge.issues] == ["Drift of trial"]
    assert "enableDnsHostnames: true -> false" in shop.forge.issues[0]["body"]

    # The name makes it another entry, which has a count of its own.
    vpc = {"type": "aws:ec2/vpc:Vpc", "name": "main-network-vpc"}
    shop.fault(kind="changed-outside", **vpc, set={"enableDnsHostnames": True})
    assert ended(shop.drift(main, only="drift-trial")) == {"drift-trial": "success"}
    assert shop.forge.issues[0]["state"] == "closed"
