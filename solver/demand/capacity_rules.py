"""What a demand says about machines that AWS keeps: one name for each, a zone of the site, an end after the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction
from solver.demand.site_rules import site_name
from solver.vocabulary import CapacityKind

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite
    from solver.demand.purchase import Capacity


def capacity_contradictions(sites: Mapping[str, AwsSite], capacity: Mapping[str, Capacity]) -> Iterator[Contradiction]:
    """Every contradiction of purchase.capacity."""
    named: dict[str, str] = {}
    for key, each in capacity.items():
        path = ("purchase", "capacity", key)
        yield from site_name(list(sites), (*path, "site"), each.site)
        site = sites.get(each.site or next(iter(sites), ""))
        for number, zone in enumerate(each.zones):
            if site is not None and isinstance(site.zones, tuple) and zone not in site.zones:
                allowed = f"a zone of the site is allowed: {', '.join(site.zones)}"
                yield Contradiction(path=(*path, "zones", number), allowed=allowed)
        if each.id is not None and len(each.zones) > 1:
            allowed = "one zone is allowed, that of the reservation"
            hint = "A resource group of reservations may be in several"
            yield Contradiction(path=(*path, "zones"), allowed=allowed, hint=hint)
        if each.count % len(each.zones):
            allowed = f"a multiple of {len(each.zones)} is allowed: as many machines in each of the zones"
            yield Contradiction(path=(*path, "count"), allowed=allowed)
        if (each.id is None) == (each.resource_group is None):
            found = "neither" if each.id is None else "both"
            yield Contradiction(
                path=path, found=found, allowed="either id or resource_group is allowed", hint="AWS's console has both"
            )
        name = each.id or each.resource_group
        if name is not None and named.setdefault(name, key) != key:
            other = capacity[named[name]]
            field = "id" if each.id is not None else "resource_group"
            hint = None if other.machine_type == each.machine_type else f"It has {other.machine_type} there"
            yield Contradiction(
                path=(*path, field), allowed=f"each only once is allowed; {named[name]} names it too", hint=hint
            )
        if each.kind is CapacityKind.BLOCK and each.ends is None:
            yield Contradiction(path=path, found="no ends", allowed="a day at which the block ends is allowed")
        if each.starts is not None and each.ends is not None and each.ends <= each.starts:
            yield Contradiction(path=(*path, "ends"), allowed=f"a day after {each.starts} is allowed")
