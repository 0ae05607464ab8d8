"""The provider as tests drive it: one call for each thing that a program does, refusals as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.diff import Difference
from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.provider import Provider
from poolwright.engine.sandbox.subject import NameWish, Refused, Subject
from poolwright.engine.sandbox.tokens import type_token
from poolwright.engine.sandbox.values import Path as ValuePath
from poolwright.engine.sandbox.values import Properties, Value

NO_SECRETS: frozenset[ValuePath] = frozenset()


@dataclass
class Made:
    """A resource that exists: what a program sees of it."""

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties

    def __getitem__(self, name: str) -> Value:
        return self.id if name == "id" else self.outputs[name]


class CheckFailed(Exception):
    """Check said no: a preview fails."""


class Sandbox:
    """One account in one region."""

    def __init__(self, root: Path, *, region: str = "eu-west-1", default_tags: dict[str, str] | None = None) -> None:
        self.root = root
        self.provider = Provider(Identity("123456789012", region, default_tags or {}), root)

    def subject(self, kind: str, name: str) -> Subject:
        token = type_token(kind)
        return Subject(urn=f"urn:pulumi:dev::shop::{token}::{name}", token=token, name=name)

    def failures(self, kind: str, name: str = "it", /, **inputs: Any) -> list[Failure]:
        """What Check says."""
        return self.provider.check(self.subject(kind, name), inputs, {}, NameWish()).failures

    def checked(self, kind: str, name: str, inputs: Properties, old: Properties | None = None) -> Properties:
        result = self.provider.check(self.subject(kind, name), inputs, old or {}, NameWish())
        if result.failures:
            raise CheckFailed("; ".join(f"{failure.path}: {failure.reason}" for failure in result.failures))
        return result.inputs

    def create(self, kind: str, name: str = "it", /, **inputs: Any) -> Made:
        """Check and create; CheckFailed or Refused when AWS would not."""
        checked = self.checked(kind, name, inputs)
        known = self.provider.create(self.subject(kind, name), checked, NO_SECRETS)
        return Made(kind, name, known.id, checked, known.outputs)

    def diff(self, made: Made, /, **inputs: Any) -> list[Difference]:
        """What changes when the program gives these inputs instead."""
        checked = self.checked(made.type, made.name, inputs, made.inputs)
        return self.provider.diff(self.subject(made.type, made.name), made.inputs, checked).differences

    def update(self, made: Made, /, **inputs: Any) -> Made:
        """Check and update."""
        checked = self.checked(made.type, made.name, inputs, made.inputs)
        subject = self.subject(made.type, made.name)
        known = self.provider.update(subject, made.id, made.outputs, checked, NO_SECRETS)
        return Made(made.type, made.name, known.id, checked, known.outputs)

    def delete(self, made: Made) -> None:
        """Delete."""
        self.provider.delete(self.subject(made.type, made.name), made.id, made.outputs)

    def refusal(self, kind: str, name: str = "it", /, **inputs: Any) -> str:
        """The words with which a creation is refused, in Check or by the cloud; fails the test when it is not."""
        try:
            self.create(kind, name, **inputs)
        except (CheckFailed, Refused) as refused:
            return str(refused)
        raise AssertionError(f"{kind} {name} was created")

    def refused_update(self, made: Made, /, **inputs: Any) -> str:
        """The words with which an update is refused."""
        try:
            self.update(made, **inputs)
        except (CheckFailed, Refused) as refused:
            return str(refused)
        raise AssertionError(f"{made.type} {made.name} was changed")

    def refused_deletion(self, made: Made) -> str:
        """The words with which a deletion is refused."""
        try:
            self.delete(made)
        except Refused as refused:
            return str(refused)
        raise AssertionError(f"{made.type} {made.name} was deleted")


@dataclass(frozen=True)
class Case:
    """Inputs that AWS takes, the change that makes it refuse them, and its code."""

    kind: str
    good: Mapping[str, Any]
    bad: Mapping[str, Any]
    code: str
    path: str = ""
    """The input that is blamed; empty where none is."""

    def show(self, sandbox: Sandbox) -> None:
        """Check takes the good inputs and refuses the others with the code, at the path."""
        assert sandbox.failures(self.kind, **self.good) == []
        changed = {name: value for name, value in {**self.good, **self.bad}.items() if value is not None}
        found = [(failure.path, failure.reason.partition(":")[0]) for failure in sandbox.failures(self.kind, **changed)]
        assert (self.path, self.code) in found, found


def cases(**named: Case) -> pytest.MarkDecorator:
    """A parameter `case` for each; the keyword is the sentence that the test shows."""
    return pytest.mark.parametrize("case", named.values(), ids=[name.replace("_", " ") for name in named])
