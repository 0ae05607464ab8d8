"""One issue is kept up to date while something is wrong, then closed, on a GitHub and a GitLab that are played."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from poolwright.forge.comments import Outcome, put
from poolwright.forge.connection import ForgeError
from poolwright.forge.issues import Issues
from poolwright.forge.names import Forge
from poolwright.forge.target import issues_at
from tests.poolwright.forge.forges import TOKEN, FakeForge, served

MARKER = "<!-- poolwright drift prod -->"


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> Generator[FakeForge]:
    with served(FakeForge(kind=request.param)) as made:
        yield made


def issues(forge: FakeForge) -> Issues:
    variables = {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN}
    return issues_at(Forge(forge.kind), variables, "Drift of prod", repository="acme/shop", address=forge.address)


def test_an_issue_is_opened_once_written_anew_and_closed_and_the_next_one_is_another(forge: FakeForge) -> None:
    assert put(issues(forge), MARKER, MARKER, quiet=True) == (Outcome.SILENT, None)
    first, _ = put(issues(forge), f"{MARKER}\n1 hand", MARKER, quiet=False)
    again, _ = put(issues(forge), f"{MARKER}\n1 hand", MARKER, quiet=False)
    third, issue = put(issues(forge), f"{MARKER}\n2 hands", MARKER, quiet=False)
    assert (first, again, third) == (Outcome.CREATED, Outcome.UNCHANGED, Outcome.UPDATED)
    assert [(each["title"], each["body"]) for each in forge.issues] == [("Drift of prod", f"{MARKER}\n2 hands")]
    assert issue is not None
    issues(forge).close(issue)
    assert put(issues(forge), f"{MARKER}\n1 hand", MARKER, quiet=False)[0] is Outcome.CREATED
    assert [each["state"] for each in forge.issues] == ["closed", "open"]


def test_what_another_person_opened_is_never_taken_for_ours(forge: FakeForge) -> None:
    person = {"id": 1, "login": "mallory", "type": "User"}
    forge.issues.append({"number": 1, "state": "open", "author": person, "title": "x", "body": MARKER})
    assert put(issues(forge), f"{MARKER}\n1 hand", MARKER, quiet=False)[0] is Outcome.CREATED
    assert forge.issues[0]["body"] == MARKER


def test_a_missing_right_is_named(forge: FakeForge) -> None:
    forge.failures["POST"] = [(403, {}, {"message": "Resource not accessible"})]
    with pytest.raises(ForgeError) as caught:
        put(issues(forge), MARKER, MARKER, quiet=False)
    assert "issues" in (caught.value.hint or "")
