"""Asks the sandbox's provider, which has the real one's schema, whether it takes what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.provider import Provider
from poolwright.engine.sandbox.subject import NameWish, Subject
from tests.components import plans
from tests.recorder import Recording


def refusals(recording: Recording[Any], folder: Path) -> list[str]:
    """Names, properties and reasons: unknown properties, wrong types, missing ones."""
    provider = Provider(Identity(plans.ACCOUNT_ID, plans.REGION, {}), folder)
    return [
        f"{record.name} {failure.path}: {failure.reason}"
        for record in recording.custom()
        if record.type.startswith("aws:")
        for failure in provider.check(
            Subject(urn=record.urn, token=record.type, name=record.name),
            cast("dict[str, Any]", whole_numbers(dict(record.inputs))),
            {},
            NameWish(),
        ).failures
    ]


def whole_numbers(value: Any) -> Any:
    """The wire has one kind of number; 3.0 was 3."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {key: whole_numbers(entry) for key, entry in entries.items()}
    return [whole_numbers(entry) for entry in cast("list[Any]", value)] if isinstance(value, list) else value
