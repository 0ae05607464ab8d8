from __future__ import annotations

import pytest

from poolwright.engine.sandbox.configuration import configuration_failures, plain_config
from poolwright.engine.sandbox.identity import Identity, IdentityError, identity_of, is_region, partition_of
from poolwright.engine.sandbox.values import Properties


def test_the_region_comes_from_the_configuration_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert identity_of({"region": "eu-west-1"}).region == "eu-west-1"
    assert identity_of({}).region == "eu-central-1"
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(IdentityError, match="Missing region"):
        identity_of({})


def test_the_account_guard_holds() -> None:
    assert identity_of({"region": "eu-west-1", "allowedAccountIds": ["123456789012"]}).account == "123456789012"
    with pytest.raises(IdentityError, match="AWS account ID not allowed: 123456789012"):
        identity_of({"region": "eu-west-1", "allowedAccountIds": ["210987654321"]})
    with pytest.raises(IdentityError, match="forbiddenAccountIds"):
        identity_of({"region": "eu-west-1", "forbiddenAccountIds": ["123456789012"]})


def test_an_assumed_role_is_in_its_own_account() -> None:
    roles: Properties = {"region": "eu-west-1", "assumeRoles": [{"roleArn": "arn:aws:iam::210987654321:role/deploy"}]}
    assert identity_of(roles).account == "210987654321"


def test_nested_configuration_arrives_as_text() -> None:
    plain = plain_config({"region": "eu-west-1", "defaultTags": '{"tags":{"env":"dev"}}', "version": "7.51.1"})
    assert plain == {"region": "eu-west-1", "defaultTags": {"tags": {"env": "dev"}}}
    assert identity_of(plain).default_tags == {"env": "dev"}


def test_a_mistake_in_the_configuration_is_named() -> None:
    assert configuration_failures({"region": "eu-west-1", "skipMetadataApiCheck": "true"}) == []
    (failure,) = configuration_failures({"regoin": "eu-west-1"})
    assert (failure.path, failure.reason) == ("regoin", "unknown property. Did you mean 'region'?")
    (failure,) = configuration_failures({"region": "europe"})
    assert failure.reason == "invalid AWS Region: europe"


def test_regions_and_partitions() -> None:
    assert is_region("ap-southeast-2") and is_region("us-gov-west-1")
    assert not is_region("eu-west")
    assert partition_of("cn-north-1") == "aws-cn"
    assert Identity("1", "us-gov-west-1").arn("ec2", "vpc/a") == "arn:aws-us-gov:ec2:us-gov-west-1:1:vpc/a"
