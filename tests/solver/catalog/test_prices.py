"""Prices by amount, commitments, and prices that are known."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm, Price, PriceTier
from solver.vocabulary import CommitmentKind, Payment


def price_of(steps: list[tuple[float, float]]) -> Price:
    """A price from (width, USD) steps; the last one has no end."""
    starts = [0.0]
    for width, _ in steps[:-1]:
        starts.append(starts[-1] + width)
    ends: list[float | None] = [*starts[1:], None]
    tiers = tuple(PriceTier(start, end, usd) for start, end, (_, usd) in zip(starts, ends, steps, strict=True))
    return Price("unit", tiers, "test", None, True)


tiered_prices = st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 10)), min_size=1, max_size=5).map(price_of)
amounts = st.floats(0, 1e8)


@given(tiered_prices, amounts, amounts)
def test_a_larger_amount_never_costs_less(price: Price, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert price.cost(small) <= price.cost(large) * (1 + 1e-12)


@given(tiered_prices, amounts)
def test_the_cost_is_the_sum_of_what_each_tier_takes(price: Price, amount: float) -> None:
    parts = [
        max(0.0, min(amount, math.inf if tier.to_amount is None else tier.to_amount) - tier.from_amount) * tier.usd
        for tier in price.tiers
    ]
    assert price.cost(amount) == pytest.approx(math.fsum(parts), rel=1e-12, abs=1e-9)


@given(tiered_prices)
def test_the_cost_has_no_jump_where_a_tier_ends(price: Price) -> None:
    for tier, after in pairwise(price.tiers):
        assert tier.to_amount == after.from_amount
        below = price.cost(after.from_amount * (1 - 1e-9))
        above = price.cost(after.from_amount * (1 + 1e-9))
        assert above - below <= 2e-9 * after.from_amount * max(tier.usd, after.usd) * (1 + 1e-3) + 1e-9


def test_nothing_costs_nothing_and_less_than_nothing_is_refused() -> None:
    price = price_of([(10, 2.0), (1, 1.0)])
    assert price.cost(0) == 0
    assert price.cost(15) == 25
    assert (price.marginal(0), price.marginal(10)) == (2, 1)
    for amount in (-1.0, math.nan):
        with pytest.raises(ValueError, match="0 or more"):
            price.cost(amount)


@pytest.mark.parametrize(
    ("region", "machine", "usd_per_hour"),
    [
        ("us-east-1", "m7i.large", 0.1008),
        ("us-east-1", "c7g.large", 0.0725),
        ("us-east-1", "g5.xlarge", 1.006),
        ("us-east-1", "g4dn.xlarge", 0.526),
        ("us-east-1", "g6.xlarge", 0.8048),
        ("us-east-1", "inf2.xlarge", 0.7582),
        ("us-east-1", "p5.48xlarge", 55.04),
        ("us-west-2", "trn1.32xlarge", 21.5),
        ("eu-west-1", "c6i.xlarge", 0.1824),
        ("eu-central-1", "g5.xlarge", 1.258),
        ("ap-southeast-1", "g4dn.xlarge", 0.736),
        ("ap-northeast-1", "c7g.large", 0.091),
    ],
)
def test_well_known_on_demand_prices(real_catalog: Catalog, region: str, machine: str, usd_per_hour: float) -> None:
    assert real_catalog.offering(region, machine).on_demand_usd_per_hour == usd_per_hour


@pytest.mark.parametrize(
    ("region", "service", "item", "usd"),
    [
        ("us-east-1", "nat_gateway", "hour", 0.045),
        ("us-east-1", "vpc", "public_ipv4_in_use", 0.005),
        ("us-east-1", "alb", "hour", 0.0225),
        ("us-east-1", "kms", "key_month", 1.0),
        ("us-east-1", "s3", "standard_storage", 0.023),
        ("eu-central-1", "s3", "standard_storage", 0.0245),
        ("us-east-1", "ebs", "gp3_storage", 0.08),
        ("us-east-1", "efs", "standard_storage", 0.3),
        ("us-east-1", "cloudwatch", "logs_ingested_standard", 0.5),
        ("ap-northeast-1", "data_transfer", "internet_out", 0.114),
    ],
)
def test_well_known_service_prices(real_catalog: Catalog, region: str, service: str, item: str, usd: float) -> None:
    assert real_catalog.price(region, service, item).usd_first == usd


def test_storage_in_s3_is_billed_by_tiers(real_catalog: Catalog) -> None:
    price = real_catalog.price("us-east-1", "s3", "standard_storage")
    assert price.unit == "GiB-month"
    assert price.cost(600_000) == pytest.approx(51_200 * 0.023 + 460_800 * 0.022 + 88_000 * 0.021)


def test_commitments_are_below_on_demand_and_longer_ones_are_cheaper(real_catalog: Catalog) -> None:
    offering = real_catalog.offering("us-east-1", "m7i.xlarge")
    assert offering.on_demand_usd_per_hour is not None
    assert all(rate < offering.on_demand_usd_per_hour for rate in offering.commitments.values())
    for kind in CommitmentKind:
        for payment in Payment:
            one = offering.commitments[CommitmentTerm(kind, 1, payment)]
            assert offering.commitments[CommitmentTerm(kind, 3, payment)] < one
    assert offering.best_commitment[3] < offering.best_commitment[1]


def test_savings_plans_have_the_rates_of_the_reservations_that_they_are_set_equal_to(real_catalog: Catalog) -> None:
    rates = real_catalog.offering("eu-west-1", "c7g.large").commitments
    for payment in Payment:
        instance = rates[CommitmentTerm(CommitmentKind.INSTANCE_SAVINGS_PLAN, 1, payment)]
        assert instance == rates[CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, payment)]
        compute = rates[CommitmentTerm(CommitmentKind.COMPUTE_SAVINGS_PLAN, 3, payment)]
        assert compute == rates[CommitmentTerm(CommitmentKind.CONVERTIBLE_RESERVED, 3, payment)]
