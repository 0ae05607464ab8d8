"""What the engine said it would do or did, and what a stack's state holds, as plain data.

Secrets never come this far: the engine itself replaces them in its events by `[secret]`, and what it marks as secret by
other means is masked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    id: str = ""
    """The cloud's name for it; empty for what is new."""
    retained: bool = False
    """A deletion takes it off the state and leaves it in the cloud."""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """As the program wants it, empty for what it no longer has; secrets masked, what is not known yet as UNKNOWN."""
    before: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """As the state holds it, inputs and what the cloud answered; empty for what is new."""

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
