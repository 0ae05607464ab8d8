"""From a Review to a document: the first screen, then what is folded; every sentence of a report is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from poolwright.render.report.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Line,
    Paragraph,
    Section,
    Table,
    code,
    line,
    strong,
)
from poolwright.render.report.glance import DONE_WORDS, glance_table, needs_table, signed
from poolwright.render.report.judgement_tables import choices_table, findings_table, gates_table, inputs_table
from poolwright.render.report.shape_tables import shape_sections
from poolwright.review.review import NO_CLOUD, Caution, Choice, Money, ResourceRow, Review, Word
from solver.plan.cost import Billing
from solver.quantity import format_usd

_SHOWN_CHOICES = 2
"""Next best choices on the first screen; the others are folded."""
_SHOWN_REFUSALS = 3
"""Likewise."""


def document_of(review: Review) -> Document:
    """The whole document; where nothing changes it is the verdict alone, with the folds below it."""
    return Document(
        stack=review.stack,
        title=f"{review.stack}: {_short_words(review.money)}",
        verdict=tuple(_verdict(review)),
        sections=tuple(sections_of(review)),
        quiet=review.quiet,
        footer=line(
            "Lock ",
            code(review.lock_digest[:19]),
            f", compared with {review.against}; {_asked(review)}; ages and waivers of {review.on}.",
        ),
    )


def money_words(money: Money) -> str:
    """`$11,322.52 → $11,692.42 a month (+$369.90)`."""
    if money.old is None:
        return f"{format_usd(money.new)} a month"
    if not money.change:
        return f"{format_usd(money.new)} a month, as before"
    return f"{format_usd(money.old)} → {format_usd(money.new)} a month ({signed(money.change)})"


def _short_words(money: Money) -> str:
    """`+$369.90 a month`: the whole stands in the verdict."""
    if money.old is None:
        return f"{format_usd(money.new)} a month"
    return f"{signed(money.change)} a month" if money.change else "the same cost"


def _asked(review: Review) -> str:
    return "nothing that runs was asked" if review.cloud == NO_CLOUD else f"preview on {review.cloud}"


def nothing_words(reviews: Sequence[Review]) -> str:
    """What is known where nothing changes: without a cloud nobody has looked whether that is what runs."""
    return f"nothing{' of the lock' if any(review.cloud == NO_CLOUD for review in reviews) else ''} changes"


def counts_words(review: Review) -> str:
    """`3 replaced, 1 deleted, 12 changed, 4 created, 371 unchanged`."""
    if review.cloud == NO_CLOUD:
        return f"{review.unchanged} resources, not compared with what runs"
    parts = [f"{count} {DONE_WORDS[word]}" for word, count in review.counts.items()]
    return ", ".join([*parts, f"{review.unchanged} unchanged"])


def _verdict(review: Review) -> Iterator[Block]:
    failed = [gate for gate in review.gates if not gate.passed]
    gates = f"{len(review.gates)} gates passed" if not failed else f"{len(failed)} of {len(review.gates)} gates say no"
    if review.quiet:
        words = f"{nothing_words((review,))}. {format_usd(review.money.new)} a month, {gates}."
        yield Paragraph(line(strong(review.stack), f": {words}"))
    else:
        yield Paragraph(
            line(
                strong(review.stack),
                f": {counts_words(review)}. ",
                strong(f"{money_words(review.money)}"),
                f". {gates}.",
            )
        )
    if not review.quiet and review.money.old is not None and review.drivers:
        first = review.drivers[0]
        yield Paragraph(line("Mostly ", strong(first.subject), f": {first.text}, {signed(first.usd_per_month)}."))
    if failed:
        yield Bullets((*(line(strong(gate.id), f": {gate.evidence}") for gate in failed), *refusals(review)))
    if review.cautions:
        yield Callout("Replaced or deleted", tuple(caution_blocks(review)))


def refusals(review: Review) -> Iterator[Line]:
    """The first refusals of the checks; the others are folded."""
    refused = [each for each in review.findings if each.refused]
    for each in refused[:_SHOWN_REFUSALS]:
        yield line("refused: ", code(each.resource), f" {each.text} (", code(each.check), ")")
    if len(refused) > _SHOWN_REFUSALS:
        yield line(f"and {len(refused) - _SHOWN_REFUSALS} more under Findings")


def caution_blocks(review: Review) -> Iterator[Block]:
    """What holds data or serves, one by one; settings in a sentence for each word: their names are folded."""
    yield from _cautions(review)
    yield from _revisions(review)


def _cautions(review: Review) -> Iterator[Block]:
    weighty = [each for each in review.cautions if not each.setting]
    if weighty:
        rows = tuple(
            (
                line(DONE_WORDS[each.word] + (", with its data" if each.holds_data else "")),
                line(code(each.resource)),
                line(each.type.rpartition(":")[2]),
                line("it is protected: the engine refuses" if each.protected else _because(each)),
            )
            for each in weighty
        )
        yield Table(
            ("what", "resource", "type", "because"), rows, caption="Resources that are replaced or deleted one by one"
        )
    for word, found in groupby(
        sorted((each for each in review.cautions if each.setting), key=lambda each: each.word), lambda each: each.word
    ):
        names = ", ".join(_setting(each) for each in found)
        yield Paragraph(line(f"Settings that are {DONE_WORDS[word]}: {names}."))


def _revisions(review: Review) -> Iterator[Block]:
    """The replacements that the block above does not have."""
    told = sum(each.others + 1 for each in review.cautions if each.word is Word.REPLACE)
    rest = review.counts.get(Word.REPLACE, 0) - told
    if rest:
        words = "one is a new revision, which takes" if rest == 1 else f"{rest} are new revisions, which take"
        yield Paragraph(line(f"Of what is replaced, {words} nothing away."))


def _because(caution: Caution) -> str:
    return ", ".join(caution.because) or "the lock no longer has it"


def _setting(caution: Caution) -> str:
    """`7 ScheduledAction`, `1 Policy (because name)`."""
    forced = f" (because {', '.join(caution.because)})" if caution.because else ""
    return f"{caution.others + 1} {caution.type.rpartition(':')[2]}{forced}"


def sections_of(review: Review) -> Iterator[Section]:
    """What stands below the verdict, the first screen first."""
    yield Section("glance", "At a glance", (glance_table((review,)),), folded=review.quiet)
    if review.needs:
        yield Section("needs", "Need and have", (needs_table(review.needs),), folded=review.quiet, cut_first=1)
    if review.drivers:
        yield Section("why", "Why", tuple(_why(review)), cut_first=0)
    if review.decisions.number:
        title = f"Decisions that differ ({review.decisions.number})"
        bullets = Bullets(tuple(line(code(text)) for text in review.decisions.lines))
        yield Section("decisions", title, (bullets,), folded=True, cut_first=7)
    yield Section("money", "Cost by pool", tuple(_pools(review)), folded=True, cut_first=3)
    yield Section("items", f"Cost by item ({len(review.items)})", (_items(review),), folded=True, cut_first=8)
    changed = [row for row in review.resources if row.word is not None]
    same = [row for row in review.resources if row.word is None]
    if changed:
        title = f"Resources that change ({len(changed)})"
        yield Section(
            "resources", title, tuple(_resources(changed, "Resources that change")), True, 5, (_by_type(changed),)
        )
    if same:
        title = f"Resources{'' if review.cloud == NO_CLOUD else ' that stay'} ({len(same)})"
        yield Section(
            "unchanged",
            title,
            tuple(_resources(same, "Resources to which nothing happens")),
            True,
            10,
            (_by_type(same),),
        )
    yield from shape_sections(review)
    yield Section("elsewhere", "Bill of no one resource", (_elsewhere(review),), folded=True, cut_first=6)
    yield Section("gates", f"Gates ({len(review.gates)})", (gates_table(review),), folded=True, cut_first=2)
    if review.findings:
        title = f"Findings ({len(review.findings)})"
        yield Section("findings", title, (findings_table(review),), folded=True, cut_first=4)
    if review.choices:
        yield Section("choices", "What else was possible", (choices_table(review),), folded=True, cut_first=9)
    if review.not_priced:
        title = f"Not in the figures ({len(review.not_priced)})"
        yield Section("not-priced", title, (Bullets(tuple(line(text) for text in review.not_priced)),), True, 7)
    yield Section("inputs", "Inputs", (inputs_table(review),), folded=True, cut_first=9)


def _why(review: Review) -> Iterator[Block]:
    yield Bullets(
        tuple(
            line(strong(each.subject), f": {each.text}, ", strong(f"{signed(each.usd_per_month)} a month"))
            for each in review.drivers
        )
    )
    if review.choices:
        for each in _nearest(review):
            yield Paragraph(_choice(each))


def _choice(each: Choice) -> Line:
    extra = each.extra_usd_per_month or 0.0
    if extra >= 0:
        return line(
            "Next best for ", code(each.subject), f": {each.next_best}, {format_usd(extra)} a month more. {each.text}"
        )
    saves = f"{each.next_best}, {format_usd(-extra)} a month less, and not taken: {each.text.rstrip('.')}."
    return line("Cheaper for ", code(each.subject), f": {saves}")


def _nearest(review: Review) -> list[Choice]:
    """Next best choices on the first screen: those of what moved, then those nearest in money."""
    moved = {driver.subject for driver in review.drivers}
    priced = [each for each in review.choices if each.extra_usd_per_month is not None]
    concerned = [each for each in priced if moved & set(each.subject.replace(",", " ").split())]
    return [*concerned, *(each for each in priced if each not in concerned)][:_SHOWN_CHOICES]


def _pools(review: Review) -> Iterator[Block]:
    kinds = sorted({billing for pool in review.pools for billing in pool.by_billing})
    rows = [
        (
            line(pool.pool),
            line("" if pool.money.old is None else f"{pool.money.old:,.2f}"),
            line(f"{pool.money.new:,.2f}"),
            *(line(f"{pool.by_billing.get(kind, 0.0):,.2f}") for kind in kinds),
        )
        for pool in review.pools
    ]
    total = (
        line(strong("all")),
        line("" if review.money.old is None else strong(f"{review.money.old:,.2f}")),
        line(strong(f"{review.money.new:,.2f}")),
        *(line(f"{sum(pool.by_billing.get(kind, 0.0) for pool in review.pools):,.2f}") for kind in kinds),
    )
    columns = ("pool", "old", "new", *(kind.value for kind in kinds))
    yield Table(columns, (*rows, total), frozenset(columns[1:]), "Cost by pool, USD a month")
    yield Paragraph(line("USD a month before tax; old is ", review.against, "."))
    if Billing.INTERNAL in kinds:
        yield Paragraph(line("Internal is the organisation's own price of carbon: on no bill of a provider."))


def _items(review: Review) -> Table:
    rows = tuple(
        (
            line(each.site),
            line(each.pool),
            line(code(each.item)),
            line("" if each.money.old is None else f"{each.money.old:,.2f}"),
            line(f"{each.money.new:,.2f}"),
            line("" if each.money.old is None else f"{each.money.change:+,.2f}" if each.money.change else ""),
        )
        for each in review.items
    )
    columns = ("site", "pool", "item", "old", "new", "change")
    return Table(columns, rows, frozenset(columns[3:]), "Cost by item, USD a month")


def _resources(rows: Sequence[ResourceRow], caption: str) -> Iterator[Block]:
    made = tuple(
        (
            line("" if row.word is None else DONE_WORDS[row.word]),
            line(row.pool),
            line(code(row.name)),
            line(row.type.rpartition(":")[2]),
            line("; ".join(row.properties) or row.reason),
            line(f"{row.usd_per_month:,.2f}"),
        )
        for row in rows
    )
    yield Table(("", "pool", "resource", "type", "why", "USD"), made, frozenset({"USD"}), caption)


def _by_type(rows: Sequence[ResourceRow]) -> Table:
    kinds = sorted({(row.word or "", row.pool, row.type) for row in rows})
    made = tuple(
        (
            line(DONE_WORDS[Word(word)] if word else ""),
            line(pool),
            line(kind.rpartition(":")[2]),
            line(str(len(found))),
            line(f"{sum(row.usd_per_month for row in found):,.2f}"),
        )
        for word, pool, kind in kinds
        if (found := [row for row in rows if ((row.word or ""), row.pool, row.type) == (word, pool, kind)])
    )
    return Table(("", "pool", "type", "number", "USD"), made, frozenset({"number", "USD"}), "Resources by type")


def _elsewhere(review: Review) -> Table:
    rows = [(line(code(item)), line(f"{usd:,.2f}")) for item, usd in sorted(review.billed_elsewhere.items())]
    by_resources = sum(row.usd_per_month for row in review.resources)
    rows.append((line("resources of the preview"), line(f"{by_resources:,.2f}")))
    total = by_resources + sum(review.billed_elsewhere.values())
    rows.append((line(strong("all")), line(strong(f"{total:,.2f}"))))
    return Table(("item", "USD"), tuple(rows), frozenset({"USD"}), "What the bill has besides resources")
