"""Cost lines of charges: amounts at the mean price of their tiers, to the cent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.model.priced import Charge, SitePrices
from solver.plan.cost import Billing, Pool, total_usd_per_month


def charge(amount: float, *, whole: float | None = None, item: str = "internet_out") -> Charge:
    return Charge(
        subject="transfer",
        detail="bytes",
        service="data_transfer",
        item=item,
        amount_per_month=amount,
        billing=Billing.USAGE,
        whole_per_month=whole,
    )


@pytest.fixture(scope="module")
def prices(catalog: Catalog) -> SitePrices:
    return SitePrices(catalog, "us-east-1", "main", Pool.NETWORK)


@given(first=st.floats(0, 200_000), second=st.floats(0, 200_000))
def test_parts_that_share_tiers_cost_together_what_the_whole_costs(
    prices: SitePrices, first: float, second: float
) -> None:
    whole = first + second
    parts = [charge(first, whole=whole), charge(second, whole=whole)]
    assert prices.usd(parts) == pytest.approx(prices.price("data_transfer", "internet_out").cost(whole))


@given(smaller=st.floats(0, 200_000), more=st.floats(0, 200_000))
def test_more_of_the_same_never_costs_less(prices: SitePrices, smaller: float, more: float) -> None:
    assert prices.usd([charge(smaller + more)]) >= prices.usd([charge(smaller)]) - 1e-9


@given(amounts=st.lists(st.floats(0, 10_000), max_size=6))
def test_lines_add_up_to_their_total_to_the_cent(prices: SitePrices, amounts: list[float]) -> None:
    lines = prices.lines(charge(amount) for amount in amounts)
    assert all(round(line.usd_per_month, 2) == line.usd_per_month for line in lines)
    assert total_usd_per_month(lines) == pytest.approx(sum(line.usd_per_month for line in lines), abs=1e-9)
    assert all(
        line.usd_per_month == pytest.approx(line.amount_per_month * line.usd_per_unit, abs=0.0051) for line in lines
    )


def test_an_amount_of_nothing_has_no_line(prices: SitePrices) -> None:
    assert prices.lines([charge(0.0)]) == ()
