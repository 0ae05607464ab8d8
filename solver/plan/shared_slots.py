"""SharedSlots: any replicas of a node group's services on any of its machines."""

from __future__ import annotations

from solver.schema import Schema


class SharedSlots(Schema):
    """How services share the machines of a node group: any replicas fit on one whose units are no more than its own."""

    units: int
    """Of one machine."""
    filled: int
    """That are planned on each: with a part of the largest replica free, all find room in whatever order they come."""
    each: dict[str, int]
    """`workload.variant` → units of one replica."""
