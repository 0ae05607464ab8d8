"""Promise: spot machines carry at most the interruptible share of a service, over enough distinct pools.

    Σ over on-demand columns c, variants v of w:  capacity(v) · slots(c, v) · machines(c, h)
        ≥  (1 − interruptible_share(w)) · load(w, h) · (1 + headroom(w))

    Σ over spot columns c that hold w:  min(machines(c, h), types(c) · zones(c))  ≥  spot_pools(w),  if one of them runs

A capacity pool is a machine type in a zone. A group of n machines is balanced over its zones and may use all its types.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from solver.model.compute.capacity import worth
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import Counted, Row
from solver.model.compute.supply import Machine


def steady_rows(needs: Needs, service: ServiceNeed) -> list[Row]:
    """The row of what must rest on on-demand machines.

    None for a service that may not be interrupted, whose replicas are never placed on spot machines, nor for one that
    may be interrupted altogether.
    """
    steady = 1 - service.spot_share
    if not 0 < steady < 1:
        return []
    required = tuple(ceil(needed * steady) for needed in service.needed)
    return [Row("spot", service.number, Counted.ON_DEMAND, worth(needs, service), required)]


def pools_reached(groups: Iterable[tuple[Machine, int]]) -> int:
    """Distinct capacity pools that spot groups with these numbers of machines are spread over."""
    return sum(min(machines, len(machine.types) * len(machine.zones)) for machine, machines in groups)
