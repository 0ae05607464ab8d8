"""Reason and Explanation: why this size and not the next cheaper one, in words and money."""

from __future__ import annotations

from solver.schema import Schema


class Reason(Schema):
    """One decision with its cause and its runner-up."""

    subject: str
    """What was decided, by key: `workload assistant`, `node-group g6-xlarge-on-demand`, `nat`, `bucket documents`."""
    text: str
    """One sentence: what binds."""
    next_best: str | None = None
    """The runner-up."""
    extra_usd_per_month: float | None = None
    """What the runner-up would cost more."""
