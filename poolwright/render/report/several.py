"""From the Reviews of several stacks to one document: one verdict, a row for each stack, the greatest causes of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum

from poolwright.render.report.document import Block, Bullets, Callout, Document, Line, Paragraph, Section, line, strong
from poolwright.render.report.glance import glance_table_of_several, signed
from poolwright.render.report.page import Picture
from poolwright.render.report.sections import caution_blocks, money_words, nothing_words, refusals, sections_of
from poolwright.review.drivers import OTHERS
from poolwright.review.review import DRIVERS, NO_CLOUD, Driver, Money, Review
from solver.quantity import cents, format_usd

NAME = "all stacks"
"""In the place of a stack's name, which has no space in it."""


@dataclass(frozen=True)
class _Cause:
    """A cause of the cost's change in one stack."""

    stack: str
    driver: Driver


def document_of_all(reviews: Sequence[Review]) -> Document:
    """The whole document; of a stack in which nothing changes there is its row alone."""
    return Document(
        stack=NAME,
        title=f"{len(reviews)} stacks: {_short(reviews)}",
        verdict=tuple(_verdict(reviews)),
        sections=tuple(_sections(reviews)),
        quiet=all(review.quiet for review in reviews),
        footer=line(_footer(reviews)),
    )


def pictures_of_stack(review: Review, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """One stack's pictures among those of others."""
    return tuple(
        replace(
            each,
            key=f"{review.stack}-{each.key}",
            title=f"{review.stack}: {each.title}",
            table=f"{review.stack}-{each.table}",
        )
        for each in pictures
    )


def _money(reviews: Sequence[Review]) -> Money:
    """Of all stacks; a stack that is new costs nothing before."""
    old = [review.money.old for review in reviews if review.money.old is not None]
    new = cents(fsum(review.money.new for review in reviews))
    return Money(old=cents(fsum(old)) if old else None, new=new)


def _short(reviews: Sequence[Review]) -> str:
    money = _money(reviews)
    if money.old is None:
        return f"{format_usd(money.new)} a month"
    return f"{signed(money.change)} a month" if money.change else "the same cost"


def _verdict(reviews: Sequence[Review]) -> Iterator[Block]:
    changing = [review.stack for review in reviews if not review.quiet]
    names = f"{', '.join(changing)} change{'s' * (len(changing) == 1)}" if changing else nothing_words(reviews)
    gates = sum(len(review.gates) for review in reviews)
    failed = sum(not gate.passed for review in reviews for gate in review.gates)
    words = f"{failed} of {gates} gates say no" if failed else f"{gates} gates passed"
    yield Paragraph(
        line(strong(f"{len(reviews)} stacks"), f": {names}. ", strong(money_words(_money(reviews))), f". {words}.")
    )
    if failed:
        yield Bullets(tuple(each for review in reviews for each in _noes(review)))
    if any(review.cautions for review in reviews):
        yield Callout("Replaced or deleted", tuple(each for review in reviews for each in _cautions(review)))


def _noes(review: Review) -> Iterator[Line]:
    for gate in review.gates:
        if not gate.passed:
            yield line(strong(f"{review.stack} {gate.id}"), f": {gate.evidence}")
    for each in refusals(review):
        yield (*line(f"{review.stack} "), *each)


def _cautions(review: Review) -> Iterator[Block]:
    if review.cautions:
        yield Paragraph(line("In ", strong(review.stack)))
        yield from caution_blocks(review)


def _sections(reviews: Sequence[Review]) -> Iterator[Section]:
    quiet = all(review.quiet for review in reviews)
    yield Section("glance", "At a glance", (glance_table_of_several(reviews),), folded=quiet)
    causes = _causes(reviews)
    if causes:
        yield Section("why", "Why", (Bullets(tuple(_why(reviews, causes))),))
    for review in reviews:
        if review.quiet:
            continue
        for section in sections_of(review):
            if section.key != "glance":
                yield replace(
                    section,
                    key=f"{review.stack}-{section.key}",
                    title=f"{review.stack}: {section.title}",
                    folded=True,
                    cut_first=max(1, section.cut_first),
                )


def _causes(reviews: Sequence[Review]) -> list[_Cause]:
    """The greatest of all stacks."""
    found = [
        _Cause(review.stack, driver)
        for review in reviews
        if review.money.old is not None
        for driver in review.drivers
        if driver.subject != OTHERS
    ]
    return sorted(found, key=lambda each: (-abs(each.driver.usd_per_month), each.stack, each.driver.subject))[:DRIVERS]


def _why(reviews: Sequence[Review], causes: Sequence[_Cause]) -> Iterator[Line]:
    """The causes, new stacks, then what all others come to: together they are the whole change."""
    for each in causes:
        text = f": {each.driver.text}, "
        usd = each.driver.usd_per_month
        yield line(strong(f"{each.stack} {each.driver.subject}"), text, strong(f"{signed(usd)} a month"))
    new = [review for review in reviews if review.money.old is None]
    for review in new:
        yield line(strong(review.stack), ": it is new, ", strong(f"{signed(review.money.new)} a month"))
    told = fsum(each.driver.usd_per_month for each in causes) + fsum(review.money.new for review in new)
    if rest := cents(_money(reviews).change - told):
        yield line(strong(OTHERS), ": ", strong(f"{signed(rest)} a month"))


def _footer(reviews: Sequence[Review]) -> str:
    locks = ", ".join(f"{review.stack} {review.lock_digest[:19]} with {review.against}" for review in reviews)
    clouds = " and ".join(dict.fromkeys(review.cloud for review in reviews))
    asked = "nothing that runs was asked" if clouds == NO_CLOUD else f"preview on {clouds}"
    return f"Locks compared: {locks}; {asked}; ages and waivers of {reviews[0].on}."
