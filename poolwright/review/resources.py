"""The resources of a preview: what happens to each, why, and which part of the bill it stands for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import Any

from poolwright.checks.billed import TYPES, Free, Paid
from poolwright.checks.change import HOLDS_DATA, NEW_REVISIONS, SERVES
from poolwright.engine.preview import DiffKind, Operation, Preview, PropertyChange, ResourceChange
from poolwright.review.review import Caution, Item, ResourceRow, Word

WORDS: Mapping[Operation, Word] = {
    Operation.REPLACE: Word.REPLACE,
    Operation.DELETE: Word.DELETE,
    Operation.FORGET: Word.FORGET,
    Operation.UPDATE: Word.CHANGE,
    Operation.IMPORT: Word.IMPORT,
    Operation.CREATE: Word.CREATE,
}
"""In the order in which a reviewer wants them: what can't be undone first."""
POOLS = ("network", "groups", "security", "guards", "storage", "copies", "compute")
_SHOWN_AS = {"groups": "security", "guards": "security", "copies": "storage"}
_WIDTH = 48
_WEIGHTY = HOLDS_DATA | SERVES | {"aws:kms/key:Key", "aws:iam/role:Role"}
"""Types whose replacement or deletion is told one by one."""


Shares = Mapping[str, Mapping[str, float]]
"""Site → node group → its part of what commitments there pay for."""


def resource_rows(
    preview: Preview, items: Sequence[Item], covered: Shares
) -> tuple[tuple[ResourceRow, ...], dict[str, float]]:
    """A row for each resource but providers and components, and what of the bill none of them stands for.

    The parts of an item are whole cents that add up to it, the first ones a cent more where they don't divide.
    """
    shown = [change for change in preview.changes if ":" in change.type and _is_resource(change)]
    cost, elsewhere = _shared_out(
        [change for change in shown if change.operation is not Operation.DELETE], items, covered
    )
    rows = [_row(change, cost.get(change.urn, 0)) for change in shown]
    order = list(WORDS.values())
    rows.sort(key=lambda row: (order.index(row.word) if row.word else len(order), row.pool, row.type, row.name))
    return tuple(rows), elsewhere


def counted(preview: Preview) -> dict[Word, int]:
    """How many resources are created, changed, …, in the order of a review and without what its rows leave out."""
    found = Counter(WORDS[each.operation] for each in preview.changed if each.operation in WORDS and _is_resource(each))
    return {word: found[word] for word in dict.fromkeys(WORDS.values()) if found[word]}


def cautions_of(preview: Preview) -> tuple[Caution, ...]:
    """Replacements and deletions but for revisions: data first, then what serves, then settings by type."""
    gone = [
        change
        for change in preview.changed
        if change.operation in (Operation.REPLACE, Operation.DELETE, Operation.FORGET)
        and _is_resource(change)
        and change.type not in NEW_REVISIONS
    ]
    weighty = [_caution(change) for change in gone if change.type in _WEIGHTY]
    weighty.sort(key=lambda each: (not each.holds_data, each.word, each.type, each.resource))
    settings = [change for change in gone if change.type not in _WEIGHTY]
    kinds = sorted({(change.operation, change.type, change.replace_reasons) for change in settings})
    grouped = [
        _caution(found[0]).model_copy(update={"setting": True, "others": len(found) - 1})
        for kind in kinds
        if (found := [each for each in settings if (each.operation, each.type, each.replace_reasons) == kind])
    ]
    return (*weighty, *grouped)


def _caution(change: ResourceChange) -> Caution:
    return Caution(
        resource=change.name,
        type=change.type,
        word=WORDS[change.operation],
        because=change.replace_reasons,
        holds_data=change.type in HOLDS_DATA and not change.retained,
        protected=change.protected,
    )


def _is_resource(change: ResourceChange) -> bool:
    return not change.type.startswith(("pulumi:", "poolwright:"))


def _row(change: ResourceChange, amount_cents: int) -> ResourceRow:
    word = WORDS.get(change.operation)
    return ResourceRow(
        pool=_pool(change),
        type=change.type,
        name=change.name,
        word=word,
        reason=_reason(change, word),
        usd_per_month=amount_cents / 100,
        properties=tuple(_property_words(each) for each in change.properties),
        forces=change.replace_reasons,
    )


