"""Which smoke tests a stack file may ask for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from solver.demand.smoke import SmokeTest


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "one of output, url and command is allowed"),
        ({"url": "https://example.org", "output": "main.url"}, "one of output, url and command is allowed"),
        ({"url": "https://example.org", "command": ("true",)}, "one of output, url and command is allowed"),
        ({"url": "https://example.org", "path": "/health"}, "path is allowed with output"),
        ({"command": ("true",), "path": "/health"}, "path is allowed with output"),
    ],
)
def test_a_smoke_test_asks_one_thing(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SmokeTest.model_validate(given)
