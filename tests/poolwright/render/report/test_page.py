"""The page of a review: one file that runs nothing and fetches nothing, in which nobody's text becomes mark-up."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from poolwright.engine.preview import Operation
from poolwright.render.report.document import Document, Paragraph, Section, Span, Style, Table, code, line
from poolwright.render.report.page import Picture, page
from poolwright.render.report.sections import document_of
from poolwright.render.report.waterfall import waterfall
from poolwright.review.review import Driver, Money
from tests.poolwright.review.reviews import review

MOST_BYTES = 1_500_000
EMPTY = {"meta", "img", "source", "link", "br", "hr"}
PICTURE = Picture(key="x", title="X", table="money", wide="<svg/>", narrow="<svg />")
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


class Reader(HTMLParser):
    """Tags in order, ids, addresses, text; refuses what does not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "srcset"):
                self.addresses.append(value or "")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_of_a_whole_new_stack_is_one_file_that_asks_for_nothing() -> None:
    new = review("prod", lambda change: replace(change, operation=Operation.CREATE))
    text = page(document_of(new), [PICTURE])
    read = Reader(text)
    assert len(text.encode()) < MOST_BYTES
    assert not {"script", "iframe", "object", "link"} & set(read.tags)
    assert all(each.startswith(("#", "data:image/svg+xml;base64,")) for each in read.addresses)
    assert len(read.ids) == len(set(read.ids))
    assert {each.removeprefix("#") for each in read.addresses if each.startswith("#")} <= set(read.ids)
    assert read.tags.count("h1") == read.tags.count("main") == 1
    assert read.tags.count("caption") == read.tags.count("table")


def test_the_first_screen_is_open_and_the_rest_is_folded() -> None:
    parts = (
        Section("why", "Why", (Paragraph(line("because")),)),
        Section("money", "Cost by pool", (Paragraph(line("much")),), folded=True),
    )
    text = page(Document("dev", "t", (), parts), [])
    assert text.index("because") < text.index('<details id="money">') < text.index("much")
    assert "because" not in text.split('<details id="money">')[1]


@given(texts, texts)
def test_nobodys_text_becomes_markup(one: str, other: str) -> None:
    hostile = f"</td><script>alert(1)</script>{one}\" onload='x'"
    table = Table(("a", "b"), ((line(hostile), line(code(other))),), caption=hostile)
    section = Section("k", hostile, (table, Paragraph((Span(one, Style.STRONG),))))
    read = Reader(page(Document("dev", hostile, (), (section,)), []))
    assert "script" not in read.tags
    assert hostile in read.words


def test_the_waterfall_goes_from_the_old_cost_to_the_new_one() -> None:
    moved = review().model_copy(
        update={
            "money": Money(old=100.0, new=130.0),
            "drivers": (
                Driver(subject="assistant", text="x", usd_per_month=40.0),
                Driver(subject="<nat>", text="y", usd_per_month=-10.0),
            ),
        }
    )
    svg = waterfall(moved)
    assert svg is not None
    assert [label for label in ("$100.00", "+$40.00", "−$10.00", "$130.00") if label in svg] == [
        "$100.00",
        "+$40.00",
        "−$10.00",
        "$130.00",
    ]
    assert "&lt;nat&gt;" in svg
    bars = [
        (float(left), float(wide))
        for left, wide in re.findall(r'<rect class="\w+" x="([\d.]+)".*? width="([\d.]+)"', svg)
    ]
    before, more, less, after = bars[-4:]
    assert before[0] + before[1] == more[0], "each cause begins where the one before it ended"
    assert round(less[0], 1) == round(after[0] + after[1], 1)
    assert waterfall(review()) is None, "nothing moved"
