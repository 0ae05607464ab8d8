"""Products of AWS's price list, whole, broken and of other kinds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from poolwright.price_tables.price_list import read_products
from solver.catalog.prices import CommitmentTerm
from solver.vocabulary import CommitmentKind, Payment
from tests.poolwright.price_tables.recorded import REGION, product, reservation


def test_upfront_and_hourly_fees_become_one_effective_rate() -> None:
    """As the shipped table has them for c5.large in us-east-1."""
    terms = [
        reservation("standard", 1, "All Upfront", upfront="438"),
        reservation("standard", 3, "Partial Upfront", hourly="0.0160", upfront="433"),
        reservation("convertible", 1, "No Upfront", hourly="0.0620"),
    ]
    found = read_products([json.dumps(product("c5.large", "0.0850000000", reserved=terms))], REGION)
    price = found.prices["c5.large"]
    assert (price.on_demand, str(price.on_demand)) == (Decimal("0.085"), "0.085")
    assert price.commitments == {
        CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.ALL_UPFRONT): Decimal("0.05"),
        CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 3, Payment.PARTIAL_UPFRONT): Decimal("0.032476"),
        CommitmentTerm(CommitmentKind.CONVERTIBLE_RESERVED, 1, Payment.NO_UPFRONT): Decimal("0.062"),
    }
    assert found.unread == ()


@pytest.mark.parametrize(
    "other",
    [
        {"operatingSystem": "Windows"},
        {"tenancy": "Dedicated"},
        {"preInstalledSw": "SQL Web"},
        {"capacitystatus": "UnusedCapacityReservation"},
        {"operation": "RunInstances:0004"},
        {"marketoption": "CapacityBlock"},
        {"regionCode": "eu-west-2"},
    ],
)
def test_products_of_another_kind_are_passed_over_also_where_the_filter_is_not_kept(other: dict[str, str]) -> None:
    found = read_products([product("c7g.large", "9", other=other), product("c7g.large", "0.0773")], REGION)
    assert {name: str(price.on_demand) for name, price in found.prices.items()} == {"c7g.large": "0.0773"}
    assert found.unread == ()


def test_what_costs_nothing_is_not_for_sale() -> None:
    assert read_products([product("p5e.48xlarge", "0.0000000000"), product("c7g.large", None)], REGION).prices == {}


def _without(*path: str) -> dict[str, Any]:
    made = product("c7g.large", "0.0773")
    part = made
    for key in path[:-1]:
        part = part[key]
    del part[path[-1]]
    return made


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{", "no JSON: {"),
        ("[]", "a product: missing"),
        (_without("product"), "product: missing"),
        (_without("product", "attributes", "instanceType"), "SKU-c7g.large: no instance type"),
        (_without("terms"), "c7g.large: terms: missing"),
        (product("c7g.large", "free"), 'c7g.large: "free" is no price'),
        (product("c7g.large", "-0.1"), 'c7g.large: "-0.1" is no price'),
        (product("c7g.large", "NaN"), 'c7g.large: "NaN" is no price'),
    ],
)
def test_a_broken_product_is_named_and_costs_no_other_its_price(broken: Any, said: str) -> None:
    found = read_products([broken, product("c7g.xlarge", "0.1546")], REGION)
    assert list(found.prices) == ["c7g.xlarge"]
    assert found.unread == (said,)


def test_prices_in_other_money_are_none() -> None:
    made = product("c7g.large", "0.5")
    (offer,) = made["terms"]["OnDemand"].values()
    offer["priceDimensions"]["R"]["pricePerUnit"] = {"CNY": "0.5"}
    assert read_products([made], REGION).unread == ("c7g.large: no price in USD",)


def test_two_prices_of_one_type_are_none() -> None:
    found = read_products([product("c7g.large", "0.07"), product("c7g.large", "0.08")], REGION)
    assert found.prices == {}
    assert found.unread == ("c7g.large: two products with different prices",)
