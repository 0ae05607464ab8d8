"""What the cloud answers when the engine asks it for every resource of a state, as plain data; nothing is changed.

The engine's own list of changes leaves out what the program ignores (the number of machines that an autoscaler keeps)
and what nobody can set, so a refresh preview's events are read for what was known and what is answered now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from poolwright.engine.preview import masked


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One resource: what the state has of it, and what the cloud says."""

    urn: str
    type: str
    """Its type token."""
    name: str
    id: str
    protected: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """As the program gave them last; secrets masked."""
    known: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the cloud answered last time; secrets masked."""
    now: Mapping[str, Any] | None = None
    """What it answers today; None when the resource is gone."""


class RefreshReader:
    """Takes the events of a refresh preview one by one."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {}

    def read(self, event: Any) -> None:
        """Keeps what one event says of a resource that the cloud was asked for."""
        if event.res_outputs_event is None:
            return
        metadata = event.res_outputs_event.metadata
        reading = reading_of(metadata)
        if reading is not None:
            self._readings[reading.urn] = reading

    def result(self) -> tuple[Reading, ...]:
        """Every resource of the state that a cloud has, ordered by URN."""
        return tuple(self._readings[urn] for urn in sorted(self._readings))


def reading_of(metadata: Any) -> Reading | None:
    """One step of a refresh; None for what no cloud has: components, providers, what the program only reads."""
    kind, before, after = str(metadata.type), metadata.old, metadata.new
    if before is None or not before.custom or kind.startswith("pulumi:"):
        return None
    urn = str(metadata.urn)
    return Reading(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        id=str(before.id or ""),
        protected=bool(before.protect),
        inputs=masked(before.inputs or {}),
        known=masked(before.outputs or {}),
        now=None if after is None else masked(after.outputs or {}),
    )
