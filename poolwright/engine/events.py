"""From the engine's events, one by one as they come, to a Preview."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from poolwright.engine.preview import (
    Diagnostic,
    DiffKind,
    Operation,
    PolicyFinding,
    Preview,
    PropertyChange,
    ResourceChange,
    Severity,
    masked,
)

_OPERATIONS = {
    "same": Operation.SAME,
    "read": Operation.READ,
    "read-replacement": Operation.READ,
    "create": Operation.CREATE,
    "import": Operation.IMPORT,
    "import-replacement": Operation.REPLACE,
    "update": Operation.UPDATE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "discard-replaced": Operation.REPLACE,
    "remove-pending-replace": Operation.SAME,
    "delete": Operation.DELETE,
    "discard": Operation.FORGET,
    "refresh": Operation.REFRESH,
}


_FOUND_ON_PATH = re.compile(r"using pulumi-\S+ from \$PATH at ")


class EventReader:
    """Takes the engine's events one by one; `result` is what they amount to so far."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self._changes: dict[str, ResourceChange] = {}
        self._diagnostics: list[Diagnostic] = []
        self._findings: list[PolicyFinding] = []
        self._failed: dict[str, None] = {}
        self._outputs: Mapping[str, Any] = {}
        self.finished: int = 0
        """Steps that are done."""

    def read(self, event: Any) -> ResourceChange | None:
        """Reads one event of the Automation API and returns the change that it began or finished, if any."""
        if event.resource_pre_event is not None:
            return self._begin(event.resource_pre_event.metadata)
        if event.res_outputs_event is not None:
            return self._end(event.res_outputs_event.metadata)
        if event.res_op_failed_event is not None:
            self._failed[str(event.res_op_failed_event.metadata.urn)] = None
        elif event.diagnostic_event is not None:
            self._diagnose(event.diagnostic_event)
        elif event.policy_event is not None:
            policy = event.policy_event
            finding = PolicyFinding(
                policy=f"{policy.policy_pack_name}/{policy.policy_name}",
                mandatory=policy.enforcement_level == "mandatory",
                message=plain(policy.message),
                urn=policy.resource_urn or "",
            )
            self._findings.append(finding)
        return None

    def result(self) -> Preview:
        return Preview(
            stack=self._stack,
            changes=tuple(sorted(self._changes.values(), key=lambda change: change.urn)),
            diagnostics=tuple(self._diagnostics),
            findings=tuple(sorted(self._findings, key=lambda finding: (finding.policy, finding.urn, finding.message))),
            failed=tuple(sorted(self._failed)),
            outputs=self._outputs,
        )

    def _begin(self, metadata: Any) -> ResourceChange | None:
        change = change_of(metadata)
        if _is_default_provider(change):
            return None
        known = self._changes.get(change.urn)
        # A replacement comes as up to three steps; the one that says why must not be lost to the others.
        if known is not None and known.operation is Operation.REPLACE:
            tells_more = change.inputs or not known.inputs
            if not known.properties and change.operation is Operation.REPLACE and tells_more:
                self._changes[change.urn] = change
            return self._changes[change.urn]
        self._changes[change.urn] = change
        return change

    def _end(self, metadata: Any) -> ResourceChange | None:
        self.finished += 1
        state = metadata.new
        if metadata.type == "pulumi:pulumi:Stack" and state is not None and state.outputs:
            self._outputs = masked(dict(sorted(state.outputs.items())))
        change = self._changes.get(metadata.urn)
        if change is not None and change.operation is Operation.REFRESH:
            # A refresh says what it found only at its end.
            found = change_of(metadata)
            self._changes[metadata.urn] = found
            return found
        return change

    def _diagnose(self, event: Any) -> None:
        if event.ephemeral or event.severity == "debug":
            return
        message = plain(event.message)
        # That the sandbox's plugins are found on PATH is how it works, not a matter for a warning.
        if not message or _FOUND_ON_PATH.match(message):
            return
        severity = {"error": Severity.ERROR, "warning": Severity.WARNING}.get(event.severity, Severity.INFO)
        self._diagnostics.append(Diagnostic(severity=severity, message=message, urn=event.urn or ""))


def change_of(metadata: Any) -> ResourceChange:
    """One step of the engine as a change."""
    urn = str(metadata.urn)
    states = [state for state in (metadata.new, metadata.old) if state is not None]
    return ResourceChange(
        urn=urn,
        type=str(metadata.type),
        name=urn.rpartition("::")[2],
        parent=next((str(state.parent) for state in states if state.parent), ""),
        operation=_OPERATIONS.get(getattr(metadata.op, "value", str(metadata.op)), Operation.UPDATE),
        properties=_properties(metadata),
        protected=any(bool(state.protect) for state in states),
        id="" if metadata.old is None else str(metadata.old.id or ""),
        retained=any(bool(state.retain_on_delete) for state in states),
        inputs={} if metadata.new is None else masked(metadata.new.inputs or {}),
        before={} if metadata.old is None else masked({**(metadata.old.inputs or {}), **(metadata.old.outputs or {})}),
    )


def _is_default_provider(change: ResourceChange) -> bool:
    """Made by the engine itself for resources that name no provider; Pulumi's own display hides them as well."""
    return change.type.startswith("pulumi:providers:") and change.name.startswith("default")


def plain(message: str) -> str:
    """A message without the engine's colour marks."""
    return re.sub(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m", "", message).strip()


def _properties(metadata: Any) -> tuple[PropertyChange, ...]:
    old_state, new_state = metadata.old, metadata.new
    if old_state is None or new_state is None:
        return ()
    replacing = {str(key) for key in metadata.keys or ()}
    detailed: Mapping[str, Any] = metadata.detailed_diff or {}
    if not detailed:
        keys = sorted({str(key) for key in metadata.diffs or ()} | replacing)
        return tuple(
            _plain_change(key, key in replacing, old_state.inputs or {}, new_state.inputs or {}) for key in keys
        )
    changes: list[PropertyChange] = []
    for path in sorted(detailed):
        kind = str(getattr(detailed[path].diff_kind, "value", detailed[path].diff_kind))
        before = cast("dict[str, Any]", old_state.inputs or {})
        if not detailed[path].input_diff:
            before = cast("dict[str, Any]", old_state.outputs or {}) | before
        changes.append(
            PropertyChange(
                path=path,
                kind={"add": DiffKind.ADD, "delete": DiffKind.REMOVE}.get(kind.partition("-")[0], DiffKind.CHANGE),
                replaces=kind.endswith("-replace") or path in replacing,
                old=masked(look_up(before, path)),
                new=masked(look_up(new_state.inputs or {}, path)),
            )
        )
    return tuple(changes)


def _plain_change(key: str, replaces: bool, old: Mapping[str, Any], new: Mapping[str, Any]) -> PropertyChange:
    kind = DiffKind.ADD if key not in old else DiffKind.REMOVE if key not in new else DiffKind.CHANGE
    return PropertyChange(path=key, kind=kind, replaces=replaces, old=masked(old.get(key)), new=masked(new.get(key)))


_PATH_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')


def look_up(value: Any, path: str) -> Any:
    """The value at a property path (`a.b[0]["c.d"]`), None where there is none."""
    for quoted, index, name in _PATH_PART.findall(path):
        if index:
            entries = cast("Sequence[Any]", value) if isinstance(value, list) else ()
            value = entries[int(index)] if int(index) < len(entries) else None
        elif isinstance(value, Mapping):
            key = str(quoted).replace('\\"', '"') if quoted else str(name)
            value = cast("Mapping[str, Any]", value).get(key)
        else:
            return None
    return value
