"""Type token → properties: wire names, types, whether they are required; all from the SDK's annotations."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from poolwright.engine.sandbox.sdk_source import (
    PACKAGES,
    SourceFile,
    module_folder,
    module_of,
    resource_file,
    source_file,
)


class Primitive(Enum):
    """The scalar types of the wire, and the one that takes anything."""

    STRING = "a string"
    BOOLEAN = "a boolean"
    INTEGER = "an integer"
    NUMBER = "a number"
    ANY = "any value"


@dataclass(frozen=True)
class ListType:
    """A list of one type."""

    item: PropertyType


@dataclass(frozen=True)
class MapType:
    """An object with free keys and one type of value."""

    item: PropertyType


@dataclass(frozen=True)
class ObjectType:
    """A nested object: the SDK module and the input class that describe it."""

    module: str
    name: str


@dataclass(frozen=True)
class EnumType:
    """A closed word list of the SDK."""

    module: str
    name: str


@dataclass(frozen=True)
class UnionType:
    """One of several types."""

    members: tuple[PropertyType, ...]


PropertyType: TypeAlias = Primitive | ListType | MapType | ObjectType | EnumType | UnionType


@dataclass(frozen=True)
class Property:
    """One property as the SDK annotates it."""

    name: str
    """The wire's name, in camelCase."""
    type: PropertyType
    required: bool
    """For an input: it must be given. For an output: it always has a value."""


@dataclass(frozen=True)
class ResourceSchema:
    """A resource type's inputs and outputs."""

    token: str
    inputs: dict[str, Property]
    outputs: dict[str, Property]

    @functools.cached_property
    def computed(self) -> frozenset[str]:
        """Outputs that nobody can give: the cloud makes them."""
        return frozenset(self.outputs.keys() - self.inputs.keys())

    @functools.cached_property
    def settled(self) -> frozenset[str]:
        """Optional inputs that always come back with a value, given or not."""
        return frozenset(
            name
            for name, given in self.inputs.items()
            if not given.required and name in self.outputs and self.outputs[name].required
        )


_PARAMETER = re.compile(r"^ {17}(\w+): (.*?)( = None)?(?:,|\):)$", re.MULTILINE)
_GETTER = re.compile(
    r"@_builtins\.property\n    @pulumi\.getter(?:\(name=\"(\w+)\"\))?\n"
    r"(?:    @_utilities\.deprecated\(.*?\)\n)?    def (\w+)\(self\) -> (.*):$",
    re.MULTILINE,
)
_ARGUMENTS = re.compile(r"__props__ = (\w+)\.__new__\(")
_ENUM_VALUE = re.compile(r'^    \w+ = "(.*)"$', re.MULTILINE)
_SCALARS = {
    "str": Primitive.STRING,
    "bool": Primitive.BOOLEAN,
    "int": Primitive.INTEGER,
    "float": Primitive.NUMBER,
}


@functools.cache
def resource_schema(token: str) -> ResourceSchema | None:
    """The schema of a resource type; None for a token that the SDK does not have."""
    source = resource_file(token)
    if source is None:
        return None
    module = module_of(token)
    name = token.rpartition(":")[2]
    body = source.class_text(name)
    if body is None:
        return None
    # The arguments' class is `<Name>Args`, or `<Name>InitArgs` where a nested type has that name already.
    arguments = _ARGUMENTS.search(body)
    arguments_text = None if arguments is None else source.class_text(arguments.group(1))
    return ResourceSchema(token, _inputs(arguments_text or "", module), _outputs(body, module))


@functools.cache
def object_properties(kind: ObjectType) -> dict[str, Property] | None:
    """The properties of a nested input class; None when the SDK has no such class."""
    source = source_file(kind.module, "_inputs")
    body = None if source is None else source.class_text(kind.name)
    return None if body is None else _inputs(body, kind.module)


@functools.cache
def enum_values(kind: EnumType) -> tuple[str, ...]:
    """The words of a closed list, in the SDK's order."""
    body = _enum_text(kind.module, kind.name)
    return tuple(_ENUM_VALUE.findall(body or ""))


def provider_inputs(package: str = PACKAGES[0]) -> dict[str, Property]:
    """The configuration that the provider resource takes."""
    module = "index" if package == PACKAGES[0] else f"{package}:index"
    source = source_file(module, "provider")
    return {} if source is None else _inputs(source.class_text("ProviderArgs") or "", module)


def _enum_text(module: str, name: str) -> str | None:
    source: SourceFile | None = source_file(module, "_enums")
    return None if source is None else source.class_text(name)


def _inputs(body: str, module: str) -> dict[str, Property]:
    wire_names = {python: wire or python for wire, python, _ in _GETTER.findall(body)}
    signature, _, _ = body.partition("):\n")
    properties: dict[str, Property] = {}
    for python, annotation, optional in _PARAMETER.findall(signature + "):"):
        wire = wire_names.get(python, python)
        properties[wire] = Property(wire, _type(annotation, module), required=not optional)
    return properties


def _outputs(body: str, module: str) -> dict[str, Property]:
    properties: dict[str, Property] = {}
    for wire, python, annotation in _GETTER.findall(body):
        name = wire or python
        optional = annotation.startswith("pulumi.Output[Optional[")
        properties[name] = Property(name, _type(annotation, module), required=not optional)
    return properties


@functools.cache
def _type(annotation: str, module: str) -> PropertyType:
    return _convert(ast.parse(annotation, mode="eval").body, module)


def _convert(node: ast.expr, module: str) -> PropertyType:
    match node:
        case ast.Attribute(value=ast.Name(id="_builtins"), attr=name):
            return _SCALARS.get(name, Primitive.ANY)
        case ast.Constant(value=str(name)):
            return _named(name, module)
        case ast.Subscript(value=ast.Attribute(attr="Input" | "Output"), slice=inner):
            return _convert(inner, module)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _convert(inner, module)
        case ast.Subscript(value=ast.Name(id="Sequence"), slice=inner):
            return ListType(_convert(inner, module))
        case ast.Subscript(value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[_, inner])):
            return MapType(_convert(inner, module))
        case ast.Subscript(value=ast.Name(id="Union"), slice=ast.Tuple(elts=members)):
            return UnionType(tuple(_convert(member, module) for member in members))
        case _:
            # Any, assets and archives, references to other resources.
            return Primitive.ANY


def _named(name: str, module: str) -> PropertyType:
    prefix, _, short = name.rpartition(".")
    if prefix == "outputs":
        return ObjectType(module, short + "Args")
    home = module_folder(prefix.lstrip("_")) if prefix else module
    return EnumType(home, short) if _enum_text(home, short) is not None else ObjectType(home, short)
