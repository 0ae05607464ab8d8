"""Fixtures of the sandbox's tests: an account of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """An empty account in eu-west-1."""
    return Sandbox(tmp_path)


@pytest.fixture
def estate(sandbox: Sandbox) -> Estate:
    """The account with a network: a VPC with two subnets, gateways, endpoints and a security group."""
    estate = Estate(sandbox)
    estate.network()
    return estate
