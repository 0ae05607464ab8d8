"""Reads regions/<region>/savings_plan_prices.csv: rates that savings plans have of their own, instead of derived ones.

The file is optional, and so is each row and cell: a type without a row has the rates that `commitments.yaml` derives
from its reservations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from solver.catalog.prices import CommitmentTerm, Offering
from solver.catalog.tables import Reading, near_miss, read_rows
from solver.vocabulary import CommitmentKind, Payment

SAVINGS_PLANS_FILE = "savings_plan_prices.csv"
_KINDS = {
    CommitmentKind.INSTANCE_SAVINGS_PLAN: "instance",
    CommitmentKind.COMPUTE_SAVINGS_PLAN: "compute",
}
_YEARS: tuple[Literal[1, 3], ...] = (1, 3)
SAVINGS_PLAN_TERMS = {
    CommitmentTerm(kind, years, payment): f"{word}_{years}y_{payment.value.replace('-', '_')}"
    for kind, word in _KINDS.items()
    for years in _YEARS
    for payment in Payment
}
"""Column of each term, in the columns' order."""
SAVINGS_PLAN_COLUMNS = ("type", *SAVINGS_PLAN_TERMS.values())


def with_savings_plans(reading: Reading, path: Path, offerings: Mapping[str, Offering]) -> dict[str, Offering]:
    """The offerings, with their own rates of savings plans where the table has a row; a rate that is not below on
    demand is left out, since nobody should commit to it."""
    found = dict(offerings)
    if not path.is_file():
        return found
    seen: set[str] = set()
    for row in read_rows(reading, path, SAVINGS_PLAN_COLUMNS):
        name = row.text("type")
        offering = offerings.get(name)
        rates = {term: row.price(column) for term, column in SAVINGS_PLAN_TERMS.items()}
        if offering is None:
            if name not in reading.withheld:
                allowed = "a machine type that machine_prices.csv has is allowed"
                row.refuse("type", allowed, hint=near_miss(name, offerings))
            continue
        if name in seen:
            row.refuse("type", "each machine type once is allowed", hint="Remove one of the two rows.")
        seen.add(name)
        price = offering.on_demand_usd_per_hour
        own = {term: usd for term, usd in rates.items() if usd is not None and price is not None and usd < price}
        others = {term: usd for term, usd in offering.commitments.items() if term.kind not in _KINDS}
        found[name] = replace(offering, commitments={**others, **own})
    return found
