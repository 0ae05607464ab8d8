"""A tiered price is the lowest of its tiers' lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.prices import Price, PriceTier
from solver.model.tiers import tier_lines


def price_of(tiers: list[tuple[float, float | None, float]]) -> Price:
    return Price("GiB", tuple(PriceTier(*tier) for tier in tiers), "test", None, True)


@st.composite
def falling_prices(draw: st.DrawFn) -> Price:
    bounds = sorted(draw(st.lists(st.integers(1, 10_000), max_size=3, unique=True)))
    rates = sorted(
        draw(st.lists(st.integers(0, 100), min_size=len(bounds) + 1, max_size=len(bounds) + 1)), reverse=True
    )
    starts, ends = [0.0, *map(float, bounds)], [*map(float, bounds), None]
    return price_of(list(zip(starts, ends, (rate / 100 for rate in rates), strict=True)))


@given(falling_prices(), st.floats(0, 20_000))
def test_the_price_of_any_amount_is_the_least_of_the_lines(price: Price, amount: float) -> None:
    assert min(base + rate * amount for base, rate in tier_lines(price)) == pytest.approx(price.cost(amount))


def test_a_price_that_rises_is_refused() -> None:
    with pytest.raises(ValueError, match="dearer"):
        tier_lines(price_of([(0, 10, 0.1), (10, None, 0.2)]))
