"""Fixtures of the sandbox's tests: an account of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.poolwright.engine.sandbox.harness import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """An empty account in eu-west-1."""
    return Sandbox(tmp_path)
