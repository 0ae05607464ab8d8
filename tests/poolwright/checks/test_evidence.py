"""What belongs to which site, and which resources belong together."""

from __future__ import annotations

from poolwright.checks.evidence import Evidence
from poolwright.checks.registry import BY_ID
from poolwright.checks.resource import Resource
from poolwright.engine.preview import UNKNOWN
from solver.plan.lock import lock_of
from stacks.program import aws_pools
from tests.components import plans
from tests.poolwright.checks.estate import recorded_resources
from tests.recorder import record

BUCKET, POLICY = "aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy"


def resource(type_: str, name: str, **inputs: object) -> Resource:
    return Resource(urn=f"urn:{type_}::{name}", type=type_, name=name, inputs=inputs)


def test_a_site_whose_key_begins_like_anothers_keeps_its_own_resources() -> None:
    site = plans.minimal_site()
    plan = plans.plan("prod", main=site, **{"main-far": site})

    def build() -> None:
        for key in plan.aws_sites:
            aws_pools(key, site, plan, plans.ACCOUNT_ID)

    evidence = Evidence(lock=lock_of(plan), resources=recorded_resources(record(build, stack="prod")))
    assert evidence.site_of("main-network-vpc") == "main"
    assert evidence.site_of("main-far-network-vpc") == "main-far"
    assert evidence.site_of("mainly-network-vpc") is None
    for check in ("plan.unlisted", "plan.missing", "EC2.2"):
        assert [finding.resource for finding in BY_ID[check].findings(evidence, [])] == []


def test_companions_are_found_by_value_or_else_by_name() -> None:
    bucket = resource(BUCKET, "main-a", bucket="prod-a")
    by_value = resource(POLICY, "elsewhere", bucket="prod-a")
    by_name = resource(POLICY, "main-a-policy", bucket=UNKNOWN)
    another = resource(POLICY, "main-a-b-policy", bucket="prod-a-b")
    evidence = Evidence(resources=(bucket, by_value, by_name, another))
    assert evidence.companions(POLICY, "bucket", of=bucket, by="bucket") == [by_value, by_name]


def test_what_a_property_names_by_id_is_found_once_ids_are_known() -> None:
    made = Resource(urn="urn:s", type="aws:ec2/subnet:Subnet", name="main-s", id="subnet-1")
    link = resource("aws:efs/mountTarget:MountTarget", "main-m", subnetId="subnet-1")
    unknown = resource("aws:efs/mountTarget:MountTarget", "main-n", subnetId=UNKNOWN)
    evidence = Evidence(resources=(made, link, unknown))
    assert evidence.by_id(link, "subnetId", made.type) is made
    assert evidence.by_id(unknown, "subnetId", made.type) is None
