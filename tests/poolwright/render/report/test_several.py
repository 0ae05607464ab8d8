"""One review of several stacks: one marker, a row for each, the greatest causes of all, within a comment's limits."""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import pytest

from poolwright.engine.preview import Operation
from poolwright.render.report.markdown import MOST_BYTES, MOST_CHARACTERS, markdown, marker
from poolwright.render.report.page import page
from poolwright.render.report.sections import document_of
from poolwright.render.report.several import NAME, document_of_all
from poolwright.review.review import NO_CLOUD, Driver, Money
from tests.poolwright.review.reviews import review, sixty


def test_one_comment_has_a_row_for_each_stack_and_parts_of_those_that_change() -> None:
    changed, _ = sixty()
    text = markdown(document_of_all((review("dev"), changed)))
    assert text.startswith(marker(NAME) + "\n")
    assert text.count("<!-- poolwright report") == 1
    first, *folded = text.split("<details>")
    assert "> [!CAUTION]" in first and "main-network-public-recommender" in first
    rows = [row for row in first.splitlines() if row.startswith("| **")]
    assert [row.split("|")[1].strip() for row in rows] == ["**dev**", "**prod**"]
    assert first.index("> [!CAUTION]") < first.index("At a glance") < first.index("#### Why")
    assert "**prod replacements**" in first
    assert all(part.startswith("<summary>prod: ") for part in folded)


def test_each_row_says_what_happens_to_the_stacks_resources() -> None:
    changed, _ = sixty()
    quiet = review("dev")
    decided = quiet.model_copy(
        update={"stack": "staging", "decisions": changed.decisions.model_copy(update={"number": 3})}
    )
    document = document_of_all((quiet, decided, changed))
    rows = [row.split("|")[2].strip() for row in markdown(document).splitlines() if row.startswith("| **")]
    assert rows[:2] == ["as they are", "as they are, 3 decisions of the lock differ"]
    words = ("replaced", "deleted", "changed", "created")
    assert rows[2] == ", ".join(f"{count} {word}" for count, word in zip(changed.counts.values(), words, strict=True))


def test_where_no_cloud_was_asked_nothing_is_said_of_what_runs() -> None:
    untold = review("dev").model_copy(update={"cloud": NO_CLOUD})
    for document in (document_of_all((untold, untold)), document_of(untold)):
        assert "nothing of the lock changes" in markdown(document)
        assert "nothing changes" not in markdown(document)


def test_where_nothing_changes_in_any_stack_no_comment_is_needed() -> None:
    document = document_of_all((review("dev"), review("staging")))
    assert document.quiet
    assert "nothing changes" in markdown(document)


def test_the_greatest_causes_of_all_stacks_add_up_with_the_rest_to_the_whole_change() -> None:
    changed, _ = sixty()
    several = [
        changed.model_copy(
            update={
                "stack": name,
                "money": Money(old=100.0, new=100.0 + fsum(moved)),
                "drivers": tuple(
                    Driver(subject=f"load-{number}", text="more", usd_per_month=usd) for number, usd in enumerate(moved)
                ),
            }
        )
        for name, moved in {"one": (40.0, -30.0, 1.0), "two": (35.0, 20.0, 10.0, 2.5)}.items()
    ]
    new = changed.model_copy(update={"stack": "three", "money": Money(old=None, new=7.0)})
    (why,) = [each for each in document_of_all((*several, new)).sections if each.key == "why"]
    text = markdown(replace(document_of_all((*several, new)), sections=(why,)))
    lines = [each for each in text.splitlines() if each.startswith("- **")][-7:]
    subjects = ["one load", "two load", "one load", "two load", "two load", "three", "everything else"]
    assert [
        each.removeprefix("- **").partition("**")[0].replace("\\-", " ")[: len(subject)]
        for each, subject in zip(lines, subjects, strict=True)
    ] == subjects
    assert "3.50 a month" in lines[-1]


def test_many_large_reviews_stay_within_the_limits_of_one_comment() -> None:
    whole = review("prod", lambda change: replace(change, operation=Operation.CREATE))
    many = [whole.model_copy(update={"stack": f"site-{number}"}) for number in range(12)]
    text = markdown(document_of_all(many))
    assert len(text) <= MOST_CHARACTERS
    assert len(text.encode()) <= MOST_BYTES
    assert all(f"**site\\-{number}**" in text for number in range(12)), "each stack's row stays"
    assert "Cut, because this comment would be too long" in text


@pytest.mark.parametrize("number", [1, 3])
def test_parts_of_a_page_have_names_of_their_own(number: int) -> None:
    changed, _ = sixty()
    html = page(document_of_all([changed.model_copy(update={"stack": f"site-{n}"}) for n in range(number)]), ())
    ids = [part.partition('"')[0] for part in html.split('id="')[1:]]
    assert len(ids) == len(set(ids))
