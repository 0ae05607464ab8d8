"""From a Promotion to a document: the verdict, what of the code changes, what of the sizes, and what each gate says."""

from __future__ import annotations

from collections.abc import Iterator

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
from poolwright.render.report.glance import DONE_WORDS
from poolwright.review.gate import GateAnswer, GateResult
from poolwright.review.promotion import DefinitionChange, Promotion
from poolwright.review.review import Money, Word
from solver.plan.difference import ChangeKind
from solver.quantity import format_usd

_SAYS = {
    GateResult.PASS: "yes",
    GateResult.FAIL: "no",
    GateResult.SKIPPED: "not asked",
    GateResult.OVERRIDDEN: "no, overridden",
}
_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "−", ChangeKind.CHANGED: "~"}
_OUTCOMES = {
    "written": "",
    "would-be-written": " Nothing was written: this is a dry run.",
    "refused": " Nothing was written.",
}
_VALUE, _DETAILS = 100, 12
"""Characters of a value, and lines of a gate, that are shown."""


def document_of(promotion: Promotion) -> Document:
    """The whole document; where nothing is to be done it is the verdict alone."""
    return Document(
        stack=promotion.target,
        title=title_of(promotion),
        verdict=tuple(_verdict(promotion)),
        sections=() if promotion.outcome == "nothing-to-do" else tuple(_sections(promotion)),
        footer=line("Release ", code(promotion.release), f", {promotion.source} → {promotion.target}."),
    )


def title_of(promotion: Promotion) -> str:
    """Of a pull request: what comes, and where."""
    keys = [each.key for each in promotion.code]
    workloads = sorted({key.split(".")[1] for key in keys if key.startswith("workloads.") and "." in key})
    what = f": {', '.join(workloads[:3])}{' and others' if len(workloads) > 3 else ''}" if workloads else ""
    return f"Promote {promotion.release} from {promotion.source} to {promotion.target}{what}"


def _verdict(promotion: Promotion) -> Iterator[Block]:
    if promotion.outcome == "nothing-to-do":
        yield Paragraph(
            line(
                strong(promotion.target), " has release ", code(promotion.release), " already: there is nothing to do."
            )
        )
        return
    failed = [gate for gate in promotion.gates if not gate.passed]
    asked = [gate for gate in promotion.gates if gate.result is not GateResult.SKIPPED]
    words = f"{len(failed)} of {len(asked)} gates say no" if failed else f"{len(asked)} gates passed"
    overridden = sum(gate.result is GateResult.OVERRIDDEN for gate in promotion.gates)
    if overridden:
        words += f", {overridden} of them overridden"
    if len(asked) < len(promotion.gates):
        words += f", {len(promotion.gates) - len(asked)} not asked"
    yield Paragraph(
        line(
            "Release ",
            code(promotion.release),
            f", {promotion.source} → {promotion.target}: {_counted(len(promotion.code), 'definition')} and "
            f"{_counted(promotion.sizes.number, 'size')} change, ",
            strong(_money(promotion.money)),
            f". {words}.{_OUTCOMES[promotion.outcome]}",
        )
    )
    if failed:
        yield Callout("Gates that say no", tuple(_failed(failed)))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _failed(failed: list[GateAnswer]) -> Iterator[Block]:
    for gate in failed:
        yield Bullets((line(strong(gate.id), f": {gate.evidence}"), *_details(gate)))


def _details(gate: GateAnswer) -> Iterator[Line]:
    for text in gate.details[:_DETAILS]:
        yield line(text)
    if len(gate.details) > _DETAILS:
        yield line(f"… and {len(gate.details) - _DETAILS} more")


def _money(money: Money) -> str:
    if money.old is None:
        return f"{format_usd(money.new)} a month"
    if not money.change:
        return f"{format_usd(money.new)} a month, as before"
    sign = "+" if money.change >= 0 else "−"
    return f"{format_usd(money.old)} → {format_usd(money.new)} a month ({sign}{format_usd(abs(money.change))})"


