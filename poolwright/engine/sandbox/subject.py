"""What the plugins are asked about, and what they answer, without the protocol's messages."""

from __future__ import annotations

from dataclasses import dataclass

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.diff import Difference
from poolwright.engine.sandbox.tokens import short_type
from poolwright.engine.sandbox.values import Path, Properties


class Refused(Exception):
    """The cloud said no, or was asked for something that it does not have."""


@dataclass(frozen=True)
class Checked:
    """Inputs with defaults, or what is wrong with them."""

    inputs: Properties
    failures: list[Failure]


@dataclass(frozen=True)
class DiffResult:
    """What changes, and whether the old resource goes before the new one comes."""

    differences: list[Difference]
    deletes_first: bool


@dataclass(frozen=True)
class Known:
    """A resource as the provider answers it."""

    id: str
    outputs: Properties
    inputs: Properties
    secrets: frozenset[Path]
    remarks: tuple[str, ...] = ()
    """What a reader should know of it, although AWS made it."""
    notes: tuple[str, ...] = ()
    """What a reader may want to know, and nothing is wrong with."""
    unready: tuple[str, ...] = ()
    """Why it does not work, although it exists: Pulumi keeps it, and tries again with the next update."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Which resource a request is about."""

    urn: str
    token: str
    name: str

    @property
    def type(self) -> str:
        """The type's short name."""
        return short_type(self.token)


@dataclass(frozen=True, kw_only=True)
class NameWish:
    """What the stack's configuration says about names that a program leaves open."""

    proposed: str | None = None
    none: bool = False
    seed: int = 0
    """A number of the engine's, another one for each resource that is made."""