def _pool(change: ResourceChange) -> str:
    """The pool whose component the resource is below: the logical name begins `<site>-<pool>-`."""
    parent = change.parent.rpartition("::")[2]
    for name in POOLS:
        if parent.endswith(f"-{name}") or f"-{name}-" in f"{parent}-" or f"-{name}-" in change.name:
            return _SHOWN_AS.get(name, name)
    return "stack"


def _reason(change: ResourceChange, word: Word | None) -> str:
    billed = TYPES.get(change.type)
    pays = billed.reason if isinstance(billed, Free) else ""
    match word:
        case Word.REPLACE:
            revision = "a new revision" if change.type in NEW_REVISIONS else "replaced"
            return (
                f"{revision}, because {', '.join(change.replace_reasons)} changes"
                if change.replace_reasons
                else revision
            )
        case Word.CHANGE:
            return ", ".join(each.path for each in change.properties[:3]) + (
                f" and {len(change.properties) - 3} more" if len(change.properties) > 3 else ""
            )
        case Word.DELETE:
            return "the lock no longer has it"
        case Word.FORGET:
            return "the lock no longer has it; it stays in the cloud"
        case _:
            return pays or "the lock has it"


def _property_words(change: PropertyChange) -> str:
    old, new = _short(change.old), _short(change.new)
    values = {DiffKind.ADD: new, DiffKind.REMOVE: f"{old} → none", DiffKind.CHANGE: f"{old} → {new}"}[change.kind]
    return f"{change.path}: {values}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _shared_out(
    changes: Sequence[ResourceChange], items: Sequence[Item], covered: Shares
) -> tuple[dict[str, int], dict[str, float]]:
    found: dict[str, int] = {}
    elsewhere: dict[str, float] = {}
    for item in items:
        amount = round(item.money.new * 100)
        weights = dict(_covering(changes, item, covered.get(item.site, {}))) or dict.fromkeys(
            (change.urn for change in _bearers(changes, item)), 1.0
        )
        if not weights:
            if amount:
                name = f"{item.site} {item.item}"
                elsewhere[name] = round(elsewhere.get(name, 0.0) + amount / 100, 2)
            continue
        for urn, part in _whole_parts(amount, weights).items():
            found[urn] = found.get(urn, 0) + part
    return found, elsewhere


def _whole_parts(amount: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers in proportion to weights that add up to the amount."""
    whole = fsum(weights.values())
    parts = {name: int(amount * weight / whole) for name, weight in weights.items()}
    for name in list(parts)[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts


def _covering(
    changes: Sequence[ResourceChange], item: Item, shares: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """Groups of machines that a commitment pays for, with their parts."""
    if not item.item.startswith("commitment "):
        return
    paying = [change for change in changes if _pays(change, item)]
    for key, share in shares.items():
        for change in paying:
            if change.name.endswith(f"-{key}"):
                yield change.urn, share


def _bearers(changes: Sequence[ResourceChange], item: Item) -> list[ResourceChange]:
    """Resources that an item pays for: of a type that is billed so, on its site, with its key in their name.

    An item without such a key is that of the type of which least else is billed.
    """
    paying = [change for change in changes if _pays(change, item)]
    found = list(_named(paying, item))
    if not found:
        whole = [(len(billed.items), change) for change in paying if item.item in (billed := _paid(change)).items]
        least = min((number for number, _ in whole), default=0)
        found = [change for number, change in whole if number == least]
    return sorted(found, key=lambda change: change.urn)


def _paid(change: ResourceChange) -> Paid:
    billed = TYPES.get(change.type)
    return billed if isinstance(billed, Paid) else Paid(())


def _pays(change: ResourceChange, item: Item) -> bool:
    on_site = change.name.startswith(f"{item.site}-")
    return on_site and any(item.item.startswith(prefix) for prefix in _paid(change).items)


def _named(changes: Sequence[ResourceChange], item: Item) -> Iterator[ResourceChange]:
    key = item.item.partition(" ")[2]
    for change in changes:
        if key and (change.name.endswith(f"-{key}") or f"-{key}-" in change.name):
            yield change
