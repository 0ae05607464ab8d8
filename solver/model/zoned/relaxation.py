"""Relaxation: all hours and all ways to buy in one linear program, in which machines and replicas may be split.

Hours that are alike are one group g of w(g) hours, zones are one, and replicas of a workload k take parts of machine
types j. What a reservation and a plan cost is paid in every hour of H:

    min   Σ_j H r(j) R(j)  +  H C  +  Σ_g w(g) Σ_j [ p(j) a(j,g) + s(j) t(j,g) ]
    s.t.  Σ_j x(k,j,g) + y(k,j,g)                 ≥  least(k,g)            replicas that must be there
          Σ_j y(k,j,g)                            ≤  soft(k,g)             of them on spot machines
          a(j,g) + v(j,g) + e(j,g)  ≥  Σ_k part(k,j,d) x(k,j,g)            each dimension d
          t(j,g)                    ≥  Σ_k part(k,j,d) y(k,j,g)
          e(j,g)  ≤  R(j)                                                  reserved machines
          Σ_j q(j) v(j,g)  ≤  C                                            commitment of the savings plan

Its duals are what a replica is worth in a group of hours, on any machine and less κ on spot machines; `bound` makes a
bound of them that holds for all machine types, zones and hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import compressed, live_rows
from solver.model.zoned.market import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SEED = 7


@dataclass(frozen=True)
class Prices:
    """Duals of the relaxation."""

    worth: Floats
    """Groups × workloads: USD an hour of a replica."""
    discount: Floats
    """Groups × workloads: how much less it is worth on a spot machine."""
    mixtures: Floats
    """Groups × some × parts: how the price of some machine types is spread over their parts."""
    units: Floats
    """Groups × some × dimensions: USD of a unit of room, as machines of some types have it."""
    usd: float
    """The optimum."""


@dataclass
class _Columns:
    """Columns of a program in compressed form."""

    costs: list[Floats]
    rows: list[Integers]
    entries: list[Floats]
    count: int = 0

    def add(self, costs: Floats, rows: Integers, entries: Floats) -> None:
        """Columns with equally many entries each (columns × entries)."""
        self.costs.append(costs)
        self.rows.extend(rows)
        self.entries.extend(entries)
        self.count += len(costs)


def relaxed(market: Market, types: Integers, least: Floats, soft: Floats, weights: Floats) -> Prices:
    """The program over some machine types; `least` and `soft` are groups × workloads, `weights` hours by group."""
    groups, workloads = least.shape
    dimensions, count = market.part.shape[2], len(types)
    hours = float(weights.sum())
    part, holds = market.part[:, types], market.holds[:, types]
    spot = market.spot[:, types].min(axis=0)
    each = 2 * workloads + 2 * count * dimensions + count + 1
    firm_rows, spot_rows = 2 * workloads, 2 * workloads + count * dimensions
    reserved_rows = 2 * workloads + 2 * count * dimensions
    plan_row = each - 1
    columns = _Columns([], [], [])
    number: Integers = np.arange(count, dtype=np.int64)
    places: Integers = np.arange(dimensions, dtype=np.int64)
    for group in range(groups):
        base = group * each
        machine: Integers = base + firm_rows + number[:, None] * dimensions + places
        ones = np.ones((count, dimensions))
        weight = float(weights[group])
        columns.add(weight * market.price[types], machine, ones)
        planned = np.isfinite(market.plan[types])
        rate = np.where(planned, market.plan[types], 0.0)[:, None]
        columns.add(
            np.zeros(int(planned.sum())),
            np.concatenate([machine, np.full((count, 1), base + plan_row)], axis=1)[planned],
            np.concatenate([ones, -rate], axis=1)[planned],
        )
        sold = np.isfinite(market.reserved[types])
        columns.add(
            np.zeros(int(sold.sum())),
            np.concatenate([machine, base + reserved_rows + number[:, None]], axis=1)[sold],
            np.concatenate([ones, -np.ones((count, 1))], axis=1)[sold],
        )
        there = holds & (least[group] > 0)[:, None]
        who, where = np.nonzero(there)
        columns.add(
            np.zeros(len(who)),
            np.concatenate([base + who[:, None], machine[where]], axis=1),
            np.concatenate([np.ones((len(who), 1)), -part[who, where]], axis=1),
        )
        offered = np.isfinite(spot)
        machine = base + spot_rows + number[:, None] * dimensions + places
        columns.add(weight * spot[offered], machine[offered], ones[offered])
        who, where = np.nonzero(there & offered[None] & (soft[group] > 0)[:, None])
        columns.add(
            np.zeros(len(who)),
            np.concatenate([base + who[:, None], base + workloads + who[:, None], machine[where]], axis=1),
            np.concatenate([np.ones((len(who), 1)), -np.ones((len(who), 1)), -part[who, where]], axis=1),
        )
    sold = np.flatnonzero(np.isfinite(market.reserved[types]))
    all_groups: Integers = np.arange(groups, dtype=np.int64)
    columns.add(
        hours * market.reserved[types[sold]],
        reserved_rows + sold[:, None] + all_groups * each,
        np.ones((len(sold), groups)),
    )
    columns.add(np.full(1, hours), (plan_row + all_groups * each)[None], np.ones((1, groups)))
    lower = np.zeros((groups, each))
    lower[:, :workloads] = least
    lower[:, workloads : 2 * workloads] = -soft
    duals, usd = _solved(columns, lower.ravel())
    duals = duals.reshape(groups, each)
    room_duals = np.maximum(duals[:, firm_rows:reserved_rows].reshape(groups, 2 * count, dimensions), 0.0)
    worth = np.maximum(duals[:, :workloads], 0.0) / weights[:, None]
    discount = np.maximum(duals[:, workloads : 2 * workloads], 0.0) / weights[:, None]
    return Prices(
        worth=worth,
        discount=np.where(soft > 0, np.minimum(discount, worth), worth),
        mixtures=room_duals / np.maximum(room_duals.sum(axis=2, keepdims=True), 1e-300),
        units=_units(room_duals[:, :, : market.room.shape[1]], market.room[types]),
        usd=usd,
    )


def _units(duals: Floats, room: Integers) -> Floats:
    """Prices of room from those of whole machines (groups × machines on demand and as spot × dimensions)."""
    both = np.concatenate([room, room])
    return duals / np.maximum(both, 1)[None]


def _solved(columns: _Columns, lower: Floats) -> tuple[Floats, float]:
    """Row duals and optimum of min cost with rows ≥ lower and values ≥ 0."""
    live = live_rows(lower, presolve=True)
    lengths = np.array([len(row) for row in columns.rows], dtype=np.int64)
    places, entries = np.concatenate(columns.rows), np.concatenate(columns.entries)
    filled = entries != 0.0
    owner = np.repeat(np.arange(len(lengths)), lengths)[filled]
    starts = compressed(np.bincount(owner, minlength=len(lengths)))
    live.add_columns(np.concatenate(columns.costs), starts, places[filled].astype(np.int32), entries[filled])
    usd, duals, _ = live.run()
    return duals, usd
