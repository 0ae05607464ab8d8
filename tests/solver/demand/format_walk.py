"""Every field of the demand format with a place in tests/solver/demand/whole.yaml, found by walking the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args, get_origin

from pydantic import BaseModel

from solver.demand.demand import Demand
from solver.demand.fields import Declared, declared

Path = tuple[str | int, ...]

# The entry of whole.yaml in which a mapping's records are tried, by the record.
ENTRIES = {
    "AwsSite": "main",
    "DockerSite": "edge",
    "DockerHost": "box",
    "Location": "europe",
    "Peer": "data",
    "Service": "web",
    "BatchJob": "report",
    "TrainingJob": "train",
    "Bucket": "documents",
    "Volume": "scratch",
    "FileSystem": "files",
    "Capacity": "launch",
    "Sidecar": "proxy",
    "Daemon": "agent",
    "Lustre": "corpus",
    "SecretWish": "api-token",
    "LoadEvent": "sale-day",
    "SyntheticCheck": "front",
}


@dataclass(frozen=True)
class FieldPlace:
    """A field of a record, and where the record stands in whole.yaml."""

    record: type[BaseModel]
    name: str
    path: Path
    declared: Declared

    @property
    def keys(self) -> list[str]:
        """`Record.field` for the record and the records that it extends, the most special first."""
        return [f"{each.__name__}.{self.name}" for each in self.record.__mro__ if self.name in _fields(each)]


def _fields(record: type) -> dict[str, object]:
    return getattr(record, "__annotations__", {})


def fields_of_the_format() -> Iterator[FieldPlace]:
    """Each field of each record, once; the fields that all workloads or claims have, once for each of their kinds."""
    yield from _walk(Demand, (), set())


def _walk(record: type[BaseModel], path: Path, seen: set[type[BaseModel]]) -> Iterator[FieldPlace]:
    if record in seen:
        return
    seen.add(record)
    for name, field in record.model_fields.items():
        kind = declared(field)
        yield FieldPlace(record, name, (*path, name), kind)
        yield from _below(kind, (*path, name), seen)


def _below(kind: Declared, path: Path, seen: set[type[BaseModel]]) -> Iterator[FieldPlace]:
    if kind.model is not None:
        yield from _walk(kind.model, path, seen)
    elif get_origin(kind.bare) is tuple:
        item = declared(get_args(kind.bare)[0])
        for number, member in enumerate(item.members if item.is_tagged else [item]):
            yield from _below(member, (*path, number), seen)
    elif get_origin(kind.bare) is dict:
        for member in declared(get_args(kind.bare)[1]).members:
            if member.model is not None:
                entry = ENTRIES.get(member.model.__name__, "gpu")
                yield from _walk(member.model, (*path, entry), seen)
