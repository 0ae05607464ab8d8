"""The explicit provider of a site."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from components.aws.provider import ACCOUNT_LOOKUP, account_of, site_provider
from tests.recorder import record

TAGS = {"stack": "prod", "owner": "me"}


def test_the_provider_works_in_one_region_and_one_account_and_tags_everything() -> None:
    recorded = record(lambda: site_provider("main", region="eu-west-1", account_id="111122223333", tags=TAGS))
    inputs = recorded.one("pulumi:providers:aws").inputs
    assert inputs["region"] == "eu-west-1"
    assert json.loads(inputs["allowedAccountIds"]) == ["111122223333"]
    assert json.loads(inputs["defaultTags"]) == {"tags": TAGS}


def test_without_a_configured_account_any_may_be_meant() -> None:
    recorded = record(lambda: site_provider("main", region="eu-west-1", account_id=None, tags=TAGS))
    assert "allowedAccountIds" not in recorded.one("pulumi:providers:aws").inputs


def test_the_account_behind_the_provider_is_asked_for_once() -> None:
    def build() -> str:
        return account_of(site_provider("main", region="eu-west-1", account_id=None, tags=TAGS))

    recorded = record(build, lookups={ACCOUNT_LOOKUP: {"accountId": "444455556666"}})
    assert recorded.built == "444455556666"
    assert recorded.lookups == (ACCOUNT_LOOKUP,)


def test_children_of_a_component_use_the_provider_that_it_was_given() -> None:
    class Pool(pulumi.ComponentResource):
        def __init__(self, provider: aws.Provider) -> None:
            super().__init__("test:index:Pool", "pool", None, pulumi.ResourceOptions(providers=[provider]))
            aws.sns.Topic("topic", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    recorded = record(lambda: Pool(site_provider("main", region="eu-west-1", account_id=None, tags=TAGS)))
    assert "pulumi:providers:aws::main-aws" in recorded.one(":Topic").provider
