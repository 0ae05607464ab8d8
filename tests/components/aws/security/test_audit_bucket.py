"""The audit bucket."""

from __future__ import annotations

import pytest

from components.aws.security.audit_bucket import NEEDED_BY
from solver.vocabulary import LockMode
from tests.components import plans
from tests.components.aws.early import Early, secured, watched, with_measures, with_security
from tests.recorder import Recording


def writers(*measures: str) -> set[str]:
    """Services that the bucket's policy lets in."""
    policy = watched(*measures).one(":BucketPolicy").document("policy")
    return {s["Principal"]["Service"] for s in policy["Statement"] if s["Effect"] == "Allow"}


def test_it_is_private_encrypted_versioned_and_kept(full: Recording[Early]) -> None:
    name = "main-security-audit"
    for setting in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        assert full.one(":BucketPublicAccessBlock", name).inputs[setting] is True
    assert full.one(":BucketVersioning", name).inputs["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = full.one(":BucketLifecycleConfiguration", name).inputs["rules"]
    assert rule["expiration"] == {"days": 365}
    (encryption,) = full.one(":BucketServerSideEncryptionConfiguration", name).inputs["rules"]
    assert encryption["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    bucket = full.one("s3/bucket:Bucket", name)
    assert (bucket.protect, bucket.retain_on_delete) == (True, True)
    assert not bucket.inputs.get("forceDestroy")


def test_its_guards_stay_as_long_as_it_does(full: Recording[Early]) -> None:
    companions = [
        record for record in full.custom() if record.type.startswith("aws:s3/bucket") and record.name.endswith("-audit")
    ]
    assert len(companions) == 6
    assert all(record.retain_on_delete for record in companions)


def test_it_refuses_plain_http(full: Recording[Early]) -> None:
    denial = full.one(":BucketPolicy", "main-security-audit").document("policy")["Statement"][0]
    assert (denial["Effect"], denial["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_only_services_of_chosen_measures_write_to_it() -> None:
    assert writers("cloudtrail") == {"cloudtrail.amazonaws.com"}
    assert writers("load-balancer-logs") == {"logdelivery.elasticloadbalancing.amazonaws.com"}
    assert writers("s3-access-logs") == {"logging.s3.amazonaws.com"}
    assert writers("config") == {"config.amazonaws.com"}


def test_every_service_writes_for_this_account_only() -> None:
    measures = sorted(NEEDED_BY)
    policy = watched(*measures).one(":BucketPolicy").document("policy")
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            assert "123456789012" in str(statement["Condition"])


@pytest.mark.parametrize("measure", sorted(NEEDED_BY))
def test_it_exists_when_a_measure_needs_it(measure: str) -> None:
    recorded = watched(measure)
    assert recorded.names("s3/bucket:Bucket") == ("main-security-audit",)
    assert recorded.built.access_log_bucket is not None


def test_it_does_not_exist_otherwise(minimal: Recording[Early]) -> None:
    assert minimal.of_type("s3/bucket:Bucket") == ()
    assert minimal.built.security.access_log_bucket is None


def test_files_of_a_locked_trail_have_a_bucket_of_their_own_and_the_rest_stays_where_it_is() -> None:
    site = with_measures(plans.full_site(protect=False), "cloudtrail", "config")
    made = secured(with_security(site, trail_lock=LockMode.GOVERNANCE))
    name = "main-security-trail"
    bucket = made.one("s3/bucket:Bucket", name)
    assert bucket.protect and bucket.inputs["forceDestroy"] is False
    lock = made.one(":BucketObjectLockConfiguration").inputs
    assert lock["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 365}}
    assert made.one(":Trail").inputs["s3BucketName"] == bucket.inputs["bucket"]
    assert made.one(":DeliveryChannel").inputs["s3BucketName"] == plans.names().audit_bucket != bucket.inputs["bucket"]
    let_in = {
        each: {
            statement["Principal"]["Service"]
            for statement in made.one(":BucketPolicy", f"main-security-{each}").document("policy")["Statement"]
            if statement["Effect"] == "Allow"
        }
        for each in ("audit", "trail")
    }
    assert let_in == {"audit": {"config.amazonaws.com"}, "trail": {"cloudtrail.amazonaws.com"}}


def test_no_trail_is_locked_unless_the_plan_says_so(full: Recording[Early]) -> None:
    assert full.names("s3/bucket:Bucket") == ("main-security-audit",)
    assert not full.of_type(":BucketObjectLockConfiguration")
