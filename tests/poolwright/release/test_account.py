"""What AWS is asked before a promotion, with botocore's own stub in AWS's place: its shapes are AWS's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from poolwright.release.account import AwsAccount, KnownImage, SandboxAccount, account_of
from solver.vocabulary import ImageProof

DIGEST = f"sha256:{'a' * 64}"
SIGNATURE = f"sha256-{'a' * 64}.sig"
REPOSITORY = "dev/main/shop"


def account(service: str, answers: Callable[[Any], None]) -> AwsAccount:
    """An account that has one service, which gives the answers that it is told, in their order."""
    sdk: Any = boto3
    client = sdk.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    stub: Any = Stubber(client)
    answers(stub)
    stub.activate()

    def of(name: str, region: str) -> Any:
        assert (name, region) == (service, "us-east-1")
        return client

    return AwsAccount(of)


def test_a_quota_is_asked_by_aws_own_code_and_once() -> None:
    asked = account(
        "service-quotas",
        lambda stub: stub.add_response(
            "get_service_quota",
            {"Quota": {"QuotaCode": "L-3819A6DF", "Value": 64.0}},
            {"ServiceCode": "ec2", "QuotaCode": "L-3819A6DF"},
        ),
    )
    assert [asked.quota("us-east-1", "g", "spot") for _ in range(2)] == [64, 64]


def test_what_aws_does_not_say_is_not_known() -> None:
    asked = account(
        "service-quotas", lambda stub: stub.add_client_error("get_service_quota", "AccessDeniedException", "no")
    )
    assert asked.quota("us-east-1", "g", "spot") is None
    assert asked.quota("us-east-1", "nobody-has-it", "spot") is None


def described(stub: Any, image: dict[str, str], detail: dict[str, Any] | None) -> None:
    wanted = {"repositoryName": REPOSITORY, "imageIds": [image]}
    if detail is None:
        stub.add_client_error("describe_images", "ImageNotFoundException", "none", expected_params=wanted)
    else:
        stub.add_response("describe_images", {"imageDetails": [detail]}, wanted)


@pytest.mark.parametrize(
    ("detail", "signed", "words", "refused"),
    [
        ({}, False, "not scanned, not signed", ""),
        ({"imageScanStatus": {"status": "COMPLETE"}}, True, "scan complete, signed", ""),
        (
            {
                "imageScanStatus": {"status": "COMPLETE"},
                "imageScanFindingsSummary": {"findingSeverityCounts": {"LOW": 4, "CRITICAL": 2}},
            },
            True,
            "scan complete: 2 critical, 4 low, signed",
            "its scan found 2 critical",
        ),
    ],
)
def test_an_images_scan_and_signature_are_read(detail: dict[str, Any], signed: bool, words: str, refused: str) -> None:
    def answers(stub: Any) -> None:
        described(stub, {"imageDigest": DIGEST}, {"imageDigest": DIGEST, **detail})
        described(stub, {"imageTag": SIGNATURE}, {} if signed else None)

    known = account("ecr", answers).image("us-east-1", REPOSITORY, DIGEST)
    assert (known.words, known.refused) == (words, refused)
    scanned = {ImageProof.SCAN} if detail else set[ImageProof]()
    assert known.proofs == scanned | ({ImageProof.SIGNATURE} if signed else set())


@pytest.mark.parametrize("code", ["RepositoryNotFoundException", "AccessDeniedException"])
def test_of_a_registry_that_may_not_be_read_nothing_is_known(code: str) -> None:
    asked = account("ecr", lambda stub: stub.add_client_error("describe_images", code, "no"))
    assert asked.image("us-east-1", REPOSITORY, DIGEST) == KnownImage()


def test_the_sandboxs_account_says_what_its_quota_file_has(tmp_path: Path) -> None:
    assert account_of("sandbox", tmp_path).quota("eu-west-1", "standard", "on-demand") is None
    (tmp_path / "quotas.json").write_text('{"on-demand-standard-vcpus": 32}', "utf-8")
    asked = account_of("sandbox", tmp_path)
    assert isinstance(asked, SandboxAccount)
    assert asked.quota("eu-west-1", "standard", "on-demand") == 32
    assert asked.image("eu-west-1", REPOSITORY, DIGEST) == KnownImage()


def test_an_image_that_the_registry_does_not_have_is_refused() -> None:
    asked = account("ecr", lambda stub: described(stub, {"imageDigest": DIGEST}, None))
    refused = asked.image("us-east-1", REPOSITORY, DIGEST).refused
    assert refused == "dev/main/shop has no sha256:aaaaaaaaaaaa"
