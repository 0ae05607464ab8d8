"""Secrets and values that are not known yet; the resources of a state."""

from __future__ import annotations

from poolwright.engine.preview import MASK, masked, records_of

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAAA"}


def test_masking_reaches_into_lists_and_drops_the_engines_own_keys() -> None:
    assert masked({"a": [SECRET, {"b": SECRET}], "__defaults": ["a"]}) == {"a": [MASK, {"b": MASK}]}


def test_records_are_the_living_resources_of_a_state() -> None:
    deployment = {
        "resources": [
            {"urn": "urn:b", "type": "t", "inputs": {"p": SECRET}, "protect": True},
            {"urn": "urn:a::name", "type": "t", "id": "i", "external": True},
            {"urn": "urn:a::name", "type": "t", "delete": True},
        ]
    }

    first, second = records_of(deployment)

    assert (first.name, first.id, first.external, first.protected) == ("name", "i", True, False)
    assert (second.inputs, second.protected) == ({"p": MASK}, True)
    assert records_of({}) == ()
