"""Reservations in the bound: what an hour of a machine is worth when others of its hours may be reserved with it.

With μ(j, h) ≥ 0 for a machine type j that is sold reserved at r(j) an hour, and Σ_h μ(j, h) ≤ hours · r(j): R reserved
machines cost hours · r · R ≥ Σ_h μ(h) · R, and a machine that runs beside them costs its own price p. So x(h) machines
running in hour h cost at least Σ_h min(p, μ(h)) · x(h) however many are reserved, which splits the hours: each is
bounded alone with the price min(p, μ(h)). Any μ gives a bound; two are tried beside r in every hour, both as the
newsvendor has it: hours that are too many for a reservation carry the whole on-demand price, those below nothing, the
one between the rest. They differ in how hours are ordered: for each type by the machines that a plan has of it, or all
by their load.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hour_prices(price: Floats, on_demand: Floats, reserved: Floats, running: Floats, load: Floats) -> Iterator[Floats]:
    """Prices (hours × choices) that each give a bound.

    USD an hour by choice: `price` is its own, `on_demand` and `reserved` those of its type, `reserved` infinite where
    it is not sold so. `running` (hours × choices) are the machines of the choice's type that a plan runs: spot and
    on-demand choices of a type have the same, so that they share one μ. `load` is a number by hour that grows with it.
    """
    hours, choices = running.shape
    yield np.tile(np.minimum(price, reserved), (hours, 1))
    order = np.tile(np.argsort(-load, kind="stable")[:, None], (1, choices))
    for ranked in (np.argsort(-running, axis=0, kind="stable"), order):
        worth = np.empty((hours, choices))
        np.put_along_axis(worth, ranked, _steps(on_demand, reserved, hours), axis=0)
        yield np.minimum(worth, price)


def _steps(on_demand: Floats, reserved: Floats, hours: int) -> Floats:
    """Hours in falling order × choices: the on-demand price while hours · reserved lasts, then the rest, then 0."""
    budget = np.where(np.isfinite(reserved), hours * reserved, np.inf)
    spent = np.arange(hours)[:, None] * on_demand[None]
    return np.clip(budget[None] - spent, 0.0, on_demand[None])
