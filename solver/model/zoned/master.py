"""Master: what to commit to, by a linear program over groups of hours with whole machines' contents as columns.

As in `relaxation`, but replicas come in patterns that really fit on a machine, so that commitments are made to machines
that can be filled. Patterns are added where their worth is above what their machine costs in a group of hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import LiveModel, compressed, live_rows
from solver.model.zoned.contents import Grid, valuable
from solver.model.zoned.filling import filled
from solver.model.zoned.lanes import ON_DEMAND, PLAN, RESERVED, SPOT
from solver.model.zoned.market import Market
from solver.model.zoned.relaxation import Prices

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SEED = 7
_GAIN = 1e-4


@dataclass
class Master:
    """The live program; `least` and `soft` are groups × workloads, `weights` hours by group."""

    market: Market
    types: Integers
    least: Floats
    soft: Floats
    weights: Floats
    patterns: dict[tuple[int, int, bytes], None] = field(default_factory=dict[tuple[int, int, bytes], None])
    """Machine type, option and contents of all columns, in the order in which they were found."""
    usd: float = 0.0
    reserved: Floats = field(default_factory=lambda: np.zeros(0))
    commitment: float = 0.0
    worth: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    discount: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    _live: LiveModel = field(init=False)
    _known: set[tuple[int, int, int, bytes]] = field(default_factory=set[tuple[int, int, int, bytes]])

    def __post_init__(self) -> None:
        groups, workloads = self.least.shape
        self._each = 2 * workloads + len(self.types) + 1
        lower = np.zeros((groups, self._each))
        lower[:, :workloads] = self.least
        lower[:, workloads : 2 * workloads] = -self.soft
        self._live = live_rows(lower.ravel())
        hours = float(self.weights.sum())
        every: Integers = np.arange(groups, dtype=np.int64) * self._each
        sold = np.isfinite(self.market.reserved[self.types])
        rate = np.where(sold, self.market.reserved[self.types], 0.0)
        place = (2 * workloads + np.arange(len(self.types), dtype=np.int64)[:, None] + every).astype(np.int32)
        self._live.add_columns(
            hours * rate,
            np.arange(len(self.types), dtype=np.int32) * groups,
            place.ravel(),
            np.ones(int(place.size)),
            np.where(sold, np.inf, 0.0),
        )
        plan = (self._each - 1 + every).astype(np.int32)
        self._live.add_columns(np.full(1, hours), np.zeros(1, dtype=np.int32), plan, np.ones(int(groups)))

    def run(self, prices: Prices, alone: Sequence[tuple[int, Integers]], rounds: int, trials: int) -> None:
        """Begin with patterns at the relaxation's prices, then add what pays."""
        slots = set(self.types.tolist())
        every = range(len(self.weights))
        self._add([(group, place, ON_DEMAND, row) for group in every for place, row in alone if place in slots])
        rent = np.full((len(self.weights), len(self.types)), np.inf)
        self._add(self._priced(prices.worth, prices.discount, rent, np.full(len(self.weights), np.inf), trials, True))
        for _ in range(rounds):
            rent, cover = self._solve()
            found = self._priced(self.worth, self.discount, rent, cover, trials, False)
            if not found:
                break
            self._add(found)
        self._solve()

    def refine(self, grid: Grid, rounds: int) -> None:
        """Add the most valuable contents where they pay; the program's optimum comes near that over all contents."""
        market, types = self.market, self.types
        most = np.full(len(market.room), 1 << 40, dtype=np.int64)
        single = np.flatnonzero((market.request == 1).all(axis=0))
        if len(single):
            most = market.room[:, single].min(axis=1)
        planned = np.where(np.isfinite(market.plan[types]), market.plan[types], 0.0)
        for _ in range(rounds):
            rent, cover = self._solve()
            covered = np.where(np.isfinite(market.plan[types])[None], cover[:, None] * planned[None], np.inf)
            rented = np.where(np.isfinite(market.reserved[types])[None], rent, np.inf)
            firm = np.minimum(np.minimum(market.price[types][None], covered), rented)
            soft = np.broadcast_to(market.spot[:, types].min(axis=0), firm.shape)
            found = [(*each, ON_DEMAND) for each in valuable(grid, self.worth, firm, types, most)]
            lower = np.maximum(self.worth - self.discount, 0.0)
            found += [(*each, SPOT) for each in valuable(grid, lower, soft, types, most)]
            if not found:
                break
            self._add([(row, place, option, contents) for row, place, contents, option in found])
        self._solve()

    def _solve(self) -> tuple[Floats, Floats]:
        self.usd, row_duals, values = self._live.run()
        groups, workloads = self.least.shape
        duals = np.maximum(row_duals.reshape(groups, self._each), 0.0) / self.weights[:, None]
        self.reserved = np.zeros(len(self.market.price))
        self.reserved[self.types] = values[: len(self.types)]
        self.commitment = float(values[len(self.types)])
        self.worth = duals[:, :workloads]
        discount = duals[:, workloads : 2 * workloads]
        self.discount = np.where(self.soft > 0, np.minimum(discount, self.worth), self.worth)
        return duals[:, 2 * workloads : -1], duals[:, -1]

    def _priced(
        self, worth: Floats, discount: Floats, rent: Floats, cover: Floats, trials: int, all_good: bool
    ) -> list[tuple[int, int, int, Integers]]:
        """Group, machine type, option and contents of what is worth more than it costs."""
        market, types = self.market, self.types
        groups = len(worth)
        spot = market.spot[:, types].min(axis=0)
        sold = np.isfinite(market.plan[types])[None] & np.isfinite(cover)[:, None]
        rate = np.where(np.isfinite(market.plan[types]), market.plan[types], 0.0)[None]
        planned = np.where(sold, rate * np.where(np.isfinite(cover), cover, 0.0)[:, None], np.inf)
        rent = np.where(np.isfinite(market.reserved[types])[None], rent, np.inf)
        firm = np.minimum(market.price[types][None], np.minimum(planned, rent))
        own = np.where(firm == rent, RESERVED, np.where(firm == market.price[types][None], ON_DEMAND, PLAN))
        price = np.concatenate([firm, np.broadcast_to(spot, firm.shape)], axis=1)
        option = np.concatenate([own, np.full(firm.shape, SPOT)], axis=1)
        place = np.broadcast_to(np.concatenate([types, types]), price.shape)
        group = np.broadcast_to(np.arange(groups)[:, None], price.shape)
        use = np.isfinite(price) & ((option != SPOT) | (self.soft.sum(axis=1) > 0)[:, None])
        place, option, price, group = (np.repeat(part[use], trials) for part in (place, option, price, group))
        is_spot = (option == SPOT)[:, None]
        value = np.where(is_spot, np.maximum(worth - discount, 0.0)[group], worth[group])
        left = np.where(is_spot, np.floor(self.soft + 1e-6)[group], np.ceil(self.least - 1e-6)[group]).astype(np.int64)
        rng = np.random.default_rng(_SEED + len(self.patterns))
        noise = 1.0 + 0.5 * rng.random(value.shape) ** 2 * (np.arange(len(place)) % trials > 0)[:, None]
        amounts = filled(market.request, market.room[place], value * noise, left)
        gain = ((amounts * value).sum(axis=1) / np.maximum(price, 1e-9)).reshape(-1, trials)
        best = gain.argmax(axis=1)
        found: list[tuple[int, int, int, Integers]] = []
        for number in np.flatnonzero((gain.max(axis=1) > 1.0 + _GAIN) | all_good):
            row = int(number) * trials + int(best[number])
            if amounts[row].any():
                found.append((int(group[row]), int(place[row]), int(option[row]), amounts[row]))
        return found

    def _add(self, found: list[tuple[int, int, int, Integers]]) -> None:
        workloads = len(self.market.request)
        slot = {int(place): number for number, place in enumerate(self.types)}
        costs: list[float] = []
        rows: list[Integers] = []
        entries: list[Floats] = []
        for group, place, first, amounts in found:
            base = group * self._each
            who = np.flatnonzero(amounts)
            options = [SPOT] if first == SPOT else [ON_DEMAND]
            if first != SPOT and np.isfinite(self.market.plan[place]):
                options.append(PLAN)
            if first != SPOT and np.isfinite(self.market.reserved[place]):
                options.append(RESERVED)
            self.patterns[place, SPOT if first == SPOT else ON_DEMAND, amounts.tobytes()] = None
            for option in options:
                key = (group, place, option, amounts.tobytes())
                if key in self._known:
                    continue
                self._known.add(key)
                row, entry, cost = base + who, amounts[who].astype(np.float64), 0.0
                if option == ON_DEMAND:
                    cost = float(self.market.price[place])
                elif option == SPOT:
                    cost = float(self.market.spot[:, place].min())
                    row, entry = np.concatenate([row, base + workloads + who]), np.concatenate([entry, -entry])
                elif option == RESERVED:
                    row, entry = np.append(row, base + 2 * workloads + slot[place]), np.append(entry, -1.0)
                else:
                    row, entry = np.append(row, base + self._each - 1), np.append(entry, -self.market.plan[place])
                costs.append(cost * float(self.weights[group]))
                rows.append(row)
                entries.append(entry)
        if not rows:
            return
        starts = compressed(np.array([len(row) for row in rows], dtype=np.int64))
        self._live.add_columns(np.array(costs), starts, np.concatenate(rows).astype(np.int32), np.concatenate(entries))
