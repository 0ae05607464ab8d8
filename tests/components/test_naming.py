"""Names: within AWS's limits, different for different keys, the same on every machine."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.naming import NameKind, default_tags, digest, partition_of, shortened
from tests.components.plans import names

KEY = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,6}){0,2}", fullmatch=True).filter(lambda key: len(key) <= 24)


@given(stack=KEY, site=KEY, keys=st.lists(KEY, max_size=4), kind=st.sampled_from(list(NameKind)))
def test_no_physical_name_is_longer_than_aws_allows(stack: str, site: str, keys: list[str], kind: NameKind) -> None:
    held = names(stack, site)
    for name in (held.physical(kind, *keys), held.physical(kind, *keys, changes_with=("80", "http"))):
        assert 0 < len(name) <= kind.limit
        assert re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", name)


@given(first=st.lists(KEY, min_size=1, max_size=3), second=st.lists(KEY, min_size=1, max_size=3))
def test_shortened_names_of_different_things_differ(first: list[str], second: list[str]) -> None:
    held = names("a-stack-with-a-long-name", "a-site-with-a-long-name")
    one = held.physical(NameKind.TARGET_GROUP, *first)
    other = held.physical(NameKind.TARGET_GROUP, *second)
    assert (one == other) == ("-".join(first) == "-".join(second))


@given(stack=KEY, site=KEY, claim=KEY)
def test_bucket_names_follow_s3s_rules(stack: str, site: str, claim: str) -> None:
    name = names(stack, site).bucket(claim)
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,61}[a-z0-9]", name)
    assert "--" not in name
    assert names(stack, site).bucket_arn(claim) == f"arn:aws:s3:::{name}"


def test_a_bucket_name_is_another_in_each_account_and_region() -> None:
    here = names()
    assert here.bucket("models") != replace(here, account_id="999999999999").bucket("models")
    assert here.bucket("models") != replace(here, region="us-east-1").bucket("models")
    assert here.bucket("models") == names().bucket("models")


def test_a_claim_called_audit_does_not_get_the_audit_buckets_name() -> None:
    assert names().bucket("audit") != names().audit_bucket


def test_a_name_that_fits_stays_as_it_is() -> None:
    assert shortened("prod-main-public", 32) == "prod-main-public"
    assert names().physical(NameKind.LOAD_BALANCER, "public") == "prod-main-public"


def test_a_property_that_forces_a_replacement_gives_another_name() -> None:
    held = names()
    one = held.physical(NameKind.TARGET_GROUP, "public", "assistant", changes_with=("8080", "http"))
    other = held.physical(NameKind.TARGET_GROUP, "public", "assistant", changes_with=("8081", "http"))
    assert one != other
    assert one.startswith("prod-main-public-assista")


def test_a_digest_knows_where_its_parts_end() -> None:
    assert digest("ab", "c") != digest("a", "bc")


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str, suffix: str) -> None:
    held = replace(names(), region=region)
    assert partition_of(region) == partition
    assert held.dns_suffix == suffix
    assert held.arn("ecs", "cluster/x") == f"arn:{partition}:ecs:{region}:123456789012:cluster/x"
    assert held.iam_arn("role/x") == f"arn:{partition}:iam::123456789012:role/x"


def test_a_demands_tags_can_change_the_owner_but_not_the_stack() -> None:
    tags = default_tags(stack="prod", site="main", owner="me", cost_centre="ai", more={"owner": "you", "stack": "dev"})
    assert tags["owner"] == "you"
    assert tags["stack"] == "prod"
    assert list(tags) == sorted(tags)


def test_a_resource_has_a_name_for_people_and_its_workload() -> None:
    assert names().tags("public", "assistant", workload="assistant") == {
        "Name": "prod-main-public-assistant",
        "workload": "assistant",
    }
    assert names().tags() == {"Name": "prod-main"}


def test_groups_and_repositories_are_named_by_stack_and_site() -> None:
    held = names()
    assert held.workload_log_group("assistant") == "/poolwright/prod/main/workload/assistant"
    assert held.repository("assistant") == "prod/main/assistant"
    assert held.secret("api-token") == "prod/main/api-token"
    assert held.waf_log_group("public") == "aws-waf-logs-prod-main-public"
    assert held.cluster == "prod-main"
