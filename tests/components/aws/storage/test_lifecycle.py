"""Lifecycle rules from a bucket's plan."""

from __future__ import annotations

import pytest

from components.aws.storage.lifecycle import ABORT_UPLOAD_DAYS, lifecycle_rules
from solver.plan.storage import BucketPlan, StorageClassName, TransitionPlan


def bucket(**changes: object) -> BucketPlan:
    plan = BucketPlan(
        key="documents",
        storage_class=StorageClassName.STANDARD,
        transitions=(TransitionPlan(days=30, storage_class=StorageClassName.STANDARD_IA),),
        expiration_days=365,
        versioned=True,
        noncurrent_days=14,
        reason="cheapest",
    )
    return plan.model_copy(update=changes)


def test_objects_move_expire_and_leave_old_versions_as_planned() -> None:
    objects, uploads = lifecycle_rules(bucket())
    assert objects.get("transitions") == [{"days": 30, "storage_class": "STANDARD_IA"}]
    assert objects.get("expiration") == {"days": 365}
    assert objects.get("noncurrent_version_expiration") == {"noncurrent_days": 14}
    assert uploads.get("abort_incomplete_multipart_upload") == {"days_after_initiation": ABORT_UPLOAD_DAYS}


def test_every_rule_is_on_and_covers_the_whole_bucket() -> None:
    assert all(
        rule["status"] == "Enabled" and rule.get("filter") == {"prefix": ""} for rule in lifecycle_rules(bucket())
    )


def test_a_bucket_without_versions_has_no_rule_for_them() -> None:
    assert "noncurrent_version_expiration" not in lifecycle_rules(bucket(versioned=False))[0]


@pytest.mark.parametrize(
    "storage_class", [StorageClassName.INTELLIGENT_TIERING, StorageClassName.GLACIER_IR, StorageClassName.DEEP_ARCHIVE]
)
def test_a_class_that_takes_new_objects_is_entered_at_once(storage_class: StorageClassName) -> None:
    plan = bucket(storage_class=storage_class, transitions=())
    assert lifecycle_rules(plan)[0].get("transitions") == [{"days": 0, "storage_class": storage_class.value}]


@pytest.mark.parametrize("storage_class", [StorageClassName.STANDARD_IA, StorageClassName.ONEZONE_IA])
def test_a_class_that_takes_only_objects_of_thirty_days_is_left_to_the_writer(storage_class: StorageClassName) -> None:
    assert lifecycle_rules(bucket(storage_class=storage_class, transitions=()))[0].get("transitions") == []
