"""`poolwright approvals STACK`: who must approve a lock has done so, or it is not built."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli.main import run
from poolwright.review.promotion_gates import approved
from tests.poolwright.forge.forges import TOKEN, FakeForge, served
from tests.poolwright.release.projects import commit, git, project

ON = ("--on", "2026-11-27")
RULES = """\
order: [dev, staging, prod]
stacks:
  prod: {approvals: 2, approvers: [ann, bob, cid]}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    made = tmp_path_factory.mktemp("approvals")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.delenv("POOLWRIGHT_HOME", raising=False)
        project(made, RULES)
        yield made


def approvals(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run(["approvals", *arguments, "--json", *ON])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ((), 5, "0 of 2"),
        (("ann",), 5, "1 of 2: ann"),
        (("ann", "ANN"), 5, "1 of 2: ann"),
        (("ann", "eve"), 5, "eve is none of the approvers: ann, bob, cid"),
        (("ann", "bob"), 5, "bob promotes, and can't approve"),
        (("ann", "cid"), 0, "2 of 2: ann, cid"),
    ],
    ids=["none", "one", "one twice", "a stranger", "who promotes", "two"],
)
def test_as_many_as_are_asked_of_those_who_may(
    root: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], code: int, said: str
) -> None:
    words = [word for name in given for word in ("--approved-by", name)]
    found, told = approvals(capsys, "prod", *words, "--by", "bob")
    assert found == code
    assert said in [told["gate"]["evidence"], *told["gate"].get("details", ())]


def test_names_of_a_jobs_variable_count(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLWRIGHT_APPROVED_BY", " ann cid")
    assert approvals(capsys, "prod")[0] == 0


def test_where_none_is_asked_for_nobody_is_asked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = approvals(capsys, "staging", "--from", "github")
    assert (code, told["gate"]["result"]) == (0, "skipped")


def test_a_forge_is_asked_for_what_brought_the_lock(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(FakeForge(kind="github")) as forge:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/shop")
        monkeypatch.setenv("GITHUB_API_URL", forge.address)
        monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
        number = forge.merge(git(root, "rev-parse", "HEAD").strip(), author="cid")
        for who in ("ann", "cid"):
            forge.review(number, who)
        code, told = approvals(capsys, "prod", "--from", "github")
        assert (code, told["gate"]["evidence"]) == (5, "1 of 2: ann")
        assert "cid promotes, and can't approve" in told["gate"]["details"]
        forge.review(number, "bob")
        assert approvals(capsys, "prod", "--from", "github")[0] == 0


@pytest.mark.parametrize(
    ("place", "said"), [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN"), ("codepipeline", "CODEBUILD_INITIATOR")]
)
def test_what_a_job_does_not_say_is_bad_input(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: str, said: str
) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "CODEBUILD_INITIATOR"):
        monkeypatch.delenv(name, raising=False)
    code, told = approvals(capsys, "prod", "--from", place)
    assert code == 2
    assert said in json.dumps(told["error"])


def test_an_override_of_the_rules_counts_until_its_day(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = root / "stacks" / "promotion.yaml"
    override = "{gate: approvals, reason: an outage, owner: ann, expires: 2026-11-27}"
    rules.write_text(RULES.replace("cid]}", f"cid], overrides: [{override}]}}"), "utf-8")
    try:
        assert approvals(capsys, "prod")[1]["gate"]["override"]["owner"] == "ann"
        assert run(["approvals", "prod", "--on", "2026-11-28"]) == 5
        assert "prod: approvals: no: 0 of 2" in capsys.readouterr().out
    finally:
        rules.write_text(RULES, "utf-8")


def test_a_lock_of_no_commit_has_no_approvals(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    lock = root / "stacks" / "prod.lock.yaml"
    text = lock.read_text("utf-8")
    git(root, "rm", "-q", "--cached", str(lock))
    commit_of_none = approvals(capsys, "prod", "--from", "github", "--repository", "acme/shop")
    assert commit_of_none[0] == 2
    assert "what was approved is a commit" in json.dumps(commit_of_none[1])
    lock.write_text(text, "utf-8")
    commit(root)


@pytest.mark.parametrize(
    ("given", "promoters", "counted"),
    [
        (("",), (), 0),
        (("  ",), ("",), 0),
        (("ann", "ann "), (), 1),
        ((" ann",), ("Ann ",), 0),
        (("ann", "bob"), (), 2),
    ],
    ids=["an unset variable", "blanks", "one with a space", "who promotes, with spaces", "two"],
)
def test_names_are_people_whatever_spaces_are_around_them(
    given: tuple[str, ...], promoters: tuple[str, ...], counted: int
) -> None:
    for asked in (1, 2):
        assert approved(asked, (), given=given, promoters=promoters).passed is (counted >= asked)
