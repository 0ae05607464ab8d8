"""Lifecycle rules of a bucket, from the plan's ages and classes."""

from __future__ import annotations

from pulumi_aws import s3

from solver.plan.storage import BucketPlan, StorageClassName, TransitionPlan

ABORT_UPLOAD_DAYS = 7
"""Parts of an upload that nobody finished are kept and billed for ever unless a rule ends them."""

_FROM_DAY_ONE = (
    StorageClassName.INTELLIGENT_TIERING,
    StorageClassName.GLACIER_IR,
    StorageClassName.GLACIER,
    StorageClassName.DEEP_ARCHIVE,
)
"""Classes that objects may move to at once; the infrequent-access classes take objects of at least 30 days."""


def lifecycle_rules(plan: BucketPlan) -> list[s3.BucketLifecycleConfigurationRuleArgsDict]:
    """One rule for objects by age, old versions included, and one for uploads that were never finished.

    Expiry by days also removes delete markers that hide nothing any more, so no rule of their own is needed.
    """
    objects: s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "objects-by-age",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "transitions": [
            {"days": transition.days, "storage_class": transition.storage_class.value}
            for transition in _transitions(plan)
        ],
        "expiration": {"days": plan.expiration_days},
    }
    if plan.versioned:
        objects["noncurrent_version_expiration"] = {"noncurrent_days": plan.noncurrent_days}
    uploads: s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "unfinished-uploads",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOAD_DAYS},
    }
    return [objects, uploads]


def _transitions(plan: BucketPlan) -> list[TransitionPlan]:
    """The plan's, and one at day 0 into the class of writing where S3 allows that: a bucket itself has no class.

    For the other classes the writer names the class; workloads find it in their environment.
    """
    planned = list(plan.transitions)
    if plan.storage_class in _FROM_DAY_ONE:
        return [TransitionPlan(days=0, storage_class=plan.storage_class), *planned]
    return planned
