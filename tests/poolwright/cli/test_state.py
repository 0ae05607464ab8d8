"""`poolwright state bootstrap` as a user types it, on a stand-in for S3 and KMS."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from poolwright.cli import main
from poolwright.engine.state_bucket import BUCKET_ALIAS, StateBucket, StateOf, bucket_policy, key_alias, keys

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT = "123456789012"
STACKS = ("--stack", "dev", "--stack", "prod")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.chdir(ROOT)
    with mock_aws():
        yield


def bootstrap(*more: str) -> int:
    return main.run(["state", "bootstrap", "--region", "eu-west-1", *STACKS, *more])


def client(service: str) -> Any:
    return cast("Any", boto3).client(service, region_name="eu-west-1")


@pytest.mark.usefixtures("aws")
def test_the_bucket_is_private_versioned_encrypted_and_asks_for_tls(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap("--json") == 0
    made = json.loads(capsys.readouterr().out)
    name = f"poolwright-state-{ACCOUNT}-eu-west-1"
    assert made["backend_url"] == f"s3://{name}?region=eu-west-1&awssdk=v2"
    assert made["secrets_providers"]["prod"] == "awskms://alias/poolwright-state-prod?region=eu-west-1&awssdk=v2"
    s3 = client("s3")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    key = client("kms").describe_key(KeyId=BUCKET_ALIAS)["KeyMetadata"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    denied = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert [each["Condition"] for each in denied] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    for stack in ("dev", "prod"):
        assert client("kms").get_key_rotation_status(KeyId=_key_id(stack))["KeyRotationEnabled"]


def _key_id(stack: str) -> str:
    return str(client("kms").describe_key(KeyId=key_alias(stack))["KeyMetadata"]["KeyId"])


@pytest.mark.usefixtures("aws")
def test_again_nothing_is_done_and_what_someone_changed_is_put_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap("--bucket", "states") == 0
    first = _key_id("dev")
    capsys.readouterr()
    assert bootstrap("--bucket", "states", "--json") == 0
    assert {step["done"] for step in json.loads(capsys.readouterr().out)["steps"]} == {"unchanged"}
    client("s3").put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Suspended"})
    assert bootstrap("--bucket", "states", "--grant", "dev", "--json") == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert [step["what"] for step in steps if step["done"] != "unchanged"] == [
        f"key {BUCKET_ALIAS}",
        f"key {key_alias('dev')}",
        "bucket_versioning",
        "bucket_policy",
    ]
    assert _key_id("dev") == first


@pytest.mark.usefixtures("aws")
def test_with_object_lock_no_version_is_deleted_for_some_days() -> None:
    assert bootstrap("--bucket", "locked", "--object-lock-days", "14") == 0
    found = client("s3").get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]
    retention = found["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Days"]) == ("GOVERNANCE", 14)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--account", "999999999999"), ACCOUNT),
        (("--bucket", "No Name"), "--bucket"),
        (("--grant", "staging"), "--grant"),
        (("--stack", "nowhere"), "no stack nowhere"),
    ],
)
def test_a_mistake_makes_nothing(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap(*arguments) == 2
    assert said in capsys.readouterr().err
    assert client("s3").list_buckets()["Buckets"] == []


def test_a_job_reads_and_writes_the_state_of_its_own_stack_alone() -> None:
    stacks = tuple(StateOf(stack=name, look_role=f"{name}-look", up_role=f"{name}-up") for name in ("dev", "prod"))
    wanted = StateBucket(
        bucket="states",
        region="eu-west-1",
        account_id=ACCOUNT,
        project="shop",
        stacks=stacks,
        granted=frozenset({"dev", "prod"}),
    )
    writes = [each for each in bucket_policy(wanted)["Statement"] if "s3:PutObject" in each["Action"]]
    for name, statement in zip(("dev", "prod"), writes, strict=True):
        assert statement["Principal"] == {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}-up/poolwright"}
        assert all(f"/shop/{name}" in resource for resource in statement["Resource"])
    policy = json.dumps(keys(wanted)[key_alias("prod")])
    assert "prod-look/poolwright" in policy
    assert "dev-" not in policy
