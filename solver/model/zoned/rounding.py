"""Rounding: whole machines from a lane's linear program, and what is still to be placed.

First the program's machines, rounded down; `diving` places what is left. Where its work ends before that, for all lanes
at once, machines are filled with what is left, the one that is worth most for its price in each lane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.filling import filled
from solver.model.zoned.lanes import RESERVED, SPOT, Lanes
from solver.model.zoned.market import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Machine = tuple[int, bool, tuple[int, ...], int]
"""Machine type, whether it is spot, contents by workload, number."""
_WHOLE = 1e-6
_LEAST_PRICE = 1e-6
_NEAR = 150
"""Columns with which the search for the rest of a lane begins."""
_IDLE = 0.3
"""Part of its worth at which an idle reserved machine is priced while the rest of a lane is placed."""


@dataclass
class Lane:
    """What is still to be placed in one zone and hour."""

    zone: int
    left: Integers
    soft: Integers
    """How many more may be on spot machines."""
    reserved: Integers
    """Reserved machines that stand idle, by machine type."""
    worth: Floats
    discount: Floats
    rent: Floats
    """What a reserved machine is worth, by machine type."""
    machines: list[Machine]
    commitment: float = 0.0
    """USD an hour of the savings plan that nothing uses yet."""
    cover: float = 0.0
    """What a USD of them is worth."""

    def take(self, place: int, option: int, amounts: Integers, count: int) -> None:
        """Place machines with these contents."""
        self.left = self.left - amounts * count
        if option == SPOT:
            self.soft = self.soft - amounts * count
        if option == RESERVED:
            self.reserved[place] -= count
        self.machines.append((place, option == SPOT, tuple(amounts.tolist()), count))


def begun(lanes: Lanes, replicas: Integers, soft: Integers) -> tuple[Lane, Integers]:
    """A lane with the program's machines, rounded down, and the columns that come closest to their price."""
    amounts, duals = lanes.solve(replicas, soft)
    worth, discount, rent, cover = lanes.rents(duals)
    reserved = lanes.reserved.copy()
    lane = Lane(
        lanes.zone, replicas.copy(), soft.copy(), reserved, worth, discount, rent, [], lanes.commitment, float(cover[0])
    )
    types, options, contents = lanes.types, lanes.options, lanes.contents
    for column in np.argsort(-amounts, kind="stable").tolist():
        count = int(amounts[column] + _WHOLE)
        if count < 1:
            break
        _take_most(lane, int(types[column]), int(options[column]), contents[column], count)
    return lane, np.argsort(-lanes.ratio(duals), kind="stable")[:_NEAR]


def _take_most(lane: Lane, place: int, option: int, contents: Integers, most: int) -> None:
    who = contents > 0
    room = lane.soft if option == SPOT else lane.left
    count = min(most, int((np.minimum(room, lane.left)[who] // contents[who]).min()))
    if option == RESERVED:
        count = min(count, int(lane.reserved[place]))
    if count > 0:
        lane.take(place, option, contents, count)


def completed(market: Market, lanes: list[Lane], types: Integers) -> None:
    """Fill machines with what is left of each lane until nothing is."""
    while True:
        todo = [lane for lane in lanes if lane.left.any()]
        if not todo:
            return
        place, option, price, owner = _candidates(market, todo, types)
        left = np.array([lane.left for lane in todo])[owner]
        soft = np.array([np.minimum(lane.soft, lane.left) for lane in todo])[owner]
        # A replica of no worth to the program still needs a place.
        worth = np.array([np.maximum(lane.worth, _LEAST_PRICE) for lane in todo])[owner]
        reduced = np.array([np.maximum(lane.worth - lane.discount, _LEAST_PRICE) for lane in todo])[owner]
        is_spot = (option == SPOT)[:, None]
        value, most = np.where(is_spot, reduced, worth), np.where(is_spot, soft, left)
        amounts = filled(market.request, market.room[place], value, most)
        ratio = (amounts * value).sum(axis=1) / price
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        ends = np.append(starts[1:], len(owner))
        for number, lane in enumerate(todo):
            begin, end = int(starts[number]), int(ends[number])
            best = begin + int(ratio[begin:end].argmax())
            _take_most(lane, int(place[best]), int(option[best]), amounts[best], 1 << 30)


def _candidates(market: Market, lanes: list[Lane], types: Integers) -> tuple[Integers, Integers, Floats, Integers]:
    """Machine type, option, price and lane of every machine that could be next; at least one holds something."""
    rows: list[tuple[Integers, Integers, Floats, Integers]] = []
    for number, lane in enumerate(lanes):
        some = types[market.offered[lane.zone, types]]
        holds = market.holds[lane.left > 0]
        if not holds[:, some].any(axis=1).all():
            some = np.flatnonzero(market.offered[lane.zone])
        spot = some[np.isfinite(market.spot[lane.zone, some])] if lane.soft.any() else some[:0]
        idle = np.flatnonzero((lane.reserved > 0) & market.offered[lane.zone])
        place = np.concatenate([some, idle, spot])
        option = np.repeat([0, RESERVED, SPOT], [len(some), len(idle), len(spot)])
        price = np.concatenate(
            [market.price[some], np.maximum(_IDLE * lane.rent[idle], _LEAST_PRICE), market.spot[lane.zone, spot]]
        )
        useful = holds[:, place].any(axis=0)
        rows.append((place[useful], option[useful], price[useful], np.full(int(useful.sum()), number)))
    places, options, prices, owners = zip(*rows, strict=True)
    return np.concatenate(places), np.concatenate(options), np.concatenate(prices), np.concatenate(owners)


def fitted(market: Market, zone: int, machine: Machine, cache: dict[tuple[int, bool, tuple[int, ...]], int]) -> int:
    """The cheapest machine type of the zone, on demand or as spot capacity, that holds the contents."""
    _, is_spot, contents, _ = machine
    key = (zone, is_spot, contents)
    if key not in cache:
        used = np.array(contents) @ market.request
        price = market.spot[zone] if is_spot else np.where(market.offered[zone], market.price, np.inf)
        cache[key] = int(np.where((market.room >= used).all(axis=1), price, np.inf).argmin())
    return cache[key]
