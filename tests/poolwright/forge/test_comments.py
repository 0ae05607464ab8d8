"""One comment of a pull request is kept up to date, on a GitHub and a GitLab that are played; nobody sees the token."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from poolwright.forge.comments import Comments, Outcome, put
from poolwright.forge.connection import LONGEST_WAIT, TRIES, ForgeError
from poolwright.forge.github import PullRequest
from poolwright.forge.gitlab import MergeRequest
from poolwright.forge.names import Forge
from poolwright.forge.target import comments_of
from solver.errors import ConfigError, ExitCode
from tests.poolwright.forge.forges import TOKEN, FakeForge, served

MARKER = "<!-- poolwright report prod -->"
TEXT = f"{MARKER}\n\nprod: 3 replaced\n"


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Generator[FakeForge]:
    with served(FakeForge(kind=request.param)) as made:
        yield made


class Waits:
    """Instead of sleeping."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def comments(forge: FakeForge, waits: Waits | None = None) -> Comments:
    variables = {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN}
    made = comments_of(Forge(forge.kind), variables, repository="acme/shop", number=12, address=forge.address)
    assert isinstance(made, PullRequest | MergeRequest)
    made.connection.sleep = waits or Waits()
    made.connection.now = lambda: 1_000_000.0
    return made


def bodies(forge: FakeForge) -> list[str]:
    return [entry["body"] for entry in forge.comments]


def test_the_first_time_a_comment_is_made_then_it_is_written_anew_in_its_place(forge: FakeForge) -> None:
    for number in range(5):
        forge.add(f"somebody's word {number}", user={"id": 1, "login": "alice", "type": "User"})
    first, made = put(comments(forge), TEXT, MARKER, quiet=False)
    again, same = put(comments(forge), TEXT, MARKER, quiet=False)
    other = TEXT.replace("3", "4")
    third, changed = put(comments(forge), other, MARKER, quiet=False)
    last, _ = put(comments(forge), other, MARKER, quiet=False)

    assert (first, again, third) == (Outcome.CREATED, Outcome.UNCHANGED, Outcome.UPDATED)
    assert last is Outcome.UNCHANGED, "that a forge ends lines in its own way is no change"
    assert made is not None and same is not None and changed is not None
    assert made.id == same.id == changed.id == 6, "it stands on the third page"
    assert len(forge.comments) == 6
    assert bodies(forge)[-1].splitlines() == other.splitlines()
    assert forge.tokens == {f"Bearer {TOKEN}" if forge.kind == "github" else TOKEN}


def test_nothing_that_changes_makes_no_comment_but_corrects_one(forge: FakeForge) -> None:
    assert put(comments(forge), TEXT, MARKER, quiet=True) == (Outcome.SILENT, None)
    assert forge.comments == []
    forge.add(f"{MARKER}\nold")
    assert put(comments(forge), TEXT, MARKER, quiet=True)[0] is Outcome.UPDATED


def test_what_another_person_wrote_is_never_taken_for_ours(forge: FakeForge) -> None:
    forge.add(TEXT, user={"id": 1, "login": "mallory", "type": "User"})
    assert put(comments(forge), TEXT, MARKER, quiet=False)[0] is Outcome.CREATED
    forge.comments.pop()
    forge.add(f"> quoted\n{MARKER}")
    assert put(comments(forge), TEXT, MARKER, quiet=False)[0] is Outcome.CREATED, "the marker is the first line"


def test_an_apps_token_which_may_not_ask_who_it_is_knows_comments_of_bots() -> None:
    with served(FakeForge(kind="github", user=None)) as forge:
        forge.add(TEXT, user={"id": 1, "login": "mallory", "type": "User"})
        forge.add(f"{MARKER}\nold")
        outcome, found = put(comments(forge), TEXT, MARKER, quiet=False)
    assert outcome is Outcome.UPDATED
    assert found is not None
    assert found.id == 2


def test_notes_that_gitlab_itself_makes_are_passed_over() -> None:
    with served(FakeForge(kind="gitlab")) as forge:
        forge.add(TEXT, system=True)
        assert put(comments(forge), TEXT, MARKER, quiet=False)[0] is Outcome.CREATED


def test_a_server_that_is_down_for_a_moment_is_asked_again(forge: FakeForge) -> None:
    waits = Waits()
    forge.failures["GET"] = [(503, {}, {}), (500, {}, {}), (429, {"Retry-After": "17"}, {})]
    assert put(comments(forge, waits), TEXT, MARKER, quiet=False)[0] is Outcome.CREATED
    assert waits.seconds == [1.0, 2.0, 17.0]
    update = "PATCH" if forge.kind == "github" else "PUT"
    forge.failures[update] = [(502, {}, {})]
    assert put(comments(forge), f"{TEXT}more", MARKER, quiet=False)[0] is Outcome.UPDATED


def test_a_comment_whose_answer_was_lost_is_not_made_twice(forge: FakeForge) -> None:
    forge.lost_answers = 1
    waits = Waits()
    outcome, found = put(comments(forge), TEXT, MARKER, quiet=False, sleep=waits)
    assert (outcome, len(forge.comments), waits.seconds) == (Outcome.UNCHANGED, 1, [1.0])
    assert found is not None


