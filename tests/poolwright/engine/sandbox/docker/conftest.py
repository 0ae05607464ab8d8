"""A provider for one host on a real Docker Engine; what a test makes is gone after it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from poolwright.engine.sandbox.docker.hosts import host_of
from poolwright.engine.sandbox.docker.provider import DockerProvider
from poolwright.engine.sandbox.subject import Known, NameWish, Subject
from poolwright.engine.sandbox.tokens import type_token
from poolwright.engine.sandbox.values import Properties

NO_SECRETS: frozenset[Any] = frozenset()
NUMBERS = itertools.count()
SLEEPS = ["sh", "-c", "trap exit TERM; while :; do sleep 0.1; done"]


def subject(kind: str, name: str) -> Subject:
    token = type_token(f"docker.{kind}")
    return Subject(urn=f"urn:pulumi:dev::testing::{token}::{name}", token=token, name=name)


def checked(provider: DockerProvider, kind: str, inputs: dict[str, Any], name: str = "thing") -> Properties:
    """The inputs as Check fills them in; they must be right."""
    result = provider.check(subject(kind, name), inputs, {}, NameWish(seed=7))
    assert result.failures == []
    return result.inputs


@dataclass
class Host:
    """One host's provider, and what was made with it."""

    provider: DockerProvider
    client: Any
    image: str
    prefix: str
    made: list[tuple[Subject, Known]] = field(default_factory=list[tuple[Subject, Known]])

    def name(self, short: str) -> str:
        """A name that nobody else has on the engine."""
        return f"{self.prefix}-{short}"

    def make(self, kind: str, short: str, **inputs: Any) -> Known:
        """Checks and creates; `name` is made of the short one."""
        return self.make_of(kind, short, {"name": self.name(short), **inputs})

    def run(self, short: str, **inputs: Any) -> Known:
        """A container that runs until it is told to end."""
        return self.make("Container", short, **{"image": self.image, "command": SLEEPS, **inputs})

    def make_of(self, kind: str, short: str, inputs: dict[str, Any]) -> Known:
        about = subject(kind, self.name(short))
        known = self.provider.create(about, checked(self.provider, kind, inputs, about.name), NO_SECRETS)
        self.made.append((about, known))
        return known

    def read(self, kind: str, short: str, known: Known) -> Known | None:
        about = subject(kind, self.name(short))
        return self.provider.read_against(about, known.id, known.outputs, known.inputs)

    def update(self, kind: str, short: str, known: Known, **changed: Any) -> Known:
        about = subject(kind, self.name(short))
        inputs = {**known.inputs, **changed}
        return self.provider.update(about, known.id, known.outputs, inputs, NO_SECRETS)

    def delete(self, kind: str, short: str, known: Known) -> None:
        self.provider.delete(subject(kind, self.name(short)), known.id, known.outputs)

    def container(self, known: Known) -> Any:
        """The container as the SDK sees it now."""
        return self.client.containers.get(known.id)

    def clear(self) -> None:
        """Removes everything, the newest first."""
        for about, known in reversed(self.made):
            self.provider.delete(about, known.id, known.outputs)


@pytest.fixture
def host(docker_client: Any, small_image: str) -> Generator[Host]:
    """A host that is reached by ssh, and that the engine of the tests stands in for."""
    # Several runs of the tests may share an engine.
    own = f"pw-test-{os.getpid()}-{next(NUMBERS)}"
    fresh = Host(DockerProvider(host_of({"host": f"ssh://deploy@{own}"}), {}), docker_client, small_image, own)
    yield fresh
    fresh.clear()
