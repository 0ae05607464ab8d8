"""What a review is compared with: revisions, files, what runs; and what is said when that can't be had."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from poolwright.engine.preview import Operation, ResourceChange
from poolwright.review.against import against
from solver.errors import ConfigError
from solver.plan.lock import digest_of, read_text
from tests.poolwright.checks.estate import ROOT
from tests.poolwright.review.reviews import preview


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose first commit has dev's lock and whose second has none."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "stacks" / "dev.lock.yaml").unlink()
    git(tmp_path, "commit", "-am", "second")
    return tmp_path


def test_a_revision_has_its_lock_and_its_loads(project: Path) -> None:
    found = against("HEAD~1", project, "dev", preview("dev"))
    assert found.side is not None
    assert found.side.loads is not None
    assert "assistant" in found.side.loads
    assert found.words.startswith("HEAD~1 (")


def test_a_revision_without_the_lock_is_nothing_to_compare_with(project: Path) -> None:
    found = against(None, project, "dev", preview("dev"))
    assert found.side is None
    assert "no lock of dev" in found.words


def test_a_file_is_a_lock(project: Path) -> None:
    found = against(str(ROOT / "stacks" / "prod.lock.yaml"), project, "prod", preview("dev"))
    assert found.side is not None
    assert found.usd_per_month == found.side.lock.proof.cost_usd_per_month


def test_what_runs_is_found_in_git_by_its_digest(project: Path) -> None:
    path = ROOT / "stacks" / "dev.lock.yaml"
    digest = digest_of(read_text(path) or "", file=str(path), stack="dev")
    stack = ResourceChange(
        urn="urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
        type="pulumi:pulumi:Stack",
        name="p-dev",
        parent="",
        operation=Operation.SAME,
        before={"approvedPlan": {"lockDigest": digest, "costUsdPerMonth": 12.5}},
    )
    running = replace(preview("dev"), changes=(stack,))
    found = against("state", project, "dev", running)
    assert found.side is not None
    elsewhere = replace(stack, before={"approvedPlan": {"lockDigest": "sha256:1", "costUsdPerMonth": 12.5}})
    lost = against("state", project, "dev", replace(running, changes=(elsewhere,)))
    assert (lost.side, lost.usd_per_month) == (None, 12.5)
    assert "git does not have" in lost.words
    assert "not built yet" in against("state", project, "dev", preview("dev")).words


def test_a_name_that_is_nothing_is_bad_input(project: Path) -> None:
    with pytest.raises(ConfigError, match="a git revision, a lock file or `state` is allowed"):
        against("origin/nowhere", project, "dev", preview("dev"))


def test_without_git_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    assert against(None, tmp_path, "dev", preview("dev")).usd_per_month is None
