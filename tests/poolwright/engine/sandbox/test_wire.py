from __future__ import annotations

from google.protobuf import json_format, struct_pb2

from poolwright.engine.sandbox.values import UNKNOWN, Properties
from poolwright.engine.sandbox.wire import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_TEXT, decode, encode


def struct(values: dict[str, object]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


VALUES: Properties = {
    "text": "a",
    "whole": 3,
    "part": 1.5,
    "yes": True,
    "none": None,
    "list": [1, "b", []],
    "object": {"inner": {}},
    "unknown": UNKNOWN,
}


def test_values_come_back_as_they_went() -> None:
    decoded = decode(encode(VALUES))
    assert decoded.properties == VALUES
    assert decoded.secrets == frozenset()


def test_whole_numbers_are_integers() -> None:
    decoded = decode(struct({"n": 80.0})).properties["n"]
    assert decoded == 80 and isinstance(decoded, int)


def test_every_sentinel_is_unknown() -> None:
    texts = (UNKNOWN_TEXT, "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff")
    assert decode(struct({"n": list(texts)})).properties["n"] == [UNKNOWN] * 3


def test_secrets_are_unwrapped_and_remembered() -> None:
    signed = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": {"a": "word"}}
    decoded = decode(struct({"plain": [signed]}))
    assert decoded.properties == {"plain": [{"a": "word"}]}
    assert decoded.secrets == frozenset({("plain", 0)})


def test_secrets_are_wrapped_again_where_they_were() -> None:
    message = encode({"plain": [{"a": "word"}]}, [("plain", 0)])
    assert decode(message).secrets == frozenset({("plain", 0)})
    assert json_format.MessageToDict(message)["plain"][0][SIGNATURE_KEY] == SECRET_SIGNATURE


def test_an_asset_stays_the_object_that_it_is() -> None:
    asset = {SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "a"}
    assert decode(struct({"source": asset})).properties == {"source": asset}
