"""Lanes: the machines of one zone in one hour, out of good patterns by a linear program, rounded and completed.

A pattern is a machine type with contents. Every lane has the same patterns, so one live program serves all: only what
must run, and what may be on spot machines, changes from one to the next.

    min   Σ price · machines
    s.t.  Σ contents(k) · machines                 ≥  replicas(k)
          Σ contents(k) · spot machines            ≤  soft(k)
          Σ reserved machines of type j            ≤  reserved(j)
          Σ q(j) · machines covered by the plan    ≤  commitment
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import LiveModel, compressed, live_rows
from solver.model.zoned.filling import filled
from solver.model.zoned.market import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SEED = 7
_CLOSE = 0.985
_LEAST = 1e-9
ON_DEMAND, PLAN, RESERVED, SPOT = range(4)


@dataclass
class Lanes:
    """The live program; `reserved` (by machine type, where it may be reserved) and `commitment` are a zone's."""

    market: Market
    zone: int
    reserved: Integers
    reservable: NDArray[np.bool_]
    commitment: float
    types: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """By column: machine type."""
    options: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """By column: how it is bought."""
    contents: Integers = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """Columns × workloads."""
    _live: LiveModel = field(init=False)
    _rows: dict[int, int] = field(default_factory=dict[int, int])
    """Row of each reserved type."""

    def __post_init__(self) -> None:
        workloads = len(self.market.request)
        held = np.flatnonzero(self.reservable)
        self._rows = {int(place): 2 * workloads + number for number, place in enumerate(held)}
        rows = 2 * workloads + len(held) + 1
        lower = np.zeros(rows)
        lower[2 * workloads : -1] = -self.reserved[held]
        lower[-1] = -self.commitment
        self._live = live_rows(lower)
        self.contents = np.zeros((0, workloads), dtype=np.int64)

    def offer(self, alone: Sequence[tuple[int, Integers]], patterns: Iterable[tuple[int, int, bytes]]) -> None:
        """Columns of full machines and of patterns (type, spot or not, contents), in each way that the zone sells."""
        rows = [(place, ON_DEMAND, amounts) for place, amounts in alone]
        rows += [(place, option, np.frombuffer(raw, dtype=np.int64)) for place, option, raw in patterns]
        found: list[tuple[int, int, Integers]] = []
        for place, option, amounts in rows:
            if not self.market.offered[self.zone, place]:
                continue
            if option == SPOT:
                if np.isfinite(self.market.spot[self.zone, place]):
                    found.append((place, SPOT, amounts))
                continue
            found.append((place, ON_DEMAND, amounts))
            if self.commitment > 0.0 and np.isfinite(self.market.plan[place]):
                found.append((place, PLAN, amounts))
            if self.reservable[place]:
                found.append((place, RESERVED, amounts))
        self.add(
            np.array([row[0] for row in found], dtype=np.int64),
            np.array([row[1] for row in found], dtype=np.int64),
            np.array([row[2] for row in found], dtype=np.int64).reshape(-1, self.contents.shape[1]),
        )

    @property
    def price(self) -> Floats:
        """By column: USD an hour that are paid for the hour itself."""
        return self._price(self.types, self.options)

    def _price(self, types: Integers, options: Integers) -> Floats:
        paid = np.where(options == SPOT, self.market.spot[self.zone, types], self.market.price[types])
        return np.where((options == ON_DEMAND) | (options == SPOT), paid, 0.0)

    def add(self, types: Integers, options: Integers, contents: Integers) -> None:
        """More columns."""
        workloads = contents.shape[1]
        rows: list[Integers] = []
        entries: list[Floats] = []
        for place, option, amounts in zip(types.tolist(), options.tolist(), contents, strict=True):
            who = np.flatnonzero(amounts)
            row, entry = who, amounts[who].astype(np.float64)
            if option == SPOT:
                row, entry = np.concatenate([row, workloads + who]), np.concatenate([entry, -entry])
            elif option == RESERVED:
                row, entry = np.append(row, self._rows[place]), np.append(entry, -1.0)
            elif option == PLAN:
                row = np.append(row, 2 * workloads + len(self._rows))
                entry = np.append(entry, -self.market.plan[place])
            rows.append(row)
            entries.append(entry)
        if not rows:
            return
        self._live.add_columns(
            self._price(types, options),
            compressed(np.array([len(row) for row in rows], dtype=np.int64)),
            np.concatenate(rows).astype(np.int32),
            np.concatenate(entries),
        )
        self.types, self.options = np.concatenate([self.types, types]), np.concatenate([self.options, options])
        self.contents = np.concatenate([self.contents, contents])

    def solve(self, replicas: Integers, soft: Integers) -> tuple[Floats, Floats]:
        """Machines by column, and duals by row."""
        if not len(self.types):
            # The zone sells none of the machine types, and nothing is put there.
            return np.zeros(0), np.zeros(2 * len(replicas) + len(self._rows) + 1)
        limits = [replicas, -soft, -self.reserved[self.reservable]]
        self._live.require(np.concatenate(limits).astype(np.float64))
        _, duals, values = self._live.run()
        return values, np.maximum(duals, 0.0)

    def rents(self, duals: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Worth and discount by workload, what a reserved machine of each type is worth, and a USD of commitment."""
        workloads = len(self.market.request)
        rent = np.zeros(len(self.market.price))
        for place, row in self._rows.items():
            rent[place] = duals[row]
        return duals[:workloads], duals[workloads : 2 * workloads], rent, duals[-1:]

    def ratio(self, duals: Floats) -> Floats:
        """By column: what its contents are worth, as a part of what it costs at these duals."""
        worth, discount, rent, cover = self.rents(duals)
        is_spot, is_plan = self.options == SPOT, self.options == PLAN
        value = self.contents @ worth - np.where(is_spot, self.contents @ discount, 0.0)
        price = np.where(self.options == RESERVED, rent[self.types], self.price)
        price = np.where(is_plan, cover[0] * np.where(is_plan, self.market.plan[self.types], 0.0), price)
        return value / np.maximum(price, _LEAST)

    def near(self, lanes: Integers, soft: Integers) -> Lanes:
        """Only the columns that come close to their price in some of the lanes (lanes × workloads), and one that any
        lane can buy for each workload: some run in none of these lanes."""
        closest = np.full(len(self.types), -np.inf)
        for replicas, most in zip(lanes, soft, strict=True):
            _, duals = self.solve(replicas, most)
            closest = np.maximum(closest, self.ratio(duals))
        there = self.reserved > 0
        found = Lanes(self.market, self.zone, self.reserved, there, self.commitment)
        some = (closest >= _CLOSE) & ((self.options != RESERVED) | there[self.types])
        for amounts in self.contents.T:
            holding = (amounts > 0) & (self.options == ON_DEMAND)
            if holding.any() and not (holding & some).any():
                usd = np.where(holding, self.price / np.maximum(amounts, 1), np.inf)
                some[int(usd.argmin())] = True
        found.add(self.types[some], self.options[some], self.contents[some])
        return found

    def generate(self, lanes: Integers, soft: Integers, types: Integers, rounds: int, trials: int) -> None:
        """Patterns from the duals of some lanes (lanes × workloads): what is worth most on each type."""
        rng = np.random.default_rng(_SEED)
        known = {(int(t), int(o), a.tobytes()) for t, o, a in zip(self.types, self.options, self.contents, strict=True)}
        for _ in range(rounds):
            found: list[tuple[int, int, Integers]] = []
            for replicas, most in zip(lanes, soft, strict=True):
                _, duals = self.solve(replicas, most)
                worth, discount, rent, cover = self.rents(duals)
                offers = self._offers(types, rent, float(cover[0]))
                if not offers:
                    continue
                place = np.repeat(np.array([offer[0] for offer in offers], dtype=np.int64), trials)
                option = np.repeat(np.array([offer[1] for offer in offers], dtype=np.int64), trials)
                price = np.repeat(np.array([offer[2] for offer in offers], dtype=np.float64), trials)
                is_spot = (option == SPOT)[:, None]
                value = np.where(is_spot, np.maximum(worth - discount, 0.0)[None], worth[None])
                left = np.array([most if each == SPOT else replicas for each in option.tolist()], dtype=np.int64)
                noise = 1.0 + 0.5 * rng.random(value.shape) ** 2 * (np.arange(len(place)) % trials > 0)[:, None]
                amounts = filled(self.market.request, self.market.room[place], value * noise, left)
                gain = (amounts * value).sum(axis=1) / np.maximum(price, 1e-12)
                gain = gain.reshape(-1, trials)
                best = gain.argmax(axis=1)
                for number in np.flatnonzero(gain.max(axis=1) > 1.0 + 1e-4):
                    row = int(number) * trials + int(best[number])
                    key = (int(place[row]), int(option[row]), amounts[row].tobytes())
                    if key not in known:
                        known.add(key)
                        found.append((key[0], key[1], amounts[row]))
            if not found:
                break
            self.add(
                np.array([each[0] for each in found]),
                np.array([each[1] for each in found]),
                np.array([each[2] for each in found]),
            )

    def _offers(self, types: Integers, rent: Floats, cover: float) -> list[tuple[int, int, float]]:
        """Type, option and what it is worth, of all that can be had in the zone."""
        market = self.market
        offers: list[tuple[int, int, float]] = []
        for place in types.tolist():
            if not market.offered[self.zone, place]:
                continue
            offers.append((place, ON_DEMAND, float(market.price[place])))
            if self.commitment > 0.0 and np.isfinite(market.plan[place]):
                offers.append((place, PLAN, float(market.plan[place]) * cover))
            if self.reservable[place]:
                offers.append((place, RESERVED, float(rent[place])))
            if np.isfinite(market.spot[self.zone, place]):
                offers.append((place, SPOT, float(market.spot[self.zone, place])))
        return offers
