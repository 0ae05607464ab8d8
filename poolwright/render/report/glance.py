"""What each stack needs, has and costs, at a glance: the tables of a review's first screen."""

from __future__ import annotations

from collections.abc import Sequence

from poolwright.render.report.document import Line, Table, code, line, strong
from poolwright.review.drivers import hour_words
from poolwright.review.review import Money, Need, Review
from solver.quantity import format_usd


def glance_table(reviews: Sequence[Review]) -> Table:
    """A row for each stack: its tightest service, money, proof, gates."""
    rows = tuple(
        (
            line(strong(review.stack)),
            _tightest(review),
            _money(review.money),
            line(f"≤ {review.gap * 100:.2f} % above least"),
            _gates(review),
        )
        for review in reviews
    )
    return Table(("stack", "need → have", "USD a month", "proof", "gates"), rows, frozenset(), "Each stack at a glance")


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