def test_a_comment_that_was_not_written_is_tried_again(forge: FakeForge) -> None:
    forge.failures["POST"] = [(503, {}, {})] * (TRIES - 1)
    assert put(comments(forge), TEXT, MARKER, quiet=False, sleep=Waits())[0] is Outcome.CREATED
    forge.comments.clear()
    forge.failures["POST"] = [(503, {}, {})] * TRIES
    with pytest.raises(ForgeError, match="503"):
        put(comments(forge), TEXT, MARKER, quiet=False, sleep=Waits())


def test_a_rate_limit_is_waited_for_until_it_ends_and_given_up_where_that_is_long() -> None:
    def limited(seconds: int) -> tuple[int, dict[str, str], Any]:
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(1_000_000 + seconds)}
        return 403, headers, {"message": "API rate limit exceeded"}

    with served(FakeForge(kind="github")) as forge:
        waits = Waits()
        forge.failures["POST"] = [limited(30)]
        assert put(comments(forge, waits), TEXT, MARKER, quiet=False)[0] is Outcome.CREATED
        assert waits.seconds == [31.0]
        forge.failures["GET"] = [limited(int(LONGEST_WAIT) + 60)]
        with pytest.raises(ForgeError, match="It asks to wait 181 s"):
            put(comments(forge), TEXT, MARKER, quiet=False)


def test_a_forge_that_stays_down_is_an_error_with_code_1(forge: FakeForge) -> None:
    forge.failures["GET"] = [(503, {}, {"message": f"down, {TOKEN}"})] * TRIES
    with pytest.raises(ForgeError) as caught:
        put(comments(forge), TEXT, MARKER, quiet=False)
    assert caught.value.exit_code is ExitCode.FAILED
    assert f"{TRIES} tries" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_missing_right_says_which_one_and_ends_with_code_1(forge: FakeForge) -> None:
    forge.failures["POST"] = [(403, {}, {"message": "Resource not accessible by integration"})]
    with pytest.raises(ForgeError) as caught:
        put(comments(forge), TEXT, MARKER, quiet=False)
    assert caught.value.exit_code is ExitCode.FAILED
    right = "pull-requests: write" if forge.kind == "github" else "scope `api`"
    assert right in str(caught.value)
    assert "403 Resource not accessible by integration" in str(caught.value)


def test_a_pull_request_that_is_not_there_is_said(forge: FakeForge) -> None:
    made = comments_of(
        Forge(forge.kind),
        {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN},
        repository="acme/shop",
        number=99,
        address=forge.address,
    )
    with pytest.raises(ForgeError, match="request 99 in acme/shop"):
        put(made, TEXT, MARKER, quiet=False)


def test_the_token_goes_nowhere_else(forge: FakeForge) -> None:
    forge.failures["GET"] = [(302, {"Location": "https://evil.example/user"}, {})]
    with pytest.raises(ForgeError, match=r"it was moved, to https://evil\.example"):
        put(comments(forge), TEXT, MARKER, quiet=False)
    for number in range(3):
        forge.add(str(number))
    forge.next_address = "https://evil.example"
    with pytest.raises(ForgeError, match=r"next page is on https://evil\.example"):
        put(comments(forge), TEXT, MARKER, quiet=False)


def test_an_address_where_nobody_answers_is_an_error() -> None:
    with served(FakeForge(kind="github")) as forge:
        address = forge.address
    gone = FakeForge(kind="github", address=address)
    with pytest.raises(ForgeError, match="ConnectionError") as caught:
        put(comments(gone), TEXT, MARKER, quiet=False)
    assert TOKEN not in str(caught.value)


def test_jobs_know_where_they_are(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 31}}), "utf-8")
    hub = {
        "GITHUB_TOKEN": "x",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_API_URL": "https://github.acme.example/api/v3/",
    }
    by_ref = comments_of(Forge.GITHUB, {**hub, "GITHUB_REF": "refs/pull/30/merge"})
    by_event = comments_of(Forge.GITHUB, {**hub, "GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_PATH": str(event)})
    assert isinstance(by_ref, PullRequest) and isinstance(by_event, PullRequest)
    assert (by_ref.number, by_event.number, by_ref.repository) == (30, 31, "acme/shop")
    assert by_ref.connection.base == "https://github.acme.example/api/v3"
    lab = {"GITLAB_TOKEN": "x", "CI_API_V4_URL": "https://lab.example/api/v4", "CI_PROJECT_ID": "5"}
    merge = comments_of(Forge.GITLAB, {**lab, "CI_MERGE_REQUEST_IID": "8"})
    assert isinstance(merge, MergeRequest)
    assert (merge.project, merge.number, merge.connection.base) == ("5", 8, "https://lab.example/api/v4")
    assert "x" not in repr(by_ref.connection.token)


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        comments_of(Forge.GITHUB, {}, address="http://github.acme.example")
    assert [problem.path for problem in caught.value.problems] == [
        "--api-url",
        "--pull-request",
        "--repository",
        "GITHUB_TOKEN",
    ]
    with pytest.raises(ConfigError, match="CI_MERGE_REQUEST_IID"):
        comments_of(Forge.GITLAB, {"GITLAB_TOKEN": "x", "CI_PROJECT_ID": "5"})
    with pytest.raises(ConfigError, match="owner/name"):
        comments_of(Forge.GITHUB, {"GITHUB_TOKEN": "x"}, repository="../x", number=1)
