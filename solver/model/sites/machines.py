"""Which workloads no machine of a site can hold: where an accelerator is not offered, a workload can't run."""

from __future__ import annotations

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.compute.supply import fits, market_of, offered
from solver.model.surcharge import Surcharge
from solver.model.zones import zones_of


def without_machines(demand: Demand, catalog: Catalog) -> frozenset[tuple[str, str]]:
    """Workloads and sites, of which none of the workload's variants fits a machine of the site."""
    found: set[tuple[str, str]] = set()
    for name, site in demand.aws_sites.items():
        zones = zones_of(demand, name, catalog)
        for services in (True, False):
            market = market_of(demand, site, zones, Surcharge(), services=services)
            machines = offered(catalog, market)
            found.update(
                (key, name)
                for key, entry in demand.workloads.items()
                if isinstance(entry, Service) is services
                and not any(
                    fits(variant, machine, market) for variant in entry.variants.values() for machine in machines
                )
            )
    return frozenset(found)
