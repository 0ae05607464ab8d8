"""Markdown for a pull request: within the limits, found again, and nobody's text becomes mark-up."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from poolwright.engine.preview import Operation
from poolwright.render.report.document import Bullets, Document, Paragraph, Section, Span, Style, Table, code, line
from poolwright.render.report.markdown import MOST_BYTES, MOST_CHARACTERS, markdown, marker, plain
from poolwright.render.report.sections import document_of
from poolwright.review.review import Choice, Decisions, FindingRow
from solver.plan.cost import Billing
from tests.poolwright.review.reviews import happening, review, sixty

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


def test_the_first_line_finds_the_comment_again() -> None:
    text = markdown(document_of(review()))
    assert text.startswith(marker("dev") + "\n")
    assert "nothing changes" in text.split("\n")[2]


def test_what_is_replaced_stands_in_a_block_of_caution_before_any_fold() -> None:
    text = markdown(document_of(review("prod", happening(Operation.REPLACE, SECURITY_GROUP, because="vpcId"))))
    assert text.index("> [!CAUTION]") < text.index("<details>")
    assert "vpcId" in text.split("<details>")[0]


def test_a_review_of_a_whole_new_stack_fits_and_says_what_was_cut() -> None:
    text = markdown(document_of(review("prod", lambda change: replace(change, operation=Operation.CREATE))))
    assert len(text) <= MOST_CHARACTERS
    assert len(text.encode()) <= MOST_BYTES
    assert text.count("<details>") == text.count("</details>")


def test_a_price_that_no_provider_bills_is_told_as_such() -> None:
    plain = review()
    first, *others = plain.pools
    carbon = first.model_copy(update={"by_billing": {**first.by_billing, Billing.INTERNAL: 12.5}})
    priced = plain.model_copy(update={"pools": (carbon, *others)})
    words = "Internal is the organisation's own price of carbon: on no bill of a provider."
    assert words in markdown(document_of(priced)).replace("&#39;", "'")
    assert words not in markdown(document_of(plain))


@given(st.lists(st.integers(1, 900), min_size=1, max_size=9), st.sampled_from(["x", "ü", "語", "🙂"]))
def test_too_long_texts_give_way_in_a_fixed_order(sizes: list[int], letter: str) -> None:
    sections = tuple(
        Section(f"s{number}", f"Part {number}", (Bullets((line(letter * 100),) * size),), True, number + 1)
        for number, size in enumerate(sizes)
    )
    text = markdown(Document("dev", "t", (Paragraph(line("verdict")),), sections))
    assert len(text) <= MOST_CHARACTERS
    assert len(text.encode()) <= MOST_BYTES
    kept = [number for number in range(len(sizes)) if f"<summary>Part {number}</summary>" in text]
    assert kept == list(range(len(kept))), "the last parts go first"
    assert ("Cut, because" in text) == (len(kept) < len(sizes))


def test_even_a_first_screen_that_is_too_long_fits() -> None:
    bullets = Bullets((line("x" * 500),) * 500)
    text = markdown(Document("dev", "t", (bullets,), ()))
    assert len(text) <= MOST_CHARACTERS
    assert text.rstrip().endswith("too long.")


@given(texts, texts)
def test_nobodys_text_becomes_markup(one: str, other: str) -> None:
    table = Table(("a", "b"), ((line(one), line(code(other))),))
    text = markdown(Document("dev", "t", (table, Paragraph((Span(one, Style.STRONG),))), ()))
    body = text.removeprefix(marker("dev"))
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", body.replace("<!-- -->", ""))
    assert "<" not in outside
    row = body.split("\n")[4]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_links_mentions_and_references_are_plain_words() -> None:
    text = plain("ask @alice at https://evil.example/#1 or www.x.example, see #12 and [this](javascript:x)")
    assert not re.search(r"@\w|https://|www\.|(?<!\\)#|(?<!\\)\[", text)


def test_every_replacement_is_accounted_for_above_the_folds() -> None:
    review, _ = sixty()
    first = markdown(document_of(review)).split("<details>")[0]
    assert "4 replaced, 28 deleted, 8 changed, 20 created" in first
    assert "| replaced | `main-network-public-recommender` | TargetGroup | port |" in first
    assert "3 are new revisions, which take nothing away" in first
    assert "Settings that are deleted: 28 Schedule" in first
    assert "Mostly **assistant**: load" in first


SIZES = st.lists(st.sampled_from([0, 1, 40, 900]), min_size=3, max_size=3)


@settings(max_examples=20)
@given(SIZES, st.sampled_from(["x", "語", "<&", "`|"]))
def test_reviews_of_any_size_fit_and_say_what_was_cut(sizes: list[int], letter: str) -> None:
    """Resources, decisions and findings: whatever grows, the comment stays within both limits, and whole."""
    whole, _ = sixty()
    resource = whole.resources[0].model_copy(update={"name": letter * 40, "reason": letter * 60})
    finding = FindingRow(check="c", refused=False, resource=letter * 30, text=letter * 80, remedy="r", place="")
    review = whole.model_copy(
        update={
            "resources": (*whole.resources, *[resource] * sizes[0]),
            "decisions": Decisions(number=sizes[1], lines=(f"~ {letter * 50}",) * sizes[1]),
            "findings": (finding,) * sizes[2],
        }
    )
    text = markdown(document_of(review))
    assert len(text) <= MOST_CHARACTERS
    assert len(text.encode()) <= MOST_BYTES
    assert text.startswith(marker("prod") + "\n")
    assert text.count("<details>") == text.count("</details>")
    first = markdown(document_of(whole)).split("\n\n")[1]
    assert first in text, "the verdict is never cut"
    assert "> [!CAUTION]" in text
    titles = [section.title for section in document_of(review).sections if section.folded]
    gone = [title for title in titles if f"<summary>{plain(title)}</summary>" not in text]
    cut = text.partition("Cut, because this comment would be too long: ")[2].partition(". The report")[0]
    assert all(plain(title) in cut for title in gone)
    assert bool(cut) >= bool(gone)


def test_a_cheaper_choice_is_said_to_be_one_with_why_it_was_not_taken() -> None:
    said = "a change of the machines has to save $59.33, 1 % of what it costs"
    choices = (
        Choice(subject="workload assistant", text=said, next_best="other numbers", extra_usd_per_month=-16.31),
        Choice(subject="nat", text="One is asked for.", next_best="two", extra_usd_per_month=37.32),
    )
    changed, _ = sixty()
    text = markdown(document_of(changed.model_copy(update={"choices": choices}))).replace("\\", "")
    assert f"Cheaper for `workload assistant`: other numbers, $16.31 a month less, and not taken: {said}." in text
    assert "Next best for `nat`: two, $37.32 a month more. One is asked for." in text
