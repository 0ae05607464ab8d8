"""Diving: whole machines for what a lane's program left over, by small programs over machines that really fit.

All lanes go in step. In a round each lane's remaining replicas get a linear program of their own, over patterns of
which none holds more than is left: those it had, mended, and fresh ones that its prices ask for. Machines that the
program wants whole are placed; where there are none, those that hold the largest replicas at the best price. So what is
left in the end is small replicas, which fit on small machines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from solver.model.live_model import LiveModel, compressed, live_rows
from solver.model.zoned.filling import filled
from solver.model.zoned.lanes import ON_DEMAND, PLAN, RESERVED, SPOT
from solver.model.zoned.market import Market
from solver.model.zoned.rounding import Lane

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_SEED = 5
_ROUNDS = 60
_FIRST = 8
"""Times that patterns are made in the first round: what the machines that are placed before any other are judged by."""
_KEPT = 150
"""Patterns that a lane keeps from round to round."""
_FEW = 3
"""Machines that are placed in a round where none is wanted whole."""
_OFTEN = 0.5
"""All but the first of them are wanted that much at least."""
_WHOLE = 1e-6
_GAIN = 1e-4
_LEAST = 1e-9


@dataclass
class Tail:
    """A lane and its patterns."""

    lane: Lane
    types: Integers
    options: Integers
    """By pattern: how it is bought."""
    contents: Integers
    """Patterns × workloads."""
    amounts: Floats = field(default_factory=lambda: np.zeros(0))
    """By pattern: machines that the program takes."""
    _live: LiveModel = field(init=False)
    _offered: int = 0
    """Patterns that the program knows."""
    _firm: Integers = field(init=False)
    _soft: Integers = field(init=False)
    _held: Integers = field(init=False)

    def join(self, types: Integers, options: Integers, contents: Integers) -> None:
        """More patterns."""
        self.types = np.concatenate([self.types, types])
        self.options = np.concatenate([self.options, options])
        self.contents = np.concatenate([self.contents, contents])

    def keep(self, some: NDArray[np.bool_] | Integers) -> None:
        """Only some of the patterns."""
        self.types, self.options, self.contents = self.types[some], self.options[some], self.contents[some]

    def cut(self) -> tuple[Integers, Integers]:
        """Patterns hold no more than is left; places of those that held more, and what could still be put there."""
        lane = self.lane
        self.keep(
            ((self.options != RESERVED) | (lane.reserved[self.types] > 0))
            & ((self.options != PLAN) | (lane.commitment > 0.0))
        )
        most = np.where((self.options == SPOT)[:, None], np.minimum(lane.soft, lane.left), lane.left)
        less = np.minimum(self.contents, most)
        changed = np.flatnonzero((less < self.contents).any(axis=1))
        self.contents = less
        return changed, (most - less)[changed]

    def single(self, market: Market) -> None:
        """Each pattern once, the best ones first."""
        key = self.contents @ _marks(self.contents.shape[1]) + self.types * 4 + self.options
        _, first = np.unique(key, return_index=True)
        first = first[self.contents[first].any(axis=1)]
        ratio = self.ratio(market)[first]
        self.keep(first[np.argsort(-ratio, kind="stable")[:_KEPT]])

    def begin(self, market: Market) -> None:
        """A program over the patterns; prices of what it holds, and how many of each pattern it takes."""
        lane = self.lane
        self._firm = np.flatnonzero(lane.left)
        self._soft = np.flatnonzero((lane.left > 0) & (lane.soft > 0))
        self._held = np.flatnonzero(lane.reserved > 0)
        lower = np.concatenate(
            [lane.left[self._firm], -lane.soft[self._soft], -lane.reserved[self._held], [-lane.commitment]]
        )
        self._live = live_rows(lower.astype(np.float64))
        self._offered = 0
        self.solve(market)

    def solve(self, market: Market) -> None:
        """The program again, with the patterns that have joined since."""
        lane, fresh = self.lane, slice(self._offered, None)
        firm, soft, held = self._firm, self._soft, self._held
        types, options, contents = self.types[fresh], self.options[fresh], self.contents[fresh]
        is_spot, is_plan = options == SPOT, options == PLAN
        own = -((types[:, None] == held) & (options == RESERVED)[:, None]).astype(np.float64)
        budget = np.where(is_plan, -np.where(is_plan, market.plan[types], 0.0), 0.0)
        matrix = np.concatenate(
            [contents[:, firm], np.where(is_spot[:, None], -contents[:, soft], 0), own, budget[:, None]], axis=1
        )
        column, row = np.nonzero(matrix)
        starts = compressed(np.bincount(column, minlength=len(matrix)))
        entries: Floats = matrix[column, row].astype(np.float64)
        self._live.add_columns(self.prices(market)[fresh], starts, row.astype(np.int32), entries)
        _, duals, self.amounts = self._live.run(dual=self._offered == 0)
        self._offered = len(self.types)
        duals = np.maximum(duals, 0.0)
        lane.worth = np.zeros(len(lane.left))
        lane.discount, lane.rent = lane.worth.copy(), np.zeros(len(lane.reserved))
        lane.worth[firm] = duals[: len(firm)]
        lane.discount[soft] = duals[len(firm) : len(firm) + len(soft)]
        lane.discount = np.where((lane.soft > 0), np.minimum(lane.discount, lane.worth), lane.worth)
        lane.rent[held] = duals[len(firm) + len(soft) : -1]
        lane.cover = float(duals[-1])

    def prices(self, market: Market) -> Floats:
        """By pattern: USD an hour that are paid for the hour itself."""
        paid = np.where(self.options == SPOT, market.spot[self.lane.zone, self.types], market.price[self.types])
        return np.where((self.options == ON_DEMAND) | (self.options == SPOT), paid, 0.0)

    def ratio(self, market: Market) -> Floats:
        """By pattern: what its contents are worth, as a part of what it costs."""
        lane = self.lane
        value = self.contents @ lane.worth - np.where(self.options == SPOT, self.contents @ lane.discount, 0.0)
        cost = np.where(self.options == RESERVED, lane.rent[self.types], self.prices(market))
        is_plan = self.options == PLAN
        cost = np.where(is_plan, lane.cover * np.where(is_plan, market.plan[self.types], 0.0), cost)
        return value / np.maximum(cost, _LEAST)

    def place(self, market: Market, size: Floats) -> None:
        """Machines that are wanted whole, or else the best ones."""
        whole = np.floor(self.amounts + _WHOLE).astype(np.int64)
        if whole.any():
            for number in np.flatnonzero(whole).tolist():
                self._take(market, number, int(whole[number]))
            return
        some = np.flatnonzero(self.amounts > _WHOLE)
        ratio = np.minimum(self.ratio(market)[some], 1.0)
        held = self.contents[some]
        large = (held @ size**2) / np.maximum(held @ size, _LEAST)
        score = ratio**4 * (0.2 + self.amounts[some]) * (0.1 + large)
        first = True
        for number in some[np.argsort(-score, kind="stable")].tolist()[:_FEW]:
            if first or self.amounts[number] > _OFTEN:
                self._take(market, number, 1)
            first = False

    def _take(self, market: Market, number: int, count: int) -> None:
        lane = self.lane
        place, option, contents = int(self.types[number]), int(self.options[number]), self.contents[number]
        who = contents > 0
        room = np.minimum(lane.soft, lane.left) if option == SPOT else lane.left
        count = min(count, int((room[who] // contents[who]).min()))
        if count < 1:
            return
        if option == PLAN:
            lane.commitment = max(0.0, lane.commitment - count * float(market.plan[place]))
        lane.take(place, option, contents, count)


@cache
def _marks(workloads: int) -> Integers:
    """Numbers by which patterns are told apart."""
    return np.random.default_rng(_SEED).integers(1, 1 << 40, workloads)


def dived(market: Market, tails: list[Tail], types: Integers) -> None:
    """Place all that is left of the lanes."""
    size = (market.request / np.maximum(market.room[types].max(axis=0), 1)).max(axis=1)
    for turn in range(_ROUNDS):
        tails = [tail for tail in tails if tail.lane.left.any()]
        if not tails:
            return
        _mended(market, tails)
        _alone(market, tails)
        for tail in tails:
            tail.begin(market)
        joined = tails
        for _ in range(1 if turn else _FIRST):
            joined = _priced(market, joined, types)
            for tail in joined:
                tail.solve(market)
            if not joined:
                break
        for tail in tails:
            tail.place(market, size)


def _mended(market: Market, tails: list[Tail]) -> None:
    """Patterns of which there is less left than they held get other replicas instead."""
    cuts = [tail.cut() for tail in tails]
    owner = np.repeat(np.arange(len(tails)), [len(changed) for changed, _ in cuts])
    if len(owner):
        pairs = [(tail, changed) for tail, (changed, _) in zip(tails, cuts, strict=True)]
        types = np.concatenate([tail.types[changed] for tail, changed in pairs])
        is_spot = np.concatenate([tail.options[changed] for tail, changed in pairs]) == SPOT
        held = np.concatenate([tail.contents[changed] for tail, changed in pairs])
        most = np.concatenate([more for _, more in cuts])
        worth = np.array([tail.lane.worth for tail in tails])
        lower = np.array([np.maximum(tail.lane.worth - tail.lane.discount, 0.0) for tail in tails])
        value = np.where(is_spot[:, None], lower[owner], worth[owner])
        held = held + filled(market.request, market.room[types] - held @ market.request, value, most)
        begin = 0
        for tail, changed in pairs:
            tail.contents[changed] = held[begin : begin + len(changed)]
            begin += len(changed)
    for tail in tails:
        tail.single(market)


def _alone(market: Market, tails: list[Tail]) -> None:
    """A machine for as much as there is of each workload alone, so that each program has an answer."""
    asked = market.request > 0
    often = np.where(asked[:, None], market.room[None] // np.maximum(market.request, 1)[:, None], 1 << 30).min(axis=2)
    for tail in tails:
        lane = tail.lane
        who = np.flatnonzero(lane.left)
        for option, most, price in (
            (ON_DEMAND, lane.left, np.where(market.offered[lane.zone], market.price, np.inf)),
            (SPOT, np.minimum(lane.soft, lane.left), market.spot[lane.zone]),
        ):
            some = who[most[who] > 0]
            count = np.minimum(often[some], most[some][:, None])
            cost = np.where(count > 0, price / np.maximum(count, 1), np.inf)
            best = cost.argmin(axis=1)
            sold = np.isfinite(cost[np.arange(len(some)), best])
            some, best, count = some[sold], best[sold], count[np.arange(len(some)), best][sold]
            contents = np.zeros((len(some), len(lane.left)), dtype=np.int64)
            contents[np.arange(len(some)), some] = count
            tail.join(best, np.full(len(some), option), contents)


def _priced(market: Market, tails: list[Tail], types: Integers) -> list[Tail]:
    """More patterns for each lane, where they are worth more than they cost; the lanes that got some."""
    places: list[Integers] = []
    firms: list[NDArray[np.bool_]] = []
    costs: list[Floats] = []
    owners: list[Integers] = []
    for number, tail in enumerate(tails):
        lane = tail.lane
        own = types[market.offered[lane.zone, types]]
        idle = np.flatnonzero(lane.reserved > 0)
        price = np.where(market.offered[lane.zone], market.price, np.inf)
        if lane.commitment > 0.0:
            sold = np.isfinite(market.plan)
            price = np.minimum(price, np.where(sold, lane.cover * np.where(sold, market.plan, 0.0), np.inf))
        price[idle] = np.minimum(price[idle], lane.rent[idle])
        firm = np.union1d(own, idle)
        spot = (
            own[np.isfinite(market.spot[lane.zone, own])] if (np.minimum(lane.soft, lane.left) > 0).any() else own[:0]
        )
        places += [firm, spot]
        firms.append(np.arange(len(firm) + len(spot)) < len(firm))
        costs += [price[firm], market.spot[lane.zone, spot]]
        owners.append(np.full(len(firm) + len(spot), number))
    place, firm = np.concatenate(places), np.concatenate(firms)
    cost, owner = np.concatenate(costs), np.concatenate(owners)
    worth = np.array([tail.lane.worth for tail in tails])
    lower = np.array([np.maximum(tail.lane.worth - tail.lane.discount, 0.0) for tail in tails])
    left = np.array([tail.lane.left for tail in tails])
    soft = np.array([np.minimum(tail.lane.soft, tail.lane.left) for tail in tails])
    value = np.where(firm[:, None], worth[owner], lower[owner])
    most = np.where(firm[:, None], left[owner], soft[owner])
    amounts = filled(market.request, market.room[place], value, most)
    good = (amounts * value).sum(axis=1) > cost * (1.0 + _GAIN) + _LEAST
    ends = np.cumsum(np.bincount(owner, minlength=len(tails)))
    joined: list[Tail] = []
    for number, tail in enumerate(tails):
        mine: Integers = np.arange(ends[number - 1] if number else 0, ends[number], dtype=np.int64)
        mine = mine[good[mine]]
        if not len(mine):
            continue
        lane = tail.lane
        joined.append(tail)
        who, contents, is_firm = place[mine], amounts[mine], firm[mine]
        sold = is_firm & market.offered[lane.zone, who]
        held = is_firm & (lane.reserved[who] > 0)
        covered = sold & np.isfinite(market.plan[who]) & (lane.commitment > 0.0)
        for some, option in ((sold, ON_DEMAND), (held, RESERVED), (covered, PLAN), (~is_firm, SPOT)):
            tail.join(who[some], np.full(int(some.sum()), option), contents[some])
    return joined
