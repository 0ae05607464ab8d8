"""CarbonPlan: what a site's machines draw and what that emits."""

from __future__ import annotations

from pydantic import Field

from solver.schema import Schema, is_empty


class CarbonPlan(Schema):
    """Of the machines of a site in a mean month; disks, networks, managed services and what making them emitted are
    not in it."""

    kwh_per_month: float
    """That the data centre draws for the machines, cooling included."""
    kg_per_month: float
    """Kilograms of CO2 equivalent, by the yearly mean of the grid."""
    grams_per_kwh: float
    """Of the region's grid."""
    not_counted: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Models of accelerators of which nobody's figures are in the catalog."""
