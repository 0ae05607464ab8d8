"""The page of a change of sixty resources in a real browser: on a screen, a phone and paper, by keyboard and by ear."""

from __future__ import annotations

from collections.abc import Generator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from poolwright.render.report.page import Picture, page
from poolwright.render.report.pictures import pictures_of
from poolwright.render.report.sections import document_of
from poolwright.review.shape import GuaranteeRow
from tests.browser import NoBrowser, chromium
from tests.poolwright.checks.estate import shipped
from tests.poolwright.review.reviews import sixty

MOST_BYTES = 1_500_000
SCREEN, PHONE = (1280, 800), (390, 844)
OPEN_ALL = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
OUTSIDE = """() => {
  const [, , wide, high] = document.documentElement.getAttribute('viewBox').split(' ').map(Number)
  return [...document.querySelectorAll('text')].filter(each => {
    const box = each.getBBox()
    return box.x < 0 || box.y < 0 || box.x + box.width > wide || box.y + box.height > high
  }).map(each => each.textContent)
}"""
"""Texts of a picture that leave it."""


@pytest.fixture(scope="module")
def browser(file: Path) -> Generator[Browser]:
    """Started when the page is there: while it runs, nothing else can have an event loop in this thread."""
    del file
    try:
        with chromium() as started:
            yield started
    except NoBrowser as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def pictures() -> tuple[Picture, ...]:
    review, plan = sixty()
    demand = shipped("prod").demand
    assert demand is not None
    guarantees = (
        GuaranteeRow(name="zone survival", kept="all", without="nothing", usd_per_month=812.5),
        GuaranteeRow(name="spot machines", kept="true", without="false", usd_per_month=-2044.0),
    )
    return pictures_of(review.model_copy(update={"guarantees": guarantees}), plan, demand)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, pictures: tuple[Picture, ...]) -> Path:
    review, _ = sixty()
    assert sum(review.counts.values()) == 60
    path = tmp_path_factory.mktemp("page") / "review.html"
    path.write_text(page(document_of(review), pictures), encoding="utf-8")
    return path


def shown(browser: Browser, file: Path, size: tuple[int, int], scheme: Any = "light") -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    made = context.new_page()
    made.goto(file.as_uri())
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SCREEN, PHONE])
def test_replacements_money_and_reason_are_on_the_first_screen_and_no_rule_of_axe_is_broken(
    browser: Browser, file: Path, size: tuple[int, int], scheme: str
) -> None:
    review, _ = sixty()
    view = shown(browser, file, size, scheme)
    words = {
        "replacements": "main-network-public-recommender",
        "how many": "4 replaced, 28 deleted, 8 changed, 20 created",
        "money": "+$163.63",
        "reason": "load +7 %",
        "what says no": "replacements",
    }
    assert review.passed is False
    for what, text in words.items():
        place = view.get_by_text(text).first
        box = place.bounding_box()
        assert box is not None, what
        assert box["y"] + box["height"] <= size[1], f"{what} is below the first screen"
        assert place.evaluate("each => each.closest('details')") is None, f"{what} is folded"
    assert view.evaluate("document.documentElement.scrollWidth") <= size[0], "nothing is wider than the screen"

    view.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    for everything in (False, True):
        if everything:
            view.evaluate(OPEN_ALL)
        judged: Any = view.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        found = [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in judged["violations"]]
        assert found == [], f"with {'all open' if everything else 'all folded'}"
    assert view.evaluate("document.documentElement.scrollWidth") <= size[0]
    view.context.close()


def test_the_file_is_small_and_asks_for_nothing(browser: Browser, file: Path) -> None:
    assert len(file.read_bytes()) < MOST_BYTES
    context = browser.new_context(offline=True)
    view = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.on("console", lambda message: faults.append(message.text))
    view.goto(file.as_uri())
    view.evaluate(OPEN_ALL)
    assert [each for each in asked if not each.startswith("data:image/svg+xml")] == [file.as_uri()]
    assert faults == []
    drawn = "() => [...document.images].filter(each => !each.complete || !each.naturalWidth).length"
    assert view.evaluate(drawn) == 0, "each picture is drawn"
    context.close()


@pytest.mark.parametrize("size", [SCREEN, PHONE])
def test_texts_of_pictures_stay_inside_them(
    browser: Browser, pictures: tuple[Picture, ...], size: tuple[int, int]
) -> None:
    assert [each.key for each in pictures] == ["cost", "week", "used", "placed", "network", "promises"]
    context = browser.new_context()
    view = context.new_page()
    for each in pictures:
        view.goto("about:blank")
        svg = each.narrow if size is PHONE else each.wide
        view.set_content(svg)
        outside = view.evaluate(OUTSIDE.replace("document.documentElement", "document.querySelector('svg')"))
        assert outside == [], each.key
    context.close()


def test_a_phone_gets_pictures_of_its_own(browser: Browser, file: Path) -> None:
    width = "() => document.images[0].naturalWidth"
    assert shown(browser, file, SCREEN).evaluate(width) == 960
    assert shown(browser, file, PHONE).evaluate(width) == 480


def test_tables_stay_tables_for_a_screen_reader_where_they_look_like_cards(browser: Browser, file: Path) -> None:
    for size in (SCREEN, PHONE):
        view = shown(browser, file, size)
        heard = view.locator("main").aria_snapshot()
        assert 'table "Resources that are replaced or deleted one by one"' in heard
        assert 'columnheader "because"' in heard
        assert 'img "Which replicas share a machine, in the busiest hour"' in heard
        assert 'note "Replaced or deleted"' in heard
        view.context.close()


def test_a_keyboard_reaches_the_review_and_opens_what_is_folded(browser: Browser, file: Path) -> None:
    view = shown(browser, file, SCREEN)
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.textContent") == "To the review"
    folded = view.locator("details#resources")
    summary = folded.locator("summary")
    for _ in range(60):
        view.keyboard.press("Tab")
        if summary.evaluate("each => each === document.activeElement"):
            break
    assert summary.evaluate("each => getComputedStyle(each).outlineStyle") != "none", "where one is, is seen"
    view.keyboard.press("Enter")
    assert folded.evaluate("each => each.open") is True
    assert folded.locator("td").first.is_visible()
    view.context.close()


def test_paper_has_what_a_screen_folds_in_dark_ink(browser: Browser, file: Path) -> None:
    view = shown(browser, file, SCREEN, "dark")
    row = view.locator("details#resources td").first
    assert not row.is_visible()
    view.emulate_media(media="print", color_scheme="light")
    assert row.evaluate("each => each.checkVisibility({contentVisibilityAuto: true})") is True
    ink, back = (view.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor"))
    assert (ink, back) == ("rgb(31, 41, 55)", "rgb(255, 255, 255)")
    printed = view.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    view.context.close()
