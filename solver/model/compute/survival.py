"""Promise: after the loss of any one zone, the rest still meets the load, without headroom.

    Σ over columns c, variants v of w:  capacity(v) · slots(c, v) · (machines(c, h) − ⌈machines(c, h) / zones(c)⌉)
        ≥  load(w, h)

Each group is taken to lose the largest number of machines that one zone can hold, also where two groups span different
zones and can't both lose that many: the promise is never weaker than asked for.
"""

from __future__ import annotations

from solver.model.compute.capacity import worth
from solver.model.compute.needs import Needs, ServiceNeed
from solver.model.compute.rows import Counted, Row


def survival_rows(needs: Needs, service: ServiceNeed) -> list[Row]:
    """The row of a service that must survive the loss of a zone."""
    if not service.survives_zone:
        return []
    how = Counted.IN_ROUNDS if service.in_rounds else Counted.SURVIVING
    return [Row("survival", service.number, how, worth(needs, service), service.load)]
