"""Plan: all hours of an instance with zones, survival and commitments, with a bound on what any plan costs."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from solver.model.zoned.billing import Tariff, best_purchase
from solver.model.zoned.bound import bound_usd, shortfall
from solver.model.zoned.contents import grid_of
from solver.model.zoned.diving import Tail, dived
from solver.model.zoned.holding import held
from solver.model.zoned.lanes import Lanes
from solver.model.zoned.market import Market, market_of
from solver.model.zoned.master import Master
from solver.model.zoned.mixing import mixed
from solver.model.zoned.relaxation import Prices, relaxed
from solver.model.zoned.rounding import Lane, begun, completed, fitted
from solver.model.zoned.slack import dissolved
from solver.model.zoned.spread import spread
from solver.timetable.answer import HourlyWork, RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance
from solver.vocabulary import PurchaseOption, Termination

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
_GROUPS = 16
_ROUNDS = 4
"""Of machine types that are added to the relaxation."""
_ADDED = 8
_SAMPLES = 8
"""Hours from which a zone's patterns are made."""
_JUDGED = 14
"""Hours by which a zone's reservations are judged."""
_GENERATIONS = 10
_TRIALS = 12
_REFINEMENTS = 14
"""Times that the most valuable contents join the program, where they can be found."""
_OPTIMAL = 1e-4
_TOLERANCE = 1e-4


