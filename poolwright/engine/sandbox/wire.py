"""Values to and from the engine's Struct messages: unknown sentinels, secret objects, whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

from poolwright.engine.sandbox.values import UNKNOWN, Path, Properties, Unknown, Value

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's sentinel for an unknown value; it has one for each kind, and accepts this one for all."""
_UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


@dataclass(frozen=True)
class Decoded:
    """Properties in plain, and the paths that the engine sent as secrets."""

    properties: Properties
    secrets: frozenset[Path]


def decode(message: Any) -> Decoded:
    """The properties of a Struct message."""
    secrets: set[Path] = set()
    properties: Properties = {key: _value(value, (key,), secrets) for key, value in message.fields.items()}
    return Decoded(properties, frozenset(secrets))


def _value(message: Any, path: Path, secrets: set[Path]) -> Value:
    kind = message.WhichOneof("kind")
    if kind == "string_value":
        found: str = message.string_value
        return UNKNOWN if found in _UNKNOWN_TEXTS else found
    if kind == "number_value":
        figure: float = message.number_value
        return int(figure) if figure.is_integer() else figure
    if kind == "bool_value":
        truth: bool = message.bool_value
        return truth
    if kind == "struct_value":
        members = message.struct_value.fields
        if SIGNATURE_KEY in members:
            return _signed(members, path, secrets)
        return {key: _value(value, (*path, key), secrets) for key, value in members.items()}
    if kind == "list_value":
        return [_value(value, (*path, index), secrets) for index, value in enumerate(message.list_value.values)]
    return None


def _signed(members: Any, path: Path, secrets: set[Path]) -> Value:
    signature: str = members[SIGNATURE_KEY].string_value
    if signature == SECRET_SIGNATURE:
        secrets.add(path)
        return _value(members["value"], path, secrets)
    if signature == OUTPUT_SIGNATURE:
        if "secret" in members and members["secret"].bool_value:
            secrets.add(path)
        return _value(members["value"], path, secrets) if "value" in members else UNKNOWN
    # Assets, archives and resource references stay the objects that they are.
    return {key: _value(value, (*path, key), secrets) for key, value in members.items()}


def encode(properties: Mapping[str, Value], secrets: Iterable[Path] = ()) -> Any:
    """A Struct message; a value at a secret path travels in a secret object."""
    message = struct_pb2.Struct()
    marked = frozenset(secrets)
    for key, value in properties.items():
        _fill(message.fields[key], value, (key,), marked)
    return message


def _fill(message: Any, value: Value, path: Path, secrets: frozenset[Path]) -> None:
    if secrets and path in secrets:
        members = message.struct_value.fields
        members[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
        _fill(members["value"], value, path, secrets - {path})
    elif isinstance(value, Unknown):
        message.string_value = UNKNOWN_TEXT
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int | float):
        message.number_value = value
    elif isinstance(value, dict):
        # Touching the member makes an empty object an object instead of a null.
        members = message.struct_value.fields
        message.struct_value.SetInParent()
        for key, item in value.items():
            _fill(members[key], item, (*path, key), secrets)
    elif isinstance(value, list):
        message.list_value.SetInParent()
        for index, item in enumerate(value):
            _fill(message.list_value.values.add(), item, (*path, index), secrets)
    else:
        message.null_value = struct_pb2.NULL_VALUE
