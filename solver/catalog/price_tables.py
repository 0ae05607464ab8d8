"""Reads service_prices.csv and storage_prices.csv: one row for each tier of each price."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from solver.catalog.prices import Price, PriceTier, Source
from solver.catalog.tables import Reading, Row, near_miss, read_rows

TIER_COLUMNS = ("service", "item", "unit", "from", "to", "usd", "source")
PriceKey = tuple[str, str]


def read_prices(reading: Reading, path: Path, sources: Mapping[str, Source]) -> dict[PriceKey, Price]:
    """Prices by service and item. The rows of one price stand together; each tier starts where the last ended."""
    prices: dict[PriceKey, Price] = {}
    tiers: list[tuple[Row, PriceTier]] = []
    key: PriceKey = ("", "")
    unit = ""
    source: Source | None = None

    def finish() -> None:
        if not tiers:
            return
        last_row, last = tiers[-1]
        if last.to_amount is not None:
            last_row.refuse("to", "the last tier's end is empty: it has none")
        if source is not None and not any(row.broken for row, _ in tiers):
            prices[key] = Price(unit, tuple(tier for _, tier in tiers), source.name, source.date, source.verified)

    for row in read_rows(reading, path, TIER_COLUMNS):
        row_key = (row.text("service"), row.text("item"))
        if row_key != key or not tiers:
            finish()
            tiers = []
            key, unit, source = row_key, row.text("unit"), sources.get(row.text("source"))
            if key in prices:
                row.refuse("item", "the rows of one price stand together, each tier once")
        elif row.text("unit") != unit:
            row.refuse("unit", f"the unit of the tier before, {unit}, is allowed")
        if row.text("source") not in sources:
            hint = near_miss(row.text("source"), sources)
            row.refuse("source", "a source that sources.yaml has is needed", hint=hint)
        tiers.append((row, _tier(row, tiers[-1][1] if tiers else None)))
    finish()
    return prices


def _tier(row: Row, before: PriceTier | None) -> PriceTier:
    start = row.number("from")
    end = row.number("to", above=start) if row.words("to") else None
    expected = 0.0 if before is None else before.to_amount
    if start != expected:
        needed = "no further tier: the one before has no end" if expected is None else f"{expected:g}"
        row.refuse("from", f"{needed} is allowed: tiers follow each other without a gap")
    return PriceTier(start, end, row.number("usd"))
