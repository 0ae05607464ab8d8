"""A catalog at other prices of machines, or with its tables in another order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Offering

Value = TypeVar("Value")


def at_prices(catalog: Catalog, factor: Callable[[str, str], float]) -> Catalog:
    """Each price times the factor of its machine type and option (`on-demand`, with commitments, or `spot`)."""

    def priced(offering: Offering) -> Offering:
        name = offering.machine.name
        usd = offering.on_demand_usd_per_hour
        return replace(
            offering,
            on_demand_usd_per_hour=None if usd is None else usd * factor(name, "on-demand"),
            spot_usd_per_hour={zone: each * factor(name, "spot") for zone, each in offering.spot_usd_per_hour.items()},
            commitments={term: each * factor(name, "on-demand") for term, each in offering.commitments.items()},
        )

    tables = {
        name: replace(table, offerings={key: priced(each) for key, each in table.offerings.items()})
        for name, table in catalog.tables.items()
    }
    return replace(catalog, tables=tables)


def in_order(catalog: Catalog, key: Callable[[str], object]) -> Catalog:
    """The same catalog with its machine types in another order."""

    def ordered(entries: dict[str, Value]) -> dict[str, Value]:
        return dict(sorted(entries.items(), key=lambda entry: repr(key(entry[0]))))

    tables = {name: replace(table, offerings=ordered(dict(table.offerings))) for name, table in catalog.tables.items()}
    return replace(catalog, tables=tables, machines=ordered(dict(catalog.machines)))
