"""What a stack can go back to: locks that `up` kept, and those that git has."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from poolwright.engine.project import Project
from poolwright.release.expectation import Expected
from poolwright.release.good_locks import good_lock, keep, lock_with, running_digest
from poolwright.release.history import Entry, Event, append_entry
from solver.errors import ConfigError, StaleError
from solver.plan.lock import digest_of, lock_of, write_lock
from tests.components import plans

STACK = "trial"


def _git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(root), *identity, *arguments], capture_output=True, check=True, text=True)
    return done.stdout.strip()


def _locked(root: Path, owner: str) -> str:
    """Writes and commits a lock of the stack with another owner; gives its digest."""
    plan = plans.plan(STACK, main=plans.minimal_site()).model_copy(update={"owner": owner})
    digest = write_lock(root / "stacks" / f"{STACK}.lock.yaml", lock_of(plan))
    _git(root, "add", "stacks")
    _git(root, "commit", "-qm", owner)
    return digest


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "checkout"
    (root / "stacks").mkdir(parents=True)
    _git(root, "init", "-q")
    return Project(root=root, home=tmp_path / "home")


def test_of_gits_locks_the_newest_before_the_one_that_runs_is_gone_back_to(project: Project) -> None:
    first, second, third = (_locked(project.root, owner) for owner in ("a", "b", "c"))
    assert good_lock(project, "sandbox", STACK, running=third).digest == second
    assert good_lock(project, "sandbox", STACK, running=second).digest == first, "the third one may never have run"
    assert good_lock(project, "sandbox", STACK, running="sha256:" + "0" * 64).digest == third
    with pytest.raises(ConfigError, match="no good lock but the one that runs"):
        good_lock(project, "sandbox", STACK, running=first)
    again = _locked(project.root, "b")
    assert (again, good_lock(project, "sandbox", STACK, running=again).digest) == (second, third), "c was reverted"
    found = good_lock(project, "sandbox", STACK, running=third, to=first[7:19])
    assert (found.digest, found.lock.owner, found.release) == (first, "a", "head")
    assert found.found.startswith("git commit ")


def test_what_up_kept_goes_before_git_and_what_was_unhealthy_is_left_out(project: Project) -> None:
    first = _locked(project.root, "a")
    keep(project, "sandbox", STACK)
    second, third = _locked(project.root, "b"), _locked(project.root, "c")
    assert good_lock(project, "sandbox", STACK, running=third).digest == first
    assert good_lock(project, "aws", STACK, running=third).digest == second
    bad = Entry(event=Event.RAN, on=date(2026, 11, 2), release="head", lock=second, by="ci", healthy=False)
    append_entry(project.root, STACK, bad)
    assert good_lock(project, "aws", STACK, running=third).digest == first


def test_a_place_to_go_back_to_is_a_release_a_lock_or_a_revision(project: Project) -> None:
    first = _locked(project.root, "a")
    revision = _git(project.root, "rev-parse", "HEAD")
    second = _locked(project.root, "b")
    entry = Entry(event=Event.PROMOTED, on=date(2026, 11, 2), release="0123456789ab", lock=first, by="ci", source="dev")
    append_entry(project.root, STACK, entry)
    for place in ("0123456789ab", first, revision, revision[:8]):
        assert good_lock(project, "sandbox", STACK, running=second, to=place).digest == first
    with pytest.raises(ConfigError, match="--to: found nowhere; a release of the stack's history"):
        good_lock(project, "sandbox", STACK, running=second, to="nowhere")


def test_a_lock_that_was_edited_is_none_to_go_back_to(project: Project) -> None:
    first = _locked(project.root, "a")
    path = project.root / "stacks" / f"{STACK}.lock.yaml"
    path.write_text(path.read_text("utf-8").replace("owner: a", "owner: eve"), "utf-8")
    _git(project.root, "commit", "-qam", "edited")
    _git(project.root, "rm", "-q", "--cached", str(path))
    path.unlink()
    assert lock_with(project, "sandbox", STACK, first) is not None
    with pytest.raises(ConfigError, match="no good lock but the one that runs"):
        good_lock(project, "sandbox", STACK, running=first)


def test_the_outputs_say_what_runs() -> None:
    assert running_digest({"approvedPlan": {"lockDigest": "sha256:1"}}) == "sha256:1"
    assert running_digest({"approvedPlan": {"lockDigest": "solved now, without a lock"}}) is None
    assert running_digest({}) is None


def test_another_lock_or_revision_than_was_reviewed_is_refused(project: Project) -> None:
    first = _locked(project.root, "a")
    old = _git(project.root, "rev-parse", "HEAD")
    digest = _locked(project.root, "b")
    head = _git(project.root, "rev-parse", "HEAD")

    def refuse(*, lock: str | None = None, revision: str | None = None, replan: bool = False) -> str | None:
        return Expected(lock=lock, revision=revision).refuse_others(project, STACK, replan=replan)

    path = project.root / "stacks" / f"{STACK}.lock.yaml"
    assert digest == digest_of(path.read_text("utf-8"), file="", stack=STACK)
    assert refuse(lock=digest) is refuse(lock=digest[7:19]) is refuse() is None
    assert refuse(revision=head[:9], lock=digest) == head
    with pytest.raises(StaleError, match="another lock was reviewed"):
        refuse(lock=first)
    with pytest.raises(StaleError, match=f"at revision {head[:12]}, and {old} was expected"):
        refuse(revision=old)
    with pytest.raises(StaleError, match="nowhere was expected"):
        refuse(revision="nowhere")
    with pytest.raises(ConfigError, match='--expect-lock: found "latest"'):
        refuse(lock="latest")
    with pytest.raises(ConfigError, match="one of --replan and --expect-lock"):
        refuse(lock=digest, replan=True)
    path.write_text("changed", "utf-8")
    with pytest.raises(StaleError, match=f"{STACK}.lock.yaml was changed"):
        refuse(revision=head)
