"""Each refusal that a rule's test shows stands in the list of rules; `--update-cases` writes the list anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.poolwright.engine.sandbox.rule_book import LIST, RuleBook, read_list

_OPEN: list[RuleBook] = []


@pytest.fixture(scope="session")
def rule_book(request: pytest.FixtureRequest) -> Iterator[RuleBook]:
    book = RuleBook()
    book.open()
    yield book
    book.close()
    if request.config.getoption("--update-cases"):
        LIST.write_text(book.text(), encoding="utf-8")


@pytest.fixture(autouse=True)
def _refusals_are_listed(rule_book: RuleBook, request: pytest.FixtureRequest) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    rule_book.begin(request.path)
    yield
    if not request.config.getoption("--update-cases"):
        listed = {(row.rule, code, row.test) for row in read_list() for code in row.codes}
        assert sorted(rule_book.shown - listed) == [], "run: make cases"
