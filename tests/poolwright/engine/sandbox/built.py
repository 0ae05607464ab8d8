"""A stack's program run against the sandbox's provider without an engine: each resource is made, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from poolwright.engine.sandbox.subject import Refused
from poolwright.engine.sandbox.tokens import short_type
from tests.components.aws.provider_check import whole_numbers
from tests.poolwright.engine.sandbox.harness import CheckFailed, Made, Sandbox
from tests.poolwright.engine.sandbox.mutations import Mutation
from tests.recorder import record

OF_THE_PROVIDER = ("__defaults", "tagsAll")


class Built:
    """What a program made in an account of its own."""

    def __init__(self, program: Callable[[], object], folder: Path, *, region: str) -> None:
        self.sandbox = Sandbox(folder, region=region)
        self.made: list[Made] = []
        self._one_at_a_time = Lock()
        record(program, stack="dev", make=self._make)

    def _make(self, token: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        with self._one_at_a_time:
            made = self.sandbox.create(short_type(token), name, **whole_numbers(inputs))
            self.made.append(made)
        return made.id, dict(made.outputs)

    def those(self, mutation: Mutation) -> list[Made]:
        """The resources that a mutation would break, by name."""
        fitting = [each for each in self.made if each.type == mutation.type and mutation.applies(each.inputs)]
        return sorted(fitting, key=lambda each: each.name)

    def answer(self, made: Made, mutation: Mutation) -> str:
        """What the cloud says to the change: the words of its refusal, or what it did."""
        inputs = mutation.of({key: value for key, value in made.inputs.items() if key not in OF_THE_PROVIDER})
        try:
            if not mutation.path:
                self.sandbox.create(made.type, "again", **inputs)
                return "made a second one"
            found = self.sandbox.diff(made, **inputs)
            if any(each.replaces for each in found):
                self.sandbox.create(made.type, "replacement", **inputs)
                return "made a replacement"
            self.sandbox.update(made, **inputs)
            return "changed it" if found else "saw no change"
        except (CheckFailed, Refused) as refused:
            return str(refused)
