"""Who approved a change, as a GitHub, a GitLab and a CodePipeline that are played say it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from poolwright.forge.approvals import Approvals
from poolwright.forge.codepipeline_approvals import CodePipelineApprovals
from poolwright.forge.connection import ForgeError
from poolwright.forge.names import Forge
from poolwright.forge.target import approvals_at
from tests.poolwright.forge.forges import TOKEN, FakeForge, served

COMMIT, OLDER = "c" * 40, "b" * 40


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Generator[FakeForge]:
    with served(FakeForge(kind=request.param)) as made:
        yield made


@pytest.fixture
def github() -> Generator[FakeForge]:
    with served(FakeForge(kind="github")) as made:
        yield made


def told(forge: FakeForge, *, run: str = "") -> Approvals:
    variables = {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN, **({"GITHUB_RUN_ID": run} if run else {})}
    where = approvals_at(Forge(forge.kind), variables, repository="acme/shop", address=forge.address)
    return where.of(COMMIT, "live")


def names(forge: FakeForge, *, run: str = "") -> list[str]:
    return [each.name for each in told(forge, run=run).given]


def test_who_approved_the_pull_request_of_a_commit_is_told_with_its_author(forge: FakeForge) -> None:
    forge.merge(OLDER, author="eve")
    number = forge.merge(COMMIT, OLDER)
    for who in ("ann", "bob"):
        forge.review(number, who)
    found = told(forge)
    assert [each.name for each in found.given] == ["ann", "bob"]
    assert found.promoters == ("me",)
    assert found.given[0].where.endswith(f"request {number}")


def test_a_commit_of_no_pull_request_has_no_approval(forge: FakeForge) -> None:
    found = told(forge)
    assert found.given == ()
    assert "came with no" in found.words[0]


def test_a_missing_right_is_named(forge: FakeForge) -> None:
    forge.failures["GET"] = [(403, {}, {"message": "Resource not accessible"})]
    with pytest.raises(ForgeError) as caught:
        told(forge)
    assert caught.value.hint is not None
    assert ("pull-requests: read" if forge.kind == "github" else "read_api") in caught.value.hint


def test_a_reviewers_last_word_counts_and_a_comment_is_none(github: FakeForge) -> None:
    number = github.merge(COMMIT)
    for who, states in {
        "ann": ("CHANGES_REQUESTED", "APPROVED", "COMMENTED"),
        "bob": ("APPROVED", "CHANGES_REQUESTED"),
        "cid": ("APPROVED", "DISMISSED"),
        "dan": ("COMMENTED",),
    }.items():
        for state in states:
            github.review(number, who, state)
    github.review(number, "robot[bot]", user={"login": "robot[bot]", "type": "Bot"})
    assert names(github) == ["ann"]


def test_a_review_of_older_commits_is_no_approval_and_that_is_said(github: FakeForge) -> None:
    number = github.merge(COMMIT, OLDER)
    github.review(number, "ann", commit_id=OLDER)
    assert names(github) == []
    assert told(github).words == (f"ann approved pull request {number} before its last commit",)


def test_who_approved_this_runs_deployment_to_the_stacks_environment_counts(github: FakeForge) -> None:
    github.merge(COMMIT)
    for who, state, environment in (("ann", "approved", "live"), ("bob", "rejected", "live"), ("cid", "approved", "x")):
        github.deployments.append({"user": {"login": who}, "state": state, "environments": [{"name": environment}]})
    assert names(github, run="7") == ["ann"]
    assert names(github) == [], "at a desk nothing was deployed"


def test_manual_approvals_of_a_pipelines_execution_name_who_gave_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def action(person: str, stage: str = "live", status: str = "Succeeded", category: str = "Approval") -> Any:
        kind = {"category": category, "owner": "AWS", "provider": "Manual", "version": "1"}
        arn = f"arn:aws:sts::111122223333:assumed-role/Admin/{person}"
        return {"stageName": stage, "status": status, "updatedBy": arn, "input": {"actionTypeId": kind}}

    sdk: Any = boto3
    client = sdk.client("codepipeline", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    asked = {"pipelineName": "delivery", "filter": {"pipelineExecutionId": "e" * 36}}
    listed = [
        action("ann"),
        action("eve", stage="other"),
        action("bob", status="Failed"),
        action("x", category="Build"),
    ]
    made: dict[str, Any] = {"codepipeline": client}
    monkeypatch.setattr(boto3, "client", made.__getitem__)
    stub: Any
    with cast("Any", Stubber)(client) as stub:
        stub.add_response("list_action_executions", {"actionExecutionDetails": listed}, asked)
        found = CodePipelineApprovals(pipeline="delivery", execution="e" * 36).of("", "live")
        stub.add_client_error("list_action_executions", "AccessDeniedException")
        with pytest.raises(ForgeError, match="AccessDenied"):
            CodePipelineApprovals(pipeline="delivery", execution="e" * 36).of("", "live")
    assert [each.name for each in found.given] == ["ann"]
