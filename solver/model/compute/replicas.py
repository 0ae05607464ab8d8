"""Promise: never fewer replicas than the floor, never more than the ceiling.

    Σ over columns c, variants v of w:  slots(c, v) · machines(c, h)  ≥  min(w)
    Σ over variants v of w:  replicas(v, h)  ≤  max(w)

Replicas are at most the slots, so the ceiling matters only for a service whose slowest variant would need more replicas
than it allows; `usable_variants` leaves such variants out where they alone could not carry the peak.
"""

from __future__ import annotations

from math import ceil

from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import Counted, Row


def floor_rows(needs: Needs, service: ServiceNeed) -> list[Row]:
    """The row of the floor, where the load does not already ask for as many replicas."""
    least = service.service.replicas.min
    fastest = max(needs.runnables[variant].capacity for variant in service.variants)
    if fastest > 0 and all(-(-needed // fastest) >= least for needed in service.needed):
        return []
    ones = tuple(int(each.service == service.number) for each in needs.runnables)
    return [Row("replicas", service.number, Counted.ALL, ones, (least,) * len(service.needed))]


def usable_variants(needs: Needs, service: ServiceNeed) -> tuple[int, ...]:
    """Variants of which no more replicas than the ceiling carry the peak."""
    peak = max(service.needed)
    most = service.service.replicas.max
    return tuple(
        variant for variant in service.variants if 0 < peak <= needs.runnables[variant].capacity * most or peak == 0
    )


def fewest_replicas(needs: Needs, service: ServiceNeed) -> int:
    """Replicas of the fastest variant that carry the peak."""
    fastest = max(needs.runnables[variant].capacity for variant in service.variants)
    return -(-max(service.needed) // fastest) if fastest else 0


def most_useful(needs: Needs) -> list[int]:
    """By variant: replicas on one machine beyond which the peak, or the floor, needs no more."""
    return [
        max(
            ceil(max(needs.services[each.service].needed) / each.capacity) if each.capacity else 0,
            needs.services[each.service].service.replicas.min,
        )
        for each in needs.runnables
    ]
