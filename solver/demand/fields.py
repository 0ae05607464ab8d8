"""The declared type at a place of a demand: from a pydantic error's location to a path in the file and the type there.

A location also names the members of unions that were tried (`service`, `constrained-int`); a path has none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, Discriminator
from pydantic.fields import FieldInfo

DEFAULT_DISCRIMINATOR = "kind"
"""The key that tells members of a union apart where a function reads it, since it may be left out."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A type as a field declares it: bare, and with what is annotated to it."""

    bare: Any
    metadata: tuple[Any, ...] = ()
    discriminator: str | None = None

    @property
    def model(self) -> type[BaseModel] | None:
        """The type where it is a record."""
        return cast("type[BaseModel]", self.bare) if _is_model(self.bare) else None

    @property
    def members(self) -> tuple[Declared, ...]:
        """What a union may be, None apart; the type itself where it is no union."""
        if get_origin(self.bare) not in (Union, UnionType):
            return (self,)
        found: list[Declared] = []
        for member in get_args(self.bare):
            if member is not NoneType:
                found.extend(declared(member).members)
        return tuple(found)

    @property
    def is_tagged(self) -> bool:
        """A union whose members are told apart by one key."""
        return self.discriminator is not None

    def member_for(self, tag: object) -> Declared | None:
        """The member of a tagged union that has this tag."""
        for member in self.members:
            if member.model is not None and self.discriminator is not None:
                field = member.model.model_fields[self.discriminator]
                if str(tag) in [str(allowed) for allowed in get_args(field.annotation)]:
                    return member
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error is, in the words of the file."""

    path: tuple[str | int, ...]
    declared: Declared
    """The type of the value at `path`, or of its key."""
    is_key: bool = False
    """The key itself is wrong, not its value."""
    record: type[BaseModel] | None = None
    """The record that has, or should have, the last key."""
    is_member: bool = False
    """One member of an untagged union was tried and failed."""


def declared(annotation: Any) -> Declared:
    """An annotation, or a field, without its wrappings."""
    if isinstance(annotation, FieldInfo):
        inner = declared(annotation.annotation)
        metadata = (*inner.metadata, *annotation.metadata)
        tag = annotation.discriminator
        return Declared(inner.bare, metadata, tag if isinstance(tag, str) else inner.discriminator)
    if get_origin(annotation) is Annotated:
        bare, *notes = get_args(annotation)
        inner = declared(bare)
        metadata = list(inner.metadata)
        discriminator = inner.discriminator
        for note in notes:
            if isinstance(note, FieldInfo):
                metadata.extend(note.metadata)
                discriminator = note.discriminator if isinstance(note.discriminator, str) else discriminator
            elif isinstance(note, Discriminator):
                discriminator = DEFAULT_DISCRIMINATOR
            else:
                metadata.append(note)
        return Declared(inner.bare, tuple(metadata), discriminator)
    members = [member for member in get_args(annotation) if member is not NoneType]
    if get_origin(annotation) in (Union, UnionType) and len(members) == 1:
        return declared(members[0])
    return Declared(annotation)


def place_of(root: type[BaseModel], location: tuple[str | int, ...]) -> Place:
    """The place that a pydantic error's location means."""
    here = Declared(root)
    path: list[str | int] = []
    record: type[BaseModel] | None = None
    steps = list(location)
    is_member = False
    while steps:
        step = steps.pop(0)
        if here.is_tagged:
            here = here.member_for(step) or here
            continue
        if len(here.members) > 1:
            here = _member_tried(here, step)
            is_member = True
            continue
        if here.model is not None:
            record = here.model
            field = here.model.model_fields.get(str(step))
            here = declared(field) if field is not None else Declared(Any)
        elif get_origin(here.bare) is dict:
            if steps and steps[0] == "[key]":
                path.append(step)
                return Place(tuple(path), declared(get_args(here.bare)[0]), is_key=True)
            here, record = declared(get_args(here.bare)[1]), None
        elif get_origin(here.bare) is tuple:
            here, record = declared(get_args(here.bare)[0]), None
        else:
            here = Declared(Any)
        path.append(step)
        is_member = False
    return Place(tuple(path), here, record=record, is_member=is_member)


def _member_tried(union: Declared, name: str | int) -> Declared:
    """The member that pydantic names; lists are told from scalars by `tuple` in the name."""
    wants_list = "tuple[" in str(name)
    for member in union.members:
        if (get_origin(member.bare) is tuple) == wants_list:
            return member
    return union


def _is_model(bare: Any) -> bool:
    return isinstance(bare, type) and issubclass(bare, BaseModel)
