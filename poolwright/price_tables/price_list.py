"""Reads products of AWS's Price List: Linux at shared tenancy, on demand and reserved, USD an hour by machine type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast

from poolwright.price_tables.asking import Client, pages
from solver.catalog.prices import CommitmentTerm
from solver.vocabulary import CommitmentKind, Payment

_WANTED = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "operation": "RunInstances",
}
"""Attributes of the products that are read. The API filters by them, and the answer is held to them again: a filter
that it does not know finds all."""
_KINDS = {
    "standard": CommitmentKind.STANDARD_RESERVED,
    "convertible": CommitmentKind.CONVERTIBLE_RESERVED,
}
_YEARS: dict[str, Literal[1, 3]] = {"1yr": 1, "3yr": 3}
_PAYMENTS = {
    "No Upfront": Payment.NO_UPFRONT,
    "Partial Upfront": Payment.PARTIAL_UPFRONT,
    "All Upfront": Payment.ALL_UPFRONT,
}
_HOURS_OF_A_YEAR = 8760
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True)
class ListPrice:
    """What the price list has of one machine type in one region."""

    on_demand: Decimal
    """USD an hour."""
    commitments: Mapping[CommitmentTerm, Decimal]
    """Effective USD an hour: upfront / hours of the term + hourly fee, to a millionth."""


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """One region's price list."""

    prices: Mapping[str, ListPrice]
    """By machine type."""
    unread: tuple[str, ...]
    """Products that are not as they should be, each with what is wrong."""


class _UnreadError(Exception):
    """A product that can't be read; its text says why."""


def ask_price_list(client: Client, region: str) -> PriceList:
    """The price list of a region, all pages of it."""
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {"regionCode": region, **_WANTED}.items()
    ]
    found = pages(client, "get_products", ServiceCode="AmazonEC2", FormatVersion="aws_v1", Filters=filters)
    return read_products((product for page in found for product in page.get("PriceList") or ()), region)


def read_products(products: Iterable[str | Mapping[str, Any]], region: str) -> PriceList:
    """Prices by machine type; a product that can't be read costs its type's price, never another's."""
    prices: dict[str, ListPrice] = {}
    unread: list[str] = []
    twice: set[str] = set()
    for product in products:
        try:
            found = _read(product, region)
        except _UnreadError as error:
            unread.append(str(error))
            continue
        if found is None:
            continue
        name, price = found
        if name in prices and prices[name] != price:
            twice.add(name)
        prices[name] = price
    for name in sorted(twice):
        del prices[name]
        unread.append(f"{name}: two products with different prices")
    return PriceList(prices=dict(sorted(prices.items())), unread=tuple(sorted(unread)))


def _read(product: str | Mapping[str, Any], region: str) -> tuple[str, ListPrice] | None:
    """Machine type and price; None for a product that is not asked for, or is not sold by the hour."""
    data = _mapping(_parsed(product) if isinstance(product, str) else product, "a product")
    head = _mapping(data.get("product"), "product")
    attributes = _mapping(head.get("attributes"), f"attributes of {head.get('sku', 'a product')}")
    if attributes.get("regionCode") != region or any(attributes.get(key) != word for key, word in _WANTED.items()):
        return None
    if attributes.get("marketoption", "OnDemand") != "OnDemand":
        return None
    name = attributes.get("instanceType")
    if not isinstance(name, str) or "." not in name:
        raise _UnreadError(f"{head.get('sku', 'a product')}: no instance type")
    terms = _mapping(data.get("terms"), f"{name}: terms")
    hourly = [rate for offer in _offers(terms, "OnDemand", name) for rate in _rates(offer, name)]
    usd = {amount for unit, amount in hourly if unit == "Hrs"}
    if not usd or usd == {Decimal(0)}:
        return None
    if len(usd) > 1 or len(hourly) > 1:
        raise _UnreadError(f"{name}: {len(hourly)} on-demand prices")
    return name, ListPrice(on_demand=usd.pop().normalize(), commitments=_commitments(terms, name))


def _commitments(terms: Mapping[str, Any], name: str) -> dict[CommitmentTerm, Decimal]:
    found: dict[CommitmentTerm, Decimal] = {}
    for offer in _offers(terms, "Reserved", name):
        said = _mapping(offer.get("termAttributes"), f"{name}: termAttributes")
        kind = _KINDS.get(str(said.get("OfferingClass")))
        years = _YEARS.get(str(said.get("LeaseContractLength")))
        payment = _PAYMENTS.get(str(said.get("PurchaseOption")))
        if kind is None or years is None or payment is None:
            continue
        rates = _rates(offer, name)
        hours = sum((amount for unit, amount in rates if unit == "Hrs"), Decimal(0))
        upfront = sum((amount for unit, amount in rates if unit == "Quantity"), Decimal(0))
        rate = hours + upfront / (years * _HOURS_OF_A_YEAR)
        if rate > 0:
            found[CommitmentTerm(kind, years, payment)] = rate.quantize(_MILLIONTH).normalize()
    return found


def _offers(terms: Mapping[str, Any], kind: str, name: str) -> Iterator[Mapping[str, Any]]:
    for offer in _mapping(terms.get(kind) or {}, f"{name}: {kind}").values():
        yield _mapping(offer, f"{name}: an offer of {kind}")


def _rates(offer: Mapping[str, Any], name: str) -> list[tuple[str, Decimal]]:
    """Unit and USD of each price of an offer."""
    found: list[tuple[str, Decimal]] = []
    for dimension in _mapping(offer.get("priceDimensions"), f"{name}: priceDimensions").values():
        price = _mapping(dimension, f"{name}: a price")
        usd = _mapping(price.get("pricePerUnit"), f"{name}: pricePerUnit").get("USD")
        if usd is None:
            raise _UnreadError(f"{name}: no price in USD")
        try:
            amount = Decimal(str(usd))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            raise _UnreadError(f'{name}: "{usd}" is no price')
        found.append((str(price.get("unit")), amount))
    return found


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise _UnreadError(f"no JSON: {text[:40]}") from None


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _UnreadError(f"{what}: missing")
    return cast("dict[str, Any]", value)
