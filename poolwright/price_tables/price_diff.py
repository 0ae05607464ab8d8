"""PriceDiff: what moved between two catalogs, and whose plan that turns; as data and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from poolwright.price_tables.moves import FamilyMove, PriceEntry, PriceMove, PriceMoves
from poolwright.price_tables.turned_plans import TurnedPlan, Verdict
from poolwright.render.parts import aligned, signed_usd
from solver.plan.difference import Change, ChangeKind
from solver.schema import Schema

_MOST_FAMILIES = 25
_MOST_MOVES = 15
_MOST_CHANGES = 12
_MOST_NAMES = 12
_NONE = "-"
_FAMILY_HEADS = ("region", "family", "option", "prices", "moved")
_STACK_HEADS = ("stack", "plan", "USD/month", "kept", "new", "saves", "gap")


class PriceDiff(Schema):
    """What `poolwright prices diff` says."""

    schema_version: Literal[1] = 1
    """Of this format."""
    old: str
    """The old catalog: a folder, or a git revision."""
    new: str
    """The new one."""
    prices: PriceMoves
    """What differs between them."""
    notes: tuple[str, ...] = ()
    """What to bear in mind."""
    stacks: tuple[TurnedPlan, ...]
    """What that does to the stacks that were asked for."""


def diff_lines(found: PriceDiff) -> Iterator[str]:
    """Moves by family, the largest ones, what is new and gone, and the stacks."""
    prices = found.prices
    yield f"{found.old} → {found.new}"
    yield (
        f"Prices: {len(prices.moves):,} moved, {_count(prices.added):,} new, {_count(prices.gone):,} gone"
        if prices.moves or prices.added or prices.gone
        else "No price differs."
    )
    if prices.families:
        yield ""
        yield from aligned(_FAMILY_HEADS, _family_rows(prices.families), right=("prices",))
        yield from _more(prices.families, _MOST_FAMILIES, "families")
        yield ""
        yield "Largest moves, USD"
        for move in prices.moves[:_MOST_MOVES]:
            yield f"  {_move_words(move)}"
        yield from _more(prices.moves, _MOST_MOVES, "prices")
    for title, entries in (("New", prices.added), ("Gone", prices.gone)):
        if entries:
            yield ""
            yield title
            yield from _entry_lines(entries)
    if found.notes:
        yield ""
        yield from found.notes
    if found.stacks:
        yield ""
        yield from _stack_lines(found.stacks)


def _count(entries: Sequence[PriceEntry]) -> int:
    return sum(entry.prices for entry in entries)


def _family_rows(families: Sequence[FamilyMove]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for each in families[:_MOST_FAMILIES]:
        least, most = f"{each.least_percent:+.1f} %", f"{each.most_percent:+.1f} %"
        moved = least if least == most else f"{least} to {most}"
        rows.append((each.region, each.family, each.option, f"{each.prices:,}", moved))
    return rows


def _move_words(move: PriceMove) -> str:
    detail = f" {move.detail}" if move.detail else ""
    return (
        f"{move.region} {move.name} {move.option}{detail}: {move.old_usd:g} → {move.new_usd:g} ({move.percent:+.1f} %)"
    )


def _entry_lines(entries: Sequence[PriceEntry]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        groups.setdefault((entry.region, entry.option), []).append(entry.name)
    for (region, option), names in groups.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield f"  {region} {option}: {', '.join(names[:_MOST_NAMES])}{more}"


def _stack_lines(stacks: Sequence[TurnedPlan]) -> Iterator[str]:
    rows = [
        (
            each.stack,
            each.verdict.value,
            _usd(each.old_usd_per_month),
            _usd(each.kept_usd_per_month),
            _usd(each.new_usd_per_month),
            _NONE if each.saves_usd_per_month is None else signed_usd(each.saves_usd_per_month),
            _NONE if each.gap is None else f"{each.gap:.2%}",
        )
        for each in stacks
    ]
    yield from aligned(_STACK_HEADS, rows, right=_STACK_HEADS[2:])
    for each in stacks:
        yield from _verdict_lines(each)


def _verdict_lines(found: TurnedPlan) -> Iterator[str]:
    note = f" ({found.note})" if found.note else ""
    match found.verdict:
        case Verdict.UNTOUCHED:
            yield f"{found.stack}: no price of its regions differs{note}"
        case Verdict.UNCHANGED:
            moved = (found.new_usd_per_month or 0.0) - (found.old_usd_per_month or 0.0)
            words = f"{signed_usd(round(moved, 2))} USD a month; it moves less than the gap"
            yield f"{found.stack}: unchanged, {words}{note}"
        case Verdict.TURNS:
            yield f"{found.stack}: its plan changes{note}"
            for change in found.changes[:_MOST_CHANGES]:
                yield f"  {_change_words(change)}"
            yield from _more(found.changes, _MOST_CHANGES, "decisions")
        case Verdict.NOT_KNOWN:
            yield f"{found.stack}: not known: {found.note}"


def _change_words(change: Change) -> str:
    match change.kind:
        case ChangeKind.ADDED:
            return f"+ {change.path} {change.new}".rstrip()
        case ChangeKind.REMOVED:
            return f"- {change.path} {change.old}".rstrip()
        case ChangeKind.CHANGED:
            return f"~ {change.path}: {change.old} → {change.new}"


def _usd(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.2f}"


def _more(entries: Sequence[object], shown: int, what: str) -> Iterator[str]:
    if len(entries) > shown:
        yield f"  … and {len(entries) - shown:,} more {what}; --json has all"