def _sections(promotion: Promotion) -> Iterator[Section]:
    yield Section("code", f"Code change ({len(promotion.code)})", tuple(_code(promotion)), cut_first=2)
    yield Section("sizes", f"Size change ({promotion.sizes.number})", tuple(_sizes(promotion)), cut_first=4)
    yield Section("gates", "Gates", (_gates(promotion.gates),), cut_first=1)
    if promotion.needs:
        title = f"To do in {promotion.target} before up ({len(promotion.needs)})"
        yield Section("needs", title, (Bullets(tuple(map(line, promotion.needs))),))
    # A lock that a gate kept from being written is nowhere, and `up` would refuse it.
    if promotion.outcome != "refused":
        command = f"poolwright up {promotion.target} --expect-lock {promotion.lock}"
        yield Section("next", "Then", (Paragraph(line(code(command))),))
    if promotion.images:
        title = f"Images ({len(promotion.images)})"
        yield Section("images", title, (_images(promotion),), folded=True, cut_first=5)
    if promotion.other_decisions.number:
        title = f"Decisions of the lock that follow from the code ({promotion.other_decisions.number})"
        bullets = Bullets(tuple(line(code(text)) for text in promotion.other_decisions.lines))
        yield Section("decisions", title, (bullets,), folded=True, cut_first=6)


def _code(promotion: Promotion) -> Iterator[Block]:
    if not promotion.code_is_known:
        yield Paragraph(
            line(
                f"Not known: {promotion.target} has had no release, and git does not have what its lock was made of. "
                f"See what of the lock differs, below."
            )
        )
        return
    if not promotion.code:
        yield Paragraph(line("None: the target's definitions are the release's already."))
        return
    yield Bullets(tuple(map(_change, promotion.code)))


def _change(change: DefinitionChange) -> Line:
    old, new = _short(change.old), _short(change.new)
    match change.kind:
        case ChangeKind.ADDED:
            values = f": {new}"
        case ChangeKind.REMOVED:
            values = ""
        case ChangeKind.CHANGED:
            values = f": {old} → {new}"
    return line(f"{_MARKS[change.kind]} ", code(change.key), values)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _VALUE else f"{one_line[: _VALUE - 1]}…"


def _sizes(promotion: Promotion) -> Iterator[Block]:
    if promotion.sizes.number:
        if promotion.also_stale:
            stale = "; ".join(promotion.also_stale)
            words = (
                f"Since {promotion.target}'s lock was written, {stale}: not all of this may follow from the release."
            )
            yield Paragraph(line(words))
        yield Bullets(tuple(line(code(text)) for text in promotion.sizes.lines))
    else:
        yield Paragraph(line("None: the machines and replicas that stand hold the release."))
    if promotion.resources:
        counts = ", ".join(f"{count} {DONE_WORDS[Word(word)]}" for word, count in promotion.resources.items())
        yield Paragraph(line(f"Resources, as a preview on {promotion.cloud} has it: {counts}."))


def _gates(gates: tuple[GateAnswer, ...]) -> Table:
    rows = tuple(
        (
            line(gate.id),
            line(strong(_SAYS[gate.result]) if gate.result is GateResult.FAIL else _SAYS[gate.result]),
            line(gate.evidence, _overruled(gate)),
        )
        for gate in gates
    )
    return Table(("gate", "says", "evidence"), rows, caption="Gates, in the order in which they are asked")


def _overruled(gate: GateAnswer) -> str:
    by = gate.override
    if by is None:
        return ""
    if gate.result is GateResult.SKIPPED:
        return f" ({by.place})" if by.place else ""
    until = "this time" if by.expires is None else f"until {by.expires}"
    place = f" ({by.place})" if by.place else ""
    return f". Overridden by {by.owner}, {until}: {by.reason}{place}"


def _images(promotion: Promotion) -> Table:
    rows = tuple(
        (
            line(code(each.name)),
            line(each.image),
            line(each.digest[:19] if each.digest else "no digest"),
            line("new" if each.changed else "as before"),
            line(each.evidence),
        )
        for each in promotion.images
    )
    return Table(
        ("of", "image", "digest", "change", "known"), rows, caption="Images that run once the release is there"
    )
