"""Mixing: the best bound from several ways to value replicas, each hour with a mixture of its own.

Let a way c value a replica of workload k at w(k, c), and less by κ(k, c) on a spot machine. Where what fits on a
machine of type j is worth at most V(j, c) ≤ p(j), and on a spot machine at most s(j) in any zone, hour h may value
replicas by any mixture λ(h, c) ≥ 0 with Σ_c λ(h, c) ≤ 1: what fits is then worth at most Σ_c λ(h, c) V(j, c). As in
`bound`, all hours cost at least

    Σ_h Σ_c λ(h, c) [ Σ_k w(k, c) least(k, h) - κ(k, c) soft(k, h) ]

where Σ_h Σ_c λ(h, c) V(j, c) ≤ H r(j) for each type that is reserved, and Σ_h Σ_c λ(h, c) ν(c) ≤ H with
ν(c) = max_j V(j, c) / q(j) over those that the plan covers. A linear program finds the mixtures; they are lowered
together by the factor by which rounding breaks a rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import compressed, live_rows
from solver.model.zoned.contents import Grid, values
from solver.model.zoned.market import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_NEAR = 12
"""Ways that an hour may mix; fewer where there are many hours."""
_LEAST_NEAR = 2
_COLUMNS = 6_000
_ROUNDING = 1e-9


def mixed(market: Market, grid: Grid, worth: Floats, discount: Floats, reserved: Floats) -> float:
    """USD of all hours at least; ways × workloads, and about how many machines are reserved."""
    hours = market.hours
    firm = values(grid, worth, market.price)
    spot = market.spot.min(axis=0)
    sold = np.isfinite(spot)
    soft = values(grid, np.maximum(worth - discount, 0.0), np.where(sold, spot, market.price))
    dear = np.maximum((firm / market.price).max(axis=1), (soft[:, sold] / spot[sold]).max(axis=1, initial=0.0))
    factor = 1.0 / np.maximum(dear, 1.0)
    worth, discount, firm = worth * factor[:, None], discount * factor[:, None], firm * factor[:, None]
    each = market.least @ worth.T - market.soft @ discount.T
    held = np.flatnonzero(np.isfinite(market.reserved))
    planned = np.flatnonzero(np.isfinite(market.plan))
    cover = (firm[:, planned] / market.plan[planned]).max(axis=1) if len(planned) else np.zeros(len(firm))
    rules = np.concatenate([firm[:, held] / market.reserved[held], cover[:, None]], axis=1) / hours
    rules = _hardest(rules)
    guess = each - firm[:, held] @ reserved[held]
    near = np.argsort(-guess, axis=1, kind="stable")[:, : max(_LEAST_NEAR, min(_NEAR, _COLUMNS // hours))]
    way, hour = near.ravel(), np.repeat(np.arange(hours), near.shape[1])
    matrix = np.concatenate([np.zeros((len(way), 1)), -rules[way]], axis=1)
    column, row = np.nonzero(matrix[:, 1:])
    column, row = np.concatenate([np.arange(len(way)), column]), np.concatenate([hour, hours + row])
    entries = np.concatenate([np.full(len(way), -1.0), matrix[:, 1:][matrix[:, 1:] != 0.0]])
    order = np.argsort(column, kind="stable")
    lower: Floats = np.full(hours + int(rules.shape[1]), -1.0, dtype=np.float64)
    live = live_rows(lower, presolve=True)
    starts = compressed(np.bincount(column, minlength=len(way)))
    live.add_columns(-each[hour, way], starts, row[order].astype(np.int32), entries[order])
    _, _, shares = live.run()
    shares = np.maximum(shares, 0.0)
    used = max(
        float(np.bincount(hour, shares, hours).max(initial=0.0)),
        float((shares @ rules[way]).max(initial=0.0)) if rules.shape[1] else 0.0,
        1.0,
    )
    return float(shares @ each[hour, way]) / used * (1.0 - _ROUNDING)


def _hardest(rules: Floats) -> Floats:
    """Ways × rules without those that others imply."""
    kept: list[int] = []
    for rule in np.argsort(-rules.sum(axis=0), kind="stable").tolist():
        if rules[:, rule].any() and not any((rules[:, rule] <= rules[:, other]).all() for other in kept):
            kept.append(rule)
    return rules[:, kept]
