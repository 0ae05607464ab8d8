"""Rules that hold over all that the early pools make."""

from __future__ import annotations

import pytest

from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import Early, early, with_measures
from tests.components.aws.security.test_detection import measures
from tests.recorder import Recording

STAR_ACTIONS = {
    # Deny statements take rights away; kms:* in a key's policy hands the decision to IAM.
    ("DenyPlainHttp", "s3:*"),
    ("AccountDecides", "kms:*"),
    # An endpoint's policy gives no rights: it is the most that may pass, to this account's principals alone.
    ("OwnAccount", "*"),
    ("OwnBuckets", "s3:*"),
}
STAR_RESOURCES = {
    "RegistryLogin": "a login token is for the registry as a whole",
    "FindEndpoint": "the action has no resource",
    "FindTargets": "AWS answers Describe for a whole region",
    "OwnAccount": "an endpoint's policy: what a role may do is said in the role",
    "Settings": "AWS answers Describe for a whole region",
    "Account": "the actions have no resource of the stack",
}


@pytest.fixture(scope="module")
def everything() -> Recording[Early]:
    """The full site with every measure of the catalog, and a service whose requests move."""
    return early(with_measures(edits.deployed(plans.full_site(), "recommender", edits.CANARY), *measures()))


def test_no_policy_allows_a_star_without_a_listed_reason(everything: Recording[Early]) -> None:
    for record, policy in everything.policies():
        for statement in policy["Statement"]:
            for action in statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]:
                if "*" in action.split(":")[0] or action.endswith(":*"):
                    assert (statement["Sid"], action) in STAR_ACTIONS
            if "*" in statement.get("Resource", []) and not record.type.endswith(":Key"):
                assert statement["Sid"] in STAR_RESOURCES
            if "NotAction" in statement or "NotResource" in statement or "NotPrincipal" in statement:
                raise AssertionError(f"{record.name} allows by exception")


def test_every_policy_fits_awss_limits(everything: Recording[Early]) -> None:
    limits = {":RolePolicy": 10_240, ":Role": 2_048, ":Key": 32_768, ":BucketPolicy": 20_480}
    checked = 0
    for record, _ in everything.policies():
        for type_, limit in limits.items():
            if record.type.endswith(type_):
                text = record.inputs.get("policy") or record.inputs["assumeRolePolicy"]
                assert len("".join(text.split())) <= limit
                checked += 1
    assert checked > 20


def test_every_log_group_and_secret_is_encrypted_when_keys_are_planned(everything: Recording[Early]) -> None:
    assert len(everything.of_type(":LogGroup")) == 3
    for record in (*everything.of_type(":LogGroup"), *everything.of_type(":Secret")):
        assert record.inputs["kmsKeyId"], record.name


def test_everything_with_tags_has_a_name_for_people(everything: Recording[Early]) -> None:
    for record in everything.custom():
        if "tags" in record.inputs:
            assert record.inputs["tags"]["Name"].startswith("prod-main")


def test_two_sites_of_a_stack_share_no_name(full: Recording[Early]) -> None:
    one, other = full, early(plans.full_site(), key="far")
    assert not {record.urn for record in one.custom()} & {record.urn for record in other.custom()}
    for type_ in (":Role", ":Alias", "s3/bucket:Bucket", ":LogGroup", ":TargetGroup", ":LoadBalancer", ":Secret"):
        here = {record.inputs["bucket" if type_.endswith("Bucket") else "name"] for record in one.of_type(type_)}
        there = {record.inputs["bucket" if type_.endswith("Bucket") else "name"] for record in other.of_type(type_)}
        assert here and not here & there, type_


def test_the_same_plan_gives_the_same_resources(full: Recording[Early]) -> None:
    first, second = full, early(plans.full_site())
    assert [(r.urn, r.inputs) for r in first.records] == [(r.urn, r.inputs) for r in second.records]


def test_a_preview_needs_no_value_that_only_an_update_has(full: Recording[Early]) -> None:
    previewed, made = early(plans.full_site(), preview=True), full
    assert {record.urn for record in previewed.records} == {record.urn for record in made.records}