def plan_zones(instance: HourlyInstance) -> Timetable:
    """Machines in each zone and hour, how they are bought, and a bound."""
    market = market_of(instance)
    if not market.need.any():
        hours = ((),) * instance.hours
        return Timetable(hours=hours, reserved={}, usd=0.0, bound_usd=0.0, termination=Termination.OPTIMAL)
    order = np.argsort(market.least @ market.part.max(axis=2).min(axis=1), kind="stable")
    of_hour, least, soft_mean, weights = _grouped(market, order)
    prices, bound, types = _relaxed(market, of_hour, least, soft_mean, weights)
    master = Master(market, types, least, soft_mean, weights)
    every = np.ones(len(market.price), dtype=np.bool_)
    master.run(prices, _alone(market, every), _GENERATIONS, _TRIALS)
    placed, soft = spread(market)
    zones = len(market.zones)
    grid = grid_of(market)
    if grid is not None:
        master.refine(grid, _REFINEMENTS)
        bound = max(bound, mixed(market, grid, master.worth, master.discount, master.reserved))
    bought = np.rint(master.reserved).astype(np.int64)
    committed, patterns = master.commitment, tuple(master.patterns)
    by_lane: list[list[Lane]] = []
    tails: list[Tail] = []
    own: list[Integers] = []
    samples = order[np.unique(np.linspace(0, len(order) - 1, min(_SAMPLES, len(order))).astype(np.int64))]
    judged = order[np.unique(np.linspace(0, len(order) - 1, min(_JUDGED, len(order))).astype(np.int64))]
    for zone in range(zones):
        some = market.offered[zone] & (master.reserved > _TOLERANCE)
        start = np.where(some, bought // zones + (zone < bought % zones), 0)
        lanes = Lanes(market, zone, start, some, committed / zones)
        lanes.offer(_alone(market, market.offered[zone]), patterns)
        lanes.generate(placed[samples, zone], soft[samples, zone], types, _GENERATIONS, _TRIALS)
        own.append(held(lanes, placed[judged, zone], soft[judged, zone], start))
        lanes.reserved = own[zone]
        lanes = lanes.near(placed[samples, zone], soft[samples, zone])
        found: dict[int, Lane] = {}
        for hour in order.tolist():
            found[hour], near = begun(lanes, placed[hour, zone], soft[hour, zone])
            tails.append(Tail(found[hour], lanes.types[near], lanes.options[near], lanes.contents[near]))
        by_lane.append([found[hour] for hour in range(market.hours)])
    dived(market, tails, types)
    completed(market, [lane for row in by_lane for lane in row], types)
    fits: dict[tuple[int, bool, tuple[int, ...]], int] = {}
    for reserved, row in zip(own, by_lane, strict=True):
        for lane in row:
            dissolved(market, lane, reserved, fits)
    return _timetable(instance, market, by_lane, own, bound)


def _grouped(market: Market, order: Integers) -> tuple[Integers, Floats, Floats, Floats]:
    """Hours in groups of like loads: the group of each, mean replicas and interruptible ones, and hours by group."""
    groups = min(_GROUPS, market.hours)
    of_hour = np.empty(market.hours, dtype=np.int64)
    of_hour[order] = np.arange(market.hours) * groups // market.hours
    weights = np.bincount(of_hour).astype(np.float64)
    least, soft = np.zeros((groups, market.need.shape[1])), np.zeros((groups, market.need.shape[1]))
    np.add.at(least, of_hour, market.least)
    np.add.at(soft, of_hour, market.soft)
    least, soft = least / weights[:, None], soft / weights[:, None]
    return of_hour, least, soft, weights


def _relaxed(
    market: Market, of_hour: Integers, least: Floats, soft: Floats, weights: Floats
) -> tuple[Prices, float, Integers]:
    """The relaxation's prices, the bound that they prove, and the machine types that matter."""
    taken = np.where(market.holds, market.part.max(axis=2), np.inf)
    chosen = {place for place, _ in _alone(market, np.ones(len(market.price), dtype=np.bool_))}
    for price in (market.price, market.reserved, market.plan, market.spot.min(axis=0)):
        cost = taken * np.where(np.isfinite(price), price, market.price)
        chosen |= set(cost.argmin(axis=1).tolist())
    for turn in range(_ROUNDS):
        types = np.array(sorted(chosen), dtype=np.int64)
        prices = relaxed(market, types, least, soft, weights)
        firm, spot = shortfall(market, prices, weights)
        factor = np.minimum(firm, spot)
        worst = factor.min(axis=0)
        more = [int(place) for place in np.argsort(worst, kind="stable")[:_ADDED] if worst[place] < 1.0 - _TOLERANCE]
        if turn == _ROUNDS - 1 or not set(more) - chosen:
            return prices, bound_usd(market, prices, factor.min(axis=1), of_hour), types
        chosen |= set(more)
    raise AssertionError


def _alone(market: Market, offered: Booleans) -> list[tuple[int, Integers]]:
    """For each workload the machine type on which it is cheapest alone, and a machine full of it."""
    price = np.where(offered, market.price, np.inf)
    found: list[tuple[int, Integers]] = []
    for place, request in enumerate(market.request):
        asked = request > 0
        often = np.where(market.holds[place], (market.room[:, asked] // request[asked]).min(axis=1), 0)
        cost = np.where(often > 0, price / np.maximum(often, 1), np.inf)
        machine = int(cost.argmin())
        if np.isfinite(cost[machine]):
            amounts = np.zeros(len(market.request), dtype=np.int64)
            amounts[place] = often[machine]
            found.append((machine, amounts))
    return found


def _timetable(
    instance: HourlyInstance, market: Market, by_lane: list[list[Lane]], own: list[Integers], bound: float
) -> Timetable:
    """Machines by name, billed as cheaply as they can be."""
    cache: dict[tuple[int, bool, tuple[int, ...]], int] = {}
    running = np.zeros((market.hours, len(market.price)), dtype=np.int64)
    groups: list[list[tuple[int, int, bool, tuple[int, ...], int]]] = [[] for _ in range(market.hours)]
    for zone, row in enumerate(by_lane):
        for hour, lane in enumerate(row):
            within = np.zeros(len(market.price), dtype=np.int64)
            for machine in lane.machines:
                place, is_spot, contents, count = machine
                kept = 0 if is_spot else max(0, min(count, int(own[zone][place] - within[place])))
                if kept:
                    within[place] += kept
                    groups[hour].append((zone, place, False, contents, kept))
                if count > kept:
                    groups[hour].append((zone, fitted(market, zone, machine, cache), is_spot, contents, count - kept))
    for hour, found in enumerate(groups):
        for _, place, is_spot, _, count in found:
            if not is_spot:
                running[hour, place] += count
    tariff = Tariff(market.price, market.reserved, market.plan, running)
    reserved, commitment = best_purchase(tariff, np.sum(own, axis=0))
    usd = tariff.cost(reserved, commitment)
    hours: list[tuple[RunningMachines, ...]] = []
    for hour, found in enumerate(groups):
        bills = tariff.bills(hour, reserved, commitment)
        merged: Counter[tuple[int, int, PurchaseOption, tuple[int, ...]]] = Counter()
        for zone, place, is_spot, contents, count in found:
            if is_spot:
                merged[zone, place, PurchaseOption.SPOT, contents] += count
                usd += count * float(market.spot[zone, place])
                continue
            for option in (PurchaseOption.RESERVED, PurchaseOption.SAVINGS_PLAN, PurchaseOption.ON_DEMAND):
                number = min(count, bills[option].get(place, 0))
                if number:
                    bills[option][place] -= number
                    merged[zone, place, option, contents] += number
                    count -= number
        hours.append(
            tuple(
                RunningMachines(
                    instance.machines[market.origin[place]].name,
                    option,
                    {instance.workloads[k].name: number for k, number in enumerate(contents) if number},
                    count,
                    market.zones[zone],
                )
                for (zone, place, option, contents), count in sorted(merged.items())
            )
        )
    names = {instance.machines[market.origin[place]].name: int(reserved[place]) for place in np.flatnonzero(reserved)}
    return Timetable(
        hours=tuple(hours),
        reserved=names,
        plan_usd_per_hour=commitment,
        usd=usd,
        bound_usd=bound,
        termination=Termination.OPTIMAL if usd - bound <= _OPTIMAL * usd else Termination.LIMIT,
        work=HourlyWork(hours=market.hours),
    )
