"""Reservations in the bound: what an hour of a machine is worth when others of its hours may be reserved with it.

With μ(j, h) ≥ 0 for a machine type j that is sold reserved at r(j) an hour, and Σ_h μ(j, h) ≤ hours · r(j): R reserved
machines cost hours · r · R ≥ Σ_h μ(h) · R, and a machine that runs beside them costs its own price p. So x(h) machines
running in hour h cost at least Σ_h min(p, μ(h)) · x(h) however many are reserved, which splits the hours: each is
bounded alone with the price min(p, μ(h)). Any μ gives a bound; those tried are r in every hour, and the newsvendor's
steps: hours that are too many for a reservation carry the whole on-demand price, those below a part of it, the one
between the rest. The part is 0 where idle reserved machines are worth nothing, and more where they could do what spot
machines are paid for. Hours are ordered for each type by the machines that a plan has of it, or all by their load.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_PARTS = (0.0, 0.1, 0.2)
"""Of the on-demand price, in hours in which reserved machines stand idle."""


def hour_prices(price: Floats, on_demand: Floats, reserved: Floats, running: Floats, load: Floats) -> Iterator[Floats]:
    """Prices (hours × choices) that each give a bound.

    USD an hour by choice: `price` is its own, `on_demand` and `reserved` those of its type, `reserved` infinite where
    it is not sold so. `running` (hours × choices) are the machines of the choice's type that a plan runs: spot and
    on-demand choices of a type have the same, so that they share one μ. `load` is a number by hour that grows with it.
    """
    hours, choices = running.shape
    yield np.tile(np.minimum(price, reserved), (hours, 1))
    by_load = np.tile(np.argsort(-load, kind="stable")[:, None], (1, choices))
    by_type = np.argsort(-running, axis=0, kind="stable")
    for ranked, part in ((by_type, 0.0), *((by_load, part) for part in _PARTS)):
        worth = np.empty((hours, choices))
        np.put_along_axis(worth, ranked, _steps(on_demand, reserved, hours, part), axis=0)
        yield np.minimum(worth, price)


def _steps(on_demand: Floats, reserved: Floats, hours: int, part: float) -> Floats:
    """Hours in falling order × choices: the on-demand price while hours · reserved lasts, then the part of it."""
    sold = np.isfinite(reserved)
    base = np.where(sold, np.minimum(part * on_demand, reserved), on_demand)
    budget = np.where(sold, hours * (np.where(sold, reserved, 0.0) - base), 0.0)
    top = on_demand - base
    return base + np.clip(budget[None] - np.arange(hours)[:, None] * top[None], 0.0, np.maximum(top, 0.0)[None])
