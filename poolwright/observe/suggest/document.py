"""A suggestion as a document: on a terminal, and as the text of a pull request."""

from __future__ import annotations

from poolwright.observe.suggest.load_change import Direction
from poolwright.observe.suggest.suggestion import LoadSuggestion, Suggestion
from poolwright.render.parts import signed_usd
from poolwright.render.report.document import Bullets, Document, Line, Paragraph, Section, Table, code, line, strong
from poolwright.render.report.markdown import markdown

_ARROWS = {Direction.MORE: "more", Direction.LESS: "less", Direction.OTHERWISE: "another shape"}
_MOST_CHANGES = 40


def title_of(found: Suggestion) -> str:
    """The pull request's title."""
    if not found.loads:
        return f"{found.stack}: loads stay as they are"
    names = ", ".join(each.workload for each in found.loads[:3])
    more = f" and {len(found.loads) - 3} more" if len(found.loads) > 3 else ""
    return f"{found.stack}: loads of {names}{more} as measured ({signed_usd(found.more_usd_per_month)} USD a month)"


def document_of(found: Suggestion, *, with_plan: bool = True) -> Document:
    """What changes, what it costs, what it risks, where it comes from; and what the plan changes."""
    sections: list[Section] = []
    if found.loads:
        sections.append(Section("loads", "Loads", (_table(found),)))
        sections.append(Section("reasons", "Why", (Bullets(tuple(_why(each) for each in found.loads)),)))
    if found.waiting:
        bullets = tuple(line(code(workload), f": {why}") for workload, why in found.waiting)
        sections.append(Section("waiting", "Stays for now", (Bullets(bullets),)))
    if found.requests:
        bullets = tuple(
            line(code(each.subject), f": {each.evidence}. To do: ", code(each.act)) for each in found.requests
        )
        sections.append(Section("requests", "Requests, to be decided by people", (Bullets(bullets),)))
    if found.changes and with_plan:
        rows = tuple(
            (line(code(each.path)), line(each.old or "–"), line(each.new or "–"))
            for each in found.changes[:_MOST_CHANGES]
        )
        blocks = [Table(("decision", "is", "becomes"), rows, caption="Decisions of the plan that change")]
        rest = len(found.changes) - _MOST_CHANGES
        more = (Paragraph(line(f"{rest} more are in the lock.")),) if rest > 0 else ()
        sections.append(Section("plan", "What the plan changes", (*blocks, *more), folded=True))
    return Document(found.stack, title_of(found), (Paragraph(_verdict(found)),), tuple(sections), not found.loads)


def pull_request_text(found: Suggestion) -> str:
    """Markdown, the title as its heading, without the marker by which a report is found again."""
    body = markdown(document_of(found)).partition("\n\n")[2]
    return f"# {title_of(found)}\n\n{body.rstrip()}\n"


def _verdict(found: Suggestion) -> Line:
    if not found.loads:
        return line(f"Nothing to change: the loads of {found.stack} are near what was measured up to {found.on}.")
    return line(
        strong(f"{signed_usd(found.more_usd_per_month)} USD a month"),
        f": {found.usd_per_month:,.2f} now, {found.then_usd_per_month:,.2f} with these loads, by plans made from the ",
        f"lock. Measured up to {found.on}.",
    )


def _table(found: Suggestion) -> Table:
    numbers = ("is", "becomes", "expected", "alone", "held now", "held then")
    rows = tuple(
        (
            line(code(each.workload)),
            line(_ARROWS[each.direction]),
            line(f"{each.highest_was_per_second:,.4g}"),
            line(f"{each.highest_per_second:,.4g}"),
            line(f"{each.expected_per_second:,.4g}"),
            line("–" if each.usd_per_month is None else signed_usd(each.usd_per_month)),
            line(f"{each.held_share_was:.1%}"),
            line(f"{each.held_share:.1%}"),
        )
        for each in found.loads
    )
    return Table(("service", "load", *numbers), rows, frozenset(numbers), "Loads a second in the highest hour")


def _why(each: LoadSuggestion) -> Line:
    bound = {
        None: "",
        "most_up": " No further in one run: most_up.",
        "most_down": " No further in one run: most_down.",
    }[each.bounded]
    short = 1 - each.held_share
    risk = f" In {short:.1%} of all hours the load will be above load and headroom, and autoscaling must add."
    return line(code(each.workload), f" ({each.field}): {each.because}.{risk}{bound}")
