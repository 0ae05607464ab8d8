"""Means of spot prices: weighted by time, held to on demand, by zone id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from poolwright.price_tables.spot_history import SpotHistory, read_history
from tests.poolwright.price_tables.recorded import ZONES, spot

START, END = datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)


def means(*entries: dict[str, Any], on_demand: str | None = None) -> SpotHistory:
    most = {} if on_demand is None else {"c7g.large": Decimal(on_demand)}
    return read_history(entries, ZONES, start=START, end=END, on_demand=most)


def test_a_price_counts_as_long_as_it_stood() -> None:
    found = means(
        spot("c7g.large", "eu-west-1a", "0.0400", "25 00:00"),
        spot("c7g.large", "eu-west-1a", "0.0300", "10 07:00"),
    )
    assert found.prices == {"c7g.large": {"euw1-az2": Decimal("0.032")}}


def test_many_entries_of_a_restless_hour_weigh_no_more_than_the_hour() -> None:
    calm = [spot("c7g.large", "eu-west-1a", "0.0300", "10 07:00")]
    wild = [spot("c7g.large", "eu-west-1a", f"0.0{price}", f"20 05:{price}") for price in range(31, 59)]
    after = [spot("c7g.large", "eu-west-1a", "0.0300", "20 06:00")]
    price = means(*calm, *wild, *after).prices["c7g.large"]["euw1-az2"]
    assert Decimal("0.03") < price < Decimal("0.0301")


def test_no_hour_costs_more_than_on_demand() -> None:
    entries = [
        spot("c7g.large", "eu-west-1a", "0.0300", "10 07:00"),
        spot("c7g.large", "eu-west-1a", "80", "26 00:00"),
    ]
    assert means(*entries, on_demand="0.08").prices["c7g.large"]["euw1-az2"] == Decimal("0.035")


def test_a_zone_that_began_later_has_the_mean_since_then() -> None:
    assert means(spot("c7g.large", "eu-west-1c", "0.0421", "26 12:00")).prices["c7g.large"] == {
        "euw1-az1": Decimal("0.0421")
    }


def test_an_id_in_the_answer_goes_before_the_account_s_name_of_the_zone() -> None:
    entry = spot("c7g.large", "eu-west-1a", "0.03", "20 00:00", AvailabilityZoneId="euw1-az9")
    assert list(means(entry).prices["c7g.large"]) == ["euw1-az9"]


def test_other_systems_are_passed_over_and_what_is_no_price_is_named() -> None:
    found = means(
        spot("c7g.large", "eu-west-1a", "0.09", "20 00:00", ProductDescription="Windows"),
        spot("c7g.large", "eu-west-1a", "", "20 00:00"),
        spot("c7g.large", "eu-west-9z", "0.03", "20 00:00"),
        spot("c7g.large", "eu-west-1a", "0", "21 00:00"),
    )
    assert found.prices == {}
    assert len(found.unread) == 3


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 14399)), min_size=1, max_size=12, unique_by=lambda e: e[1])
)
def test_the_mean_is_that_of_all_minutes_in_any_order(prices: list[tuple[int, int]]) -> None:
    """Against the sum over each minute of the window, from the first entry on."""
    stamps = {minute: usd for usd, minute in prices}
    entries = [
        spot(
            "c7g.large",
            "eu-west-1a",
            f"{usd / 1000}",
            f"{17 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}",
        )
        for usd, minute in prices
    ]
    total, current, minutes = 0, None, 0
    for minute in range(14400):
        current = stamps.get(minute, current)
        if current is not None:
            total, minutes = total + current, minutes + 1
    found = means(*entries).prices["c7g.large"]["euw1-az2"]
    assert means(*reversed(entries)).prices["c7g.large"]["euw1-az2"] == found
    assert abs(float(found) - total / minutes / 1000) <= 0.0006 * total / minutes / 1000
