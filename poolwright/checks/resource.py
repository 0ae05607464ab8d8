"""Resource: one resource as its program wants it, as plain data, from a preview, a policy pack or a recording."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from poolwright.engine.preview import MASK, UNKNOWN, Operation, Preview
from solver.vocabulary import SiteKind

_NOT_TO_BE_READ = (UNKNOWN, MASK)
_GONE = (Operation.DELETE, Operation.FORGET)


class NotKnownError(Exception):
    """A value that a check asks for is known only once the cloud has answered, or is a secret."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a program."""

    urn: str
    """As the engine names it; it holds the types of all parents."""
    type: str
    """Token, `aws:ec2/vpc:Vpc`."""
    name: str
    """Logical name."""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Camel case, as the provider gets them; values that are not known yet are UNKNOWN."""
    id: str = ""
    """The cloud's name for it; empty before it exists."""
    protected: bool = False
    """The engine refuses to delete it."""

    @property
    def pool(self) -> str:
        """Kind of the component that it belongs to, `StoragePool`; empty outside Poolwright's components."""
        for kind in SiteKind:
            _, found, rest = self.urn.partition(f"poolwright:{kind}:")
            if found:
                return rest.partition("$")[0].partition("::")[0]
        return ""

    @property
    def workload(self) -> str | None:
        """The workload that its tags, or on Docker its labels, name."""
        tags = self.inputs.get("tags")
        if isinstance(tags, Mapping):
            return cast("Mapping[str, str]", tags).get("workload")
        return self.labels.get("workload")

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of what is made on a Docker host; empty for anything else."""
        given = self.inputs.get("labels")
        entries = cast("Sequence[Any]", given) if isinstance(given, list) else ()
        return {
            str(cast("Mapping[str, Any]", each).get("label")): str(cast("Mapping[str, Any]", each).get("value"))
            for each in entries
            if isinstance(each, Mapping)
        }

    def get(self, path: str, default: Any = None) -> Any:
        """The value at a dotted path; NotKnownError when it, or what holds it, is not known yet."""
        value: Any = self.inputs
        for step in path.split("."):
            if not isinstance(value, Mapping):
                return default
            value = readable(cast("Mapping[str, Any]", value).get(step))
        return default if value is None else value

    def known(self, path: str) -> bool:
        """Whether `get` has an answer now."""
        try:
            self.get(path)
        except NotKnownError:
            return False
        return True

    def holds(self, path: str) -> bool:
        """Whether the value is true, which the wire has as a boolean or as a word."""
        return is_true(self.get(path))

    def denies(self, path: str) -> bool:
        """Whether the value is given and is false."""
        value = self.get(path)
        return value is not None and not is_true(value)

    def mappings(self, path: str) -> list[Mapping[str, Any]]:
        """A list of mappings; empty where there is none."""
        value = self.get(path)
        entries = cast("Sequence[Any]", value) if isinstance(value, list) else ()
        return [cast("Mapping[str, Any]", readable(entry)) for entry in entries]

    def document(self, path: str) -> Mapping[str, Any]:
        """A property that holds JSON, as a mapping; empty where there is none."""
        return cast("Mapping[str, Any]", parsed(self.get(path)) or {})


def readable(value: Any) -> Any:
    """The value itself; NotKnownError for one that is not known yet or secret."""
    if isinstance(value, str) and value in _NOT_TO_BE_READ:
        raise NotKnownError(value)
    return value


def part(value: Any, key: str) -> Mapping[str, Any]:
    """A mapping within a mapping; empty where there is none."""
    inner = readable(cast("Mapping[str, Any]", value).get(key)) if isinstance(value, Mapping) else None
    return cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}


def words(value: Any, key: str) -> list[str]:
    """A word or words within a mapping, as a list."""
    return listed(cast("Mapping[str, Any]", value).get(key)) if isinstance(value, Mapping) else []


def is_true(value: Any) -> bool:
    """Whether a value of the wire is true; some properties are booleans in words."""
    return readable(value) is True or value == "true"


def parsed(text: Any) -> Any:
    """What a JSON text holds; NotKnownError for one with a part that is not known yet."""
    value = readable(text)
    if not isinstance(value, str):
        return value
    if any(word in value for word in _NOT_TO_BE_READ):
        raise NotKnownError(value)
    return json.loads(value)


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of an IAM policy document, one or many."""
    found: Any = document.get("Statement") or []
    if isinstance(found, Mapping):
        return [cast("Mapping[str, Any]", found)]
    return list(cast("Sequence[Mapping[str, Any]]", found))


def listed(value: Any) -> list[str]:
    """A word or a list of words, as IAM documents have them, as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(entry) for entry in cast("Sequence[Any]", value)]


def resources_of(preview: Preview) -> tuple[Resource, ...]:
    """The resources that a stack has after what was previewed, components left out."""
    return tuple(
        Resource(
            urn=change.urn,
            type=change.type,
            name=change.name,
            inputs=change.inputs,
            id=change.id,
            protected=change.protected,
        )
        for change in preview.changes
        if change.operation not in _GONE and is_custom(change.type)
    )


def is_custom(type_: str) -> bool:
    """Whether a type is a resource of a cloud or its provider, not a component or the stack itself."""
    return type_.startswith("pulumi:providers:") or not type_.startswith(("pulumi:", "poolwright:"))
