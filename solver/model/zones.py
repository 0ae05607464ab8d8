"""Which zones a site uses: those it names, or the first of its region."""

from __future__ import annotations

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError


def zones_of(demand: Demand, site_key: str, catalog: Catalog) -> tuple[str, ...]:
    """Zone ids of the site, by id.

    A site that asks for a number of zones gets the first ones of the catalog's default order (the zone with the most
    machine types first). InfeasibleError when the region has fewer zones, or none of that id.
    """
    site = demand.aws_sites[site_key]
    known = catalog.region(site.region).zone_ids
    path = f"sites.{site_key}.zones"
    if isinstance(site.zones, tuple):
        missing = [zone for zone in site.zones if zone not in known]
        if missing:
            raise InfeasibleError(
                f"{site.region} has no zone {', '.join(missing)}",
                conflict=(f"{path}: {', '.join(site.zones)}",),
                hint=f"its zones are {', '.join(sorted(known))}",
            )
        return tuple(sorted(site.zones))
    if site.zones > len(known):
        raise InfeasibleError(
            f"{site.region} has {len(known)} zones",
            conflict=(f"{path}: {site.zones}", f"sites.{site_key}.region: {site.region}"),
        )
    return tuple(sorted(known[: site.zones]))
