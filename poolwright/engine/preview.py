"""What the engine said it would do or did, as plain data: from its events to changes, diagnostics and outputs.

Secrets never come this far: the engine itself replaces them in its events by `[secret]`, and what it marks as secret by
other means is masked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

MASK = "[secret]"
UNKNOWN = "[known after up]"

_UNKNOWN_VALUES = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""How the engine writes a bool, number, string, list, asset, archive or object that is not known yet."""
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
"""Pulumi's wire format: an object with this key and value is a secret."""


class Operation(StrEnum):
    """What happens to one resource."""

    SAME = "same"
    READ = "read"
    CREATE = "create"
    IMPORT = "import"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    REFRESH = "refresh"
    FORGET = "forget"
    """Leaves the state and stays in the cloud."""


class DiffKind(StrEnum):
    """What happens to one property."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class Severity(StrEnum):
    """How bad a diagnostic is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """One property that changes."""

    path: str
    """As the engine writes it: `tags.Name`, `ingress[0].fromPort`."""
    kind: DiffKind
    replaces: bool
    """Whether this change alone makes the cloud replace the resource."""
    old: Any = None
    new: Any = None


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """What happens to one resource."""

    urn: str
    type: str
    name: str
    parent: str
    """URN of the parent, empty for none."""
    operation: Operation
    properties: tuple[PropertyChange, ...] = ()
    protected: bool = False

    @property
    def replace_reasons(self) -> tuple[str, ...]:
        """Paths of the properties that force a replacement."""
        return tuple(change.path for change in self.properties if change.replaces)


@dataclass(frozen=True, kw_only=True)
class ResourceRecord:
    """One resource as the stack's state holds it."""

    urn: str
    type: str
    name: str
    parent: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    protected: bool
    external: bool
    """Read, not managed."""


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One message of the engine, the program or a provider."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyFinding:
    """One finding of a policy pack."""

    policy: str
    mandatory: bool
    message: str
    urn: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the engine would do (after `preview`) or did (after `up`, `refresh`, `destroy`) with a stack."""

    stack: str
    changes: tuple[ResourceChange, ...]
    """Every resource the engine looked at, `same` among them, ordered by URN."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """In the order in which they came."""
    findings: tuple[PolicyFinding, ...] = ()
    failed: tuple[str, ...] = ()
    """URNs of resources whose operation failed."""
    outputs: Mapping[str, Any]
    """The stack's outputs, secrets masked."""

    @property
    def changed(self) -> tuple[ResourceChange, ...]:
        """Changes but for those that touch nothing."""
        untouched = (Operation.SAME, Operation.READ, Operation.REFRESH)
        return tuple(change for change in self.changes if change.operation not in untouched)

    def count(self, operation: Operation) -> int:
        return sum(change.operation is operation for change in self.changes)


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
            if not known.properties and change.operation is Operation.REPLACE:
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
    )


def _is_default_provider(change: ResourceChange) -> bool:
    """Made by the engine itself for resources that name no provider; Pulumi's own display hides them as well."""
    return change.type.startswith("pulumi:providers:") and change.name.startswith("default")


def plain(message: str) -> str:
    """A message without the engine's colour marks."""
    return re.sub(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m", "", message).strip()


def masked(value: Any) -> Any:
    """A value with secrets and values that are not known yet replaced by words."""
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWN_VALUES else value
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value)
        if entries.get(_SIGNATURE) == _SECRET_SIGNATURE:
            return MASK
        return {key: masked(entry) for key, entry in entries.items() if not key.startswith("__")}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [masked(entry) for entry in cast("Sequence[Any]", value)]
    return value


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


def records_of(deployment: Mapping[str, Any]) -> tuple[ResourceRecord, ...]:
    """The resources of an exported state, ordered by URN."""
    resources = cast("Sequence[Mapping[str, Any]]", deployment.get("resources") or ())
    return tuple(
        sorted(
            (
                ResourceRecord(
                    urn=str(resource["urn"]),
                    type=str(resource["type"]),
                    name=str(resource["urn"]).rpartition("::")[2],
                    parent=str(resource.get("parent", "")),
                    id=str(resource.get("id", "")),
                    inputs=masked(resource.get("inputs") or {}),
                    outputs=masked(resource.get("outputs") or {}),
                    protected=bool(resource.get("protect", False)),
                    external=bool(resource.get("external", False)),
                )
                for resource in resources
                if not resource.get("delete")
            ),
            key=lambda record: record.urn,
        )
    )
