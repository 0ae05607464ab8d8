"""Carbon of a site: what its machines emit, and what that weighs in the search and in the plan's cost lines.

A tonne has a price of the organisation's own. For the search it is part of what an hour of a machine costs, as what
security measures charge for one (`surcharge`); in the plan it is a line of its own, so that cost, bound and gap are of
one sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.carbon import CarbonPlan
from solver.plan.compute import ComputePlan
from solver.plan.cost import Billing, CostLine, Pool, cost_line
from solver.quantity import HOURS_PER_MONTH

KG_PER_TONNE = 1000


def carbon_usd_per_hour(demand: Demand, site_key: str, catalog: Catalog) -> Mapping[str, float]:
    """USD of an hour of a machine, by machine type; empty where carbon weighs nothing."""
    wish, carbon = demand.carbon, catalog.carbon
    if wish is None or not wish.usd_per_tonne:
        return {}
    region, usd_per_kg = demand.aws_sites[site_key].region, wish.usd_per_tonne / KG_PER_TONNE
    return {name: carbon.kg_per_hour(each, region) * usd_per_kg for name, each in catalog.machines.items()}


def carbon_of(demand: Demand, site_key: str, catalog: Catalog, compute: ComputePlan) -> CarbonPlan | None:
    """What the machines of a plan emit; None where nobody asks, CatalogError where the region has no figures."""
    return None if demand.carbon is None else carbon_in(catalog, demand.aws_sites[site_key].region, compute)


def carbon_in(catalog: Catalog, region: str, compute: ComputePlan) -> CarbonPlan:
    """What the machines of a plan emit in a region; CatalogError where the catalog has no figures of it."""
    carbon, grid = catalog.carbon, catalog.carbon.grid(region)
    running = [(catalog.machine(group.machine_types[0]), group.machines.mean) for group in compute.node_groups]
    kwh = fsum(carbon.watts(machine) * mean for machine, mean in running) / 1000 * grid.pue * HOURS_PER_MONTH
    unknown = {model for machine, mean in running if mean and (model := carbon.not_counted(machine)) is not None}
    return CarbonPlan(
        kwh_per_month=round(kwh, 1),
        kg_per_month=round(kwh * grid.grams_per_kwh / 1000, 1),
        grams_per_kwh=grid.grams_per_kwh,
        not_counted=tuple(sorted(unknown)),
    )


def carbon_lines(demand: Demand, site_key: str, carbon: CarbonPlan | None) -> tuple[CostLine, ...]:
    """The line of a site's carbon, where a tonne has a price."""
    if carbon is None or demand.carbon is None or not demand.carbon.usd_per_tonne:
        return ()
    line = cost_line(
        Pool.COMPUTE,
        site_key,
        "carbon",
        "internal price",
        billing=Billing.INTERNAL,
        amount_per_month=carbon.kg_per_month / KG_PER_TONNE,
        unit="tonne CO2e",
        usd_per_unit=demand.carbon.usd_per_tonne,
    )
    return (line,)
