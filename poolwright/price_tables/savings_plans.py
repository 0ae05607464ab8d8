"""Reads the rates of savings plans: Linux at shared tenancy, USD an hour by machine type and term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from poolwright.price_tables.asking import Client, pages
from solver.catalog.prices import CommitmentTerm
from solver.vocabulary import CommitmentKind, Payment

_KINDS = {"EC2Instance": CommitmentKind.INSTANCE_SAVINGS_PLAN, "Compute": CommitmentKind.COMPUTE_SAVINGS_PLAN}
_PAYMENTS = {
    "No Upfront": Payment.NO_UPFRONT,
    "Partial Upfront": Payment.PARTIAL_UPFRONT,
    "All Upfront": Payment.ALL_UPFRONT,
}
_YEARS: dict[int, Literal[1, 3]] = {31_536_000: 1, 94_608_000: 3}
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True)
class SavingsPlanRates:
    """One region's rates."""

    rates: Mapping[str, Mapping[CommitmentTerm, Decimal]]
    """By machine type and term; what is paid upfront is spread over the term already."""
    unread: tuple[str, ...]
    """Rates that are not as they should be."""


def ask_savings_plans(client: Client, region: str) -> SavingsPlanRates:
    """The rates of a region, all pages of them."""
    answer = pages(
        client,
        "describe_savings_plans_offering_rates",
        savingsPlanTypes=sorted(_KINDS),
        products=["EC2"],
        serviceCodes=["AmazonEC2"],
        operations=["RunInstances"],
        filters=[
            {"name": "region", "values": [region]},
            {"name": "tenancy", "values": ["shared"]},
            {"name": "productDescription", "values": ["Linux/UNIX"]},
        ],
    )
    return read_rates((rate for page in answer for rate in page.get("searchResults") or ()), region)


def read_rates(entries: Iterable[Mapping[str, Any]], region: str) -> SavingsPlanRates:
    """Rates by machine type and term; of a term with two rates nobody knows which one is paid."""
    found: dict[str, dict[CommitmentTerm, Decimal]] = {}
    unread: set[str] = set()
    twice: set[tuple[str, CommitmentTerm]] = set()
    for entry in entries:
        said = {str(each.get("name")): str(each.get("value")) for each in entry.get("properties") or ()}
        name = said.get("instanceType", "")
        if said.get("region") != region or "BoxUsage" not in str(entry.get("usageType")):
            continue
        term, rate = _term(entry.get("savingsPlanOffering") or {}), _rate(entry)
        if not name or term is None or rate is None:
            unread.add(f"{name or 'a savings plan rate'}: {entry.get('rate')} a {entry.get('unit')}")
            continue
        rates = found.setdefault(name, {})
        if rates.get(term, rate) != rate:
            twice.add((name, term))
        rates[term] = rate
    for name, term in sorted(twice):
        del found[name][term]
        unread.add(f"{name}: two rates of {term}")
    return SavingsPlanRates(
        rates={name: rates for name, rates in sorted(found.items()) if rates}, unread=tuple(sorted(unread))
    )


def _term(offering: Mapping[str, Any]) -> CommitmentTerm | None:
    kind = _KINDS.get(str(offering.get("planType")))
    years = _YEARS.get(int(offering.get("durationSeconds") or 0))
    payment = _PAYMENTS.get(str(offering.get("paymentOption")))
    if kind is None or years is None or payment is None or offering.get("currency") != "USD":
        return None
    return CommitmentTerm(kind, years, payment)


def _rate(entry: Mapping[str, Any]) -> Decimal | None:
    try:
        rate = Decimal(str(entry.get("rate")))
    except InvalidOperation:
        return None
    if not rate.is_finite() or rate <= 0 or entry.get("unit") != "Hrs":
        return None
    return rate.quantize(_MILLIONTH).normalize()
