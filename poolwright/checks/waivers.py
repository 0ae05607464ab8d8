"""What a stack's waivers may name beside the catalog's controls."""

from __future__ import annotations

from collections.abc import Collection

from solver.demand.demand import Demand


def more_waivable(demand: Demand) -> Collection[str]:
    """Ids of checks and of the controls that they serve; nothing for a demand that waives nothing.

    The checks take longer to load than all the rest of a plan's inputs: only who waives pays.
    """
    if not demand.compliance.waivers:
        return ()
    from poolwright.checks.registry import waivable

    return waivable()
