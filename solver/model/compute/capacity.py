"""Promise: in every hour the replicas that fit on the machines meet the load with its headroom.

    Σ over columns c, variants v of w:  capacity(v) · slots(c, v) · machines(c, h)  ≥  load(w, h) · (1 + headroom(w))

`capacity` is the measured throughput of a replica times the highest utilisation that it is asked for.
"""

from __future__ import annotations

from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import Counted, Row


def capacity_row(needs: Needs, service: ServiceNeed) -> Row:
    """The row of one service."""
    return Row("capacity", service.number, Counted.ALL, worth(needs, service), service.needed)


def worth(needs: Needs, service: ServiceNeed) -> tuple[int, ...]:
    """Capacity of a replica of each runnable variant, 0 for other services' variants."""
    return tuple(each.capacity if each.service == service.number else 0 for each in needs.runnables)
