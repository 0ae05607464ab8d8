from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.engine.sandbox.quotas import QUOTAS_VARIABLE, QuotaFileError, load_quotas
from tests.poolwright.engine.sandbox.harness import Sandbox


def test_a_region_has_five_vpcs(sandbox: Sandbox) -> None:
    for number in range(5):
        sandbox.create("ec2.Vpc", f"v{number}", cidrBlock="10.0.0.0/16")
    words = sandbox.refusal("ec2.Vpc", "sixth", cidrBlock="10.0.0.0/16")
    assert "VpcLimitExceeded: The maximum number of VPCs has been reached. (quota vpcs: 5, vpc L-F678F1CE)" in words
    sandbox.create("ec2.Vpc", "far", cidrBlock="10.0.0.0/16", region="us-east-1")


def test_a_region_has_five_addresses(sandbox: Sandbox) -> None:
    for number in range(5):
        sandbox.create("ec2.Eip", f"a{number}")
    assert "AddressLimitExceeded" in sandbox.refusal("ec2.Eip", "sixth")


def test_a_file_raises_a_quota(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "quotas.json"
    file.write_text(json.dumps({"elastic-ips": 6}))
    monkeypatch.setenv(QUOTAS_VARIABLE, str(file))
    for number in range(6):
        sandbox.create("ec2.Eip", f"a{number}")
    assert "AddressLimitExceeded" in sandbox.refusal("ec2.Eip", "seventh")


def test_a_quota_that_does_not_exist_is_named(tmp_path: Path) -> None:
    file = tmp_path / "quotas.json"
    file.write_text(json.dumps({"vpc": 6, "elastic-ips": "many"}))
    with pytest.raises(QuotaFileError, match="elastic-ips, vpc: whole numbers of"):
        load_quotas(file)
