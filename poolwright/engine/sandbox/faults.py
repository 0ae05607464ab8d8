"""Faults on request: a file names what goes wrong, for which type, how often.

    [{"kind": "throttling", "type": "ec2.Vpc", "action": "create", "times": 2}]

The file is named by POOLWRIGHT_SANDBOX_FAULTS; how often a fault has struck is kept beside the account's resources.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, cast

from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal

FAULTS_VARIABLE: Final = "POOLWRIGHT_SANDBOX_FAULTS"


class FaultKind(Enum):
    """What can go wrong on request."""

    THROTTLING = "throttling"
    INSUFFICIENT_CAPACITY = "insufficient-capacity"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: for a type, at an action, so many times."""

    kind: FaultKind
    type: str
    action: Action
    times: int

    @property
    def key(self) -> str:
        """What its strikes are counted under."""
        return f"fault:{self.kind.value}:{self.type}:{self.action.name}"

    def refusal(self) -> Refusal:
        """What AWS says then."""
        match self.kind:
            case FaultKind.THROTTLING:
                return Refusal("ThrottlingException", "Rate exceeded")
            case FaultKind.INSUFFICIENT_CAPACITY:
                return Refusal(
                    "InsufficientInstanceCapacity",
                    "We currently do not have sufficient capacity in the Availability Zone you requested. Our system "
                    "will be working on provisioning additional capacity.",
                )


class FaultFileError(Exception):
    """The fault file can't be read."""


def fault_file() -> Path | None:
    """The file that names the faults; None when none are asked for."""
    chosen = os.environ.get(FAULTS_VARIABLE)
    return Path(chosen) if chosen else None


def load_faults(path: Path) -> tuple[Fault, ...]:
    """The faults of a file, in its order."""
    try:
        entries = cast("list[dict[str, object]]", json.loads(path.read_text(encoding="utf-8")))
        return tuple(
            Fault(
                FaultKind(entry["kind"]),
                str(entry["type"]),
                Action[str(entry.get("action", "create")).upper()],
                int(str(entry.get("times", 1))),
            )
            for entry in entries
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        kinds = ", ".join(kind.value for kind in FaultKind)
        raise FaultFileError(
            f"{path}: a list of {{kind, type, action, times}} is expected, kind one of {kinds} ({error})"
        ) from error


def strike(
    faults: tuple[Fault, ...], change: Change, struck: Callable[[str], int], count: Callable[[str], None]
) -> Refusal | None:
    """The fault that hits this request, counted; None when it passes."""
    for fault in faults:
        if fault.type == change.type and fault.action is change.action and struck(fault.key) < fault.times:
            count(fault.key)
            return fault.refusal()
    return None
