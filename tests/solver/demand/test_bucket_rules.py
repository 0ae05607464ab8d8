"""What buckets say about each other: copies and lists go where S3 takes them and the plan can price them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from solver.demand.bucket_copies import Inventory, Replication
from tests.solver.demand.test_references import another_site, contradictions, on_a_site, whole


def copied(**of_copy: Any) -> dict[str, Any]:
    """Documents are copied to `far`, on the same site."""
    document = whole()
    storage = document["storage"]
    plain = {key: value for key, value in storage["documents"].items() if key not in ("inventory", "object_lock")}
    storage["far"] = {**plain, "replication": None, **of_copy}
    storage["documents"] = {**plain, "replication": {"claim": "far"}}
    return document


@pytest.mark.parametrize(
    ("of_copy", "words"),
    [
        ({"versioned": False}, "a bucket with versioned: true is allowed"),
        ({"written_gib_per_month": 0.5}, "a bucket with written_gib_per_month of at least 1 is allowed"),
        ({"replication": {"bucket_arn": "arn:aws:s3:::x-y", "region": "eu-west-1"}}, "that has no replication itself"),
    ],
)
def test_what_takes_copies_has_versions_and_is_priced(of_copy: dict[str, Any], words: str) -> None:
    (found,) = contradictions(copied(**of_copy))
    assert found.startswith("storage.documents.replication.claim: ") and words in found


def test_copies_go_to_another_bucket_that_exists() -> None:
    document = copied()
    document["storage"]["documents"]["replication"]["claim"] = "documents"
    assert contradictions(document)[0].startswith("storage.documents.replication.claim: far is allowed")
    document["storage"]["documents"]["replication"]["claim"] = "files"
    assert contradictions(document)[0].startswith("storage.documents.replication.claim: far is allowed")


def test_with_several_sites_the_site_of_the_copies_is_named() -> None:
    document = copied()
    another_site(document, "10.2.0.0/16")
    on_a_site(document, "main")
    document["storage"]["far"]["site"] = "other"
    (found,) = contradictions(document)
    assert found == "storage.documents.replication.site: one of main, other is allowed"
    document["storage"]["documents"]["replication"]["site"] = "main"
    (found,) = contradictions(document)
    assert "a bucket that is kept on main alone is allowed; far is on other" in found
    document["storage"]["documents"]["inventory"] = {"claim": "far"}
    document["storage"]["documents"]["replication"]["site"] = "other"
    (found,) = contradictions(document)
    assert found.startswith("storage.documents.inventory.claim: a bucket on main is allowed; far is on other")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "either claim or bucket_arn is allowed"),
        ({"claim": "far", "bucket_arn": "arn:aws:s3:::far"}, "either claim or bucket_arn is allowed"),
        ({"bucket_arn": "arn:aws:s3:::far"}, "region, and no site, is allowed with bucket_arn"),
        ({"claim": "far", "region": "eu-west-1"}, "region is allowed with bucket_arn"),
    ],
)
def test_a_replication_says_where_to_and_no_more(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Replication.model_validate(values)
    assert words in str(refused.value)


def test_an_inventory_says_where_to_and_no_more() -> None:
    for values in (
        {},
        {"claim": "far", "bucket_arn": "arn:aws:s3:::far"},
        {"claim": "far", "account_id": "123456789012"},
    ):
        with pytest.raises(ValidationError):
            Inventory.model_validate(values)
