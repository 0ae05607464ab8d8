"""A Preview for people, as lines of text, and for programs, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from poolwright.engine.preview import DiffKind, Operation, Preview, PropertyChange, ResourceChange, Severity

_SIGNS = {
    Operation.CREATE: "+",
    Operation.IMPORT: "=",
    Operation.UPDATE: "~",
    Operation.REPLACE: "+-",
    Operation.DELETE: "-",
    Operation.FORGET: "<",
}
_DONE = {
    Operation.CREATE: "created",
    Operation.IMPORT: "imported",
    Operation.UPDATE: "changed",
    Operation.REPLACE: "replaced",
    Operation.DELETE: "deleted",
    Operation.FORGET: "left in the cloud",
    Operation.SAME: "unchanged",
}
_TO_DO = {
    Operation.CREATE: "to create",
    Operation.IMPORT: "to import",
    Operation.UPDATE: "to change",
    Operation.REPLACE: "to replace",
    Operation.DELETE: "to delete",
    Operation.FORGET: "to leave in the cloud",
    Operation.SAME: "unchanged",
}
_PROPERTY_SIGNS = {DiffKind.ADD: "+", DiffKind.REMOVE: "-", DiffKind.CHANGE: "~"}
_VALUE_WIDTH = 60


def change_lines(preview: Preview) -> Iterable[str]:
    """One line for each resource that changes, grouped by what happens to it, with the properties that differ."""
    # What can't be undone comes first, what is new comes last.
    for operation in (
        Operation.REPLACE,
        Operation.DELETE,
        Operation.FORGET,
        Operation.UPDATE,
        Operation.IMPORT,
        Operation.CREATE,
    ):
        yield from _group_lines(operation, [change for change in preview.changed if change.operation is operation])


def summary(preview: Preview, *, done: bool) -> str:
    """`12 to create, 1 to replace, 40 unchanged`."""
    return counted({operation.value: preview.count(operation) for operation in Operation}, done=done)


def counted(counts: Mapping[str, int], *, done: bool) -> str:
    """The same from numbers by operation, as the JSON has them."""
    words = _DONE if done else _TO_DO
    parts = [f"{count} {word}" for operation, word in words.items() if (count := counts.get(operation.value, 0))]
    return ", ".join(parts) or "nothing to do"


def remarks(preview: Preview) -> Iterable[str]:
    """Warnings of the engine, the program and the providers, each once; then what policies found."""
    seen: dict[str, None] = {}
    for diagnostic in preview.diagnostics:
        if diagnostic.severity is Severity.WARNING:
            name = diagnostic.urn.rpartition("::")[2]
            seen[f"warning: {name}: {diagnostic.message}" if name else f"warning: {diagnostic.message}"] = None
    for finding in preview.findings:
        seen[f"policy: {finding.policy}: {finding.message} ({finding.urn})"] = None
    return seen


def preview_record(preview: Preview) -> dict[str, Any]:
    """The whole Preview as plain JSON values; unchanged resources are counted, not listed."""
    return {
        "stack": preview.stack,
        "counts": {operation.value: count for operation in Operation if (count := preview.count(operation))},
        "changes": [_change_record(change) for change in preview.changed],
        "diagnostics": [
            {"severity": item.severity.value, "message": item.message, "urn": item.urn} for item in preview.diagnostics
        ],
        "policy_findings": [
            {"policy": item.policy, "mandatory": item.mandatory, "message": item.message, "urn": item.urn}
            for item in preview.findings
        ],
        "outputs": dict(preview.outputs),
    }


def output_lines(preview: Preview) -> Iterable[str]:
    """The stack's outputs, one value a line, by its dotted path."""
    values = [row for name, value in sorted(preview.outputs.items()) for row in _output_values(name, value)]
    width = max((len(path) for path, _ in values), default=0)
    for path, value in values:
        yield f"  {path:<{width}}  {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"


def _output_values(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for key, entry in cast("Mapping[str, object]", value).items():
            yield from _output_values(f"{path}.{key}", entry)
    else:
        yield path, value


def _group_lines(operation: Operation, changes: list[ResourceChange]) -> Iterable[str]:
    width = max((len(change.type) for change in changes), default=0)
    for change in sorted(changes, key=lambda item: (item.type, item.name)):
        yield f"{_SIGNS[operation]:>2} {change.type:<{width}}  {change.name}"
        for item in change.properties:
            yield _property_line(item)


def _property_line(change: PropertyChange) -> str:
    cause = "   (forces the replacement)" if change.replaces else ""
    old, new = _shown(change.old), _shown(change.new)
    values = {DiffKind.ADD: new, DiffKind.REMOVE: old, DiffKind.CHANGE: f"{old} -> {new}"}[change.kind]
    return f"      {_PROPERTY_SIGNS[change.kind]} {change.path}: {values}{cause}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = " ".join(text.split())
    return text if len(text) <= _VALUE_WIDTH else f"{text[: _VALUE_WIDTH - 1]}…"


def _change_record(change: ResourceChange) -> dict[str, Any]:
    return {
        "urn": change.urn,
        "type": change.type,
        "name": change.name,
        "parent": change.parent,
        "operation": change.operation.value,
        "protected": change.protected,
        "replace_reasons": list(change.replace_reasons),
        "properties": [
            {"path": item.path, "kind": item.kind.value, "replaces": item.replaces, "old": item.old, "new": item.new}
            for item in change.properties
        ],
    }
