"""What asks AWS: clients that are patient, and EC2's own answers as moto has them."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import pytest
from moto import mock_aws

from poolwright.price_tables import asking
from poolwright.price_tables.instance_types import ask_instance_types, ask_offered_zones
from poolwright.price_tables.spot_history import ask_spot_history, ask_zone_ids
from solver.catalog.loader import load_catalog
from solver.errors import CloudError
from tests.poolwright.price_tables.recorded import REGION, ZONES


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Generator[asking.Clients]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield asking.clients(REGION)


def test_what_aws_throttles_or_does_not_answer_is_asked_again_by_the_sdk(aws: asking.Clients) -> None:
    for client in (aws.pricing, aws.ec2, aws.savingsplans):
        assert client.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 10}
        assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (10, 60)
    assert (aws.pricing.meta.region_name, aws.ec2.meta.region_name) == ("us-east-1", REGION)


def test_offers_by_zone_id_are_those_that_the_shipped_table_was_made_from(aws: asking.Clients) -> None:
    zones = ask_offered_zones(aws.ec2)
    shipped = load_catalog(regions=[REGION]).offerings(REGION)
    assert {each.machine.name for each in shipped} <= set(zones)
    assert all(zones[each.machine.name] == set(each.zones) for each in shipped)


def test_zones_have_ids_and_a_history_is_asked_for_whole_days(aws: asking.Clients) -> None:
    assert set(ask_zone_ids(aws.ec2)) == set(ZONES)
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        asked.append(dict(params))

    aws.ec2.meta.events.register("before-parameter-build.ec2.DescribeSpotPriceHistory", note)
    found = ask_spot_history(aws.ec2, until=date(2026, 11, 27), days=14, on_demand={}, types=["m5.large"])
    assert found.unread == ()
    assert (str(asked[0]["StartTime"]), str(asked[0]["EndTime"])) == (
        "2026-11-13 00:00:00+00:00",
        "2026-11-27 00:00:00+00:00",
    )


def test_data_sheets_are_asked_for_by_the_hundred(aws: asking.Clients) -> None:
    names = [each.machine.name for each in load_catalog(regions=[REGION]).offerings(REGION)][:250]
    found = ask_instance_types(aws.ec2, reversed(names))
    assert [each.name for each in found] == sorted(names)


def test_an_answer_that_never_comes_is_an_error_of_the_cloud() -> None:
    from botocore import exceptions

    errors: Any = exceptions

    class Silent:
        """A client whose connection times out after all attempts."""

        def can_paginate(self, _: str) -> bool:
            return False

        def get_products(self, **_: object) -> None:
            raise errors.ReadTimeoutError(endpoint_url="https://api.pricing.us-east-1.amazonaws.com")

    with pytest.raises(CloudError, match="Nothing was written; run the command again"):
        list(asking.pages(Silent(), "get_products"))
