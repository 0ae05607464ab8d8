"""Gate: one question that must be answered with yes before a change is built, its answer, and who may overrule a no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import GateId

Facts = TypeVar("Facts")


class GateResult(StrEnum):
    """What a gate says."""

    PASS = "pass"
    FAIL = "fail"
    SKIPPED = "skipped"
    """Nothing was asked of it, or it is switched off."""
    OVERRIDDEN = "overridden"
    """It says no, and somebody answers for that."""


class Overrule(Schema):
    """Who answers for a gate that says no, or that is not asked."""

    reason: str
    """Why the change is built all the same."""
    owner: str = ""
    """Who answers for it; empty where the gate is switched off for all."""
    expires: date | None = None
    """Last day on which it counts; None: for this promotion alone."""
    place: str = ""
    """File and line where it stands; empty: it was given with the command."""


class GateAnswer(Schema):
    """One gate's answer."""

    id: GateId
    """Which gate."""
    title: str = ""
    """What is true where it says yes."""
    passed: bool
    """Whether the change may go on: pass, skipped and overridden."""
    result: GateResult = GateResult.PASS
    """What it says."""
    evidence: str
    """What it was decided by, in a sentence."""
    details: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """One line for each thing that it is about: a resource, an image, a quota."""
    override: Overrule | None = Field(default=None, exclude_if=is_empty)
    """Who answers for it."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a gate finds in the facts."""

    passed: bool
    evidence: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotAsked:
    """Why there is nothing for a gate to decide."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Gate(Generic[Facts]):
    """One question."""

    id: GateId
    """Short and stable: overrides name it."""
    title: str
    """What is true where it says yes, as a sentence."""
    ask: Callable[[Facts], Found | NotAsked]
    """Decides by the facts."""
    in_review: bool = False
    """Whether a review asks it too: it needs no other stack."""


def answer(gate: Gate[Facts], facts: Facts, *, off: Overrule | None, override: Overrule | None) -> GateAnswer:
    """What the gate says of the facts, unless it is switched off; a no that somebody answers for is none."""
    if off is not None:
        return GateAnswer(
            id=gate.id,
            title=gate.title,
            passed=True,
            result=GateResult.SKIPPED,
            evidence=f"switched off: {off.reason}",
            override=off,
        )
    found = gate.ask(facts)
    if isinstance(found, NotAsked):
        return GateAnswer(id=gate.id, title=gate.title, passed=True, result=GateResult.SKIPPED, evidence=found.reason)
    result = GateResult.PASS if found.passed else GateResult.FAIL
    if not found.passed and override is not None:
        result = GateResult.OVERRIDDEN
    return GateAnswer(
        id=gate.id,
        title=gate.title,
        passed=result is not GateResult.FAIL,
        result=result,
        evidence=found.evidence,
        details=found.details,
        override=override if result is GateResult.OVERRIDDEN else None,
    )
