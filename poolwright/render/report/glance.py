"""What each stack needs, has and costs, at a glance: the tables of a review's first screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from poolwright.render.report.document import Line, Table, code, line, strong
from poolwright.review.drivers import hour_words
from poolwright.review.review import NO_CLOUD, Money, Need, Review, Word
from solver.quantity import format_usd

DONE_WORDS = {
    Word.REPLACE: "replaced",
    Word.DELETE: "deleted",
    Word.FORGET: "left in the cloud",
    Word.CHANGE: "changed",
    Word.IMPORT: "imported",
    Word.CREATE: "created",
}
_COLUMNS: Final = ("stack", "need → have", "USD a month", "proof", "gates")
_CAPTION: Final = "Each stack at a glance"


def glance_table(reviews: Sequence[Review]) -> Table:
    """A row for each stack: its tightest service, money, proof, gates."""
    return Table(_COLUMNS, tuple(map(_row, reviews)), frozenset(), _CAPTION)


def glance_table_of_several(reviews: Sequence[Review]) -> Table:
    """Likewise, with what happens to the resources of each, which one stack's verdict says."""
    rows = tuple((row[0], line(_changes(review)), *row[1:]) for review in reviews for row in [_row(review)])
    return Table((_COLUMNS[0], "resources", *_COLUMNS[1:]), rows, frozenset(), _CAPTION)


def _row(review: Review) -> tuple[Line, ...]:
    return (
        line(strong(review.stack)),
        _tightest(review),
        _money(review.money),
        line(f"≤ {review.gap * 100:.2f} % above least"),
        _gates(review),
    )


def _changes(review: Review) -> str:
    """`3 replaced, 12 changed`; of a stack that only its lock says is another, how many decisions differ."""
    if review.counts:
        return ", ".join(f"{count} {DONE_WORDS[word]}" for word, count in review.counts.items())
    asked = "not compared" if review.cloud == NO_CLOUD else "as they are"
    differ = review.decisions.number
    if not differ:
        return asked
    return f"{asked}, {'1 decision of the lock differs' if differ == 1 else f'{differ} decisions of the lock differ'}"


def _tightest(review: Review) -> Line:
    """Of the service, site and hour in which least is spare."""
    if not review.needs:
        return line("no load")
    need = min(review.needs, key=lambda each: each.spare)
    return line(f"{need.workload} {_rate(need.need_per_second)} → {_rate(need.have_per_second)}, {_spare(need)}")


def _money(money: Money) -> Line:
    if money.old is None:
        return line(f"{money.new:,.2f}")
    if not money.change:
        return line(f"{money.new:,.2f}, as before")
    return line(f"{money.old:,.2f} → {money.new:,.2f} (", strong(signed(money.change)), ")")


def _gates(review: Review) -> Line:
    failed = [gate.id for gate in review.gates if not gate.passed]
    if not failed:
        return line(f"{len(review.gates)} say yes")
    return line(strong(f"{len(failed)} of {len(review.gates)} say no"), f": {', '.join(failed)}")


def needs_table(needs: Sequence[Need]) -> Table:
    """Each service in its tightest hour."""
    rows = tuple(
        (
            line(each.site),
            line(code(each.workload)),
            line(hour_words(each.hour)),
            line(_rate(each.need_per_second)),
            line(_rate(each.have_per_second)),
            line(_spare(each)),
            line(", ".join(each.runs_on)),
        )
        for each in needs
    )
    return Table(
        ("site", "workload", "tightest hour", "need", "have", "spare", "on"),
        rows,
        frozenset({"need", "have", "spare"}),
        "Need and have of each service in its tightest hour",
    )


def signed(usd: float) -> str:
    """`+$369.90`, `−$3.20`."""
    return f"{'+' if usd >= 0 else '−'}{format_usd(abs(usd))}"


def _rate(per_second: float) -> str:
    return f"{per_second:,.4g}/s"


def _spare(need: Need) -> str:
    return f"{need.spare:+.0%}".replace("%", " %")
