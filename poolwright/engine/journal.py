"""What an `up` has begun to create: written down before the cloud's answer, so that a lost answer loses no resource.

The engine's own record, the pending operations of the state, has only what was under way when the engine was killed;
it forgets a creation whose plugin crashed or whose answer never came, and all that a full disk kept out of the state.
One file for each stack, in the sandbox's working files; it is there only after a command that failed or was killed.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PROVIDER = "pulumi:providers:"
_DOUBT = '{"doubt": true}'
_CREATES = ("create", "create-replacement")


@dataclass(frozen=True, kw_only=True)
class Begun:
    """One resource that was to be created, as the state would have it but for what the cloud answers."""

    urn: str
    type: str
    custom: bool
    parent: str
    provider: str
    """URN and id of its provider."""
    protect: bool
    retain: bool
    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of a provider alone: the cloud knows all others."""


class Journal:
    """The creations that a stack's command has begun."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, event: Any) -> None:
        """Writes down a creation that an event of the engine says is to begin."""
        if event.resource_pre_event is None:
            return
        step = event.resource_pre_event.metadata
        if step.new is None or getattr(step.op, "value", str(step.op)) not in _CREATES:
            return
        begun = Begun(
            urn=str(step.urn),
            type=str(step.type),
            custom=bool(step.new.custom),
            parent=str(step.new.parent or ""),
            provider=str(step.new.provider or ""),
            protect=bool(step.new.protect),
            retain=bool(step.new.retain_on_delete),
            inputs=dict(step.new.inputs or {}) if str(step.type).startswith(PROVIDER) else {},
        )
        self._write(json.dumps(asdict(begun)))

    def doubt(self) -> None:
        """Writes down that an answer never came, so that what was to change or go may have done so."""
        self._write(_DOUBT)

    def has_doubt(self) -> bool:
        """Whether the state may not know what the cloud has done."""
        try:
            return _DOUBT in self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return False

    def read(self) -> tuple[Begun, ...]:
        """What was begun, in that order, each resource once; a line that was cut off is left out."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return ()
        found: dict[str, Begun] = {}
        for line in lines:
            with contextlib.suppress(ValueError, TypeError):
                begun = Begun(**json.loads(line))
                found[begun.urn] = begun
        return tuple(found.values())

    def clear(self) -> None:
        """Forgets everything: what was begun has ended, or was looked for."""
        self._path.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        # The engine itself says that a disk is full. The line before may have been cut off.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as out:
                out.write(f"\n{line}\n")
