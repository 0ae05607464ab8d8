"""Options: what one service may run on, as arrays; machines that services share are split into a part for each.

A column that holds replicas of several services is an option of each of them, at a part of its cost. Whatever the
parts, if they add up to at most the column's cost, services planned apart cost at most what they cost together: a lower
bound stays one. The parts lie between what the services' own machines cost in proportion and what whole ones would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.columns import worths
from solver.model.compute.hourly import Hourly
from solver.model.compute.resource_prices import replica_prices
from solver.model.compute.rows import Counted, in_rounds, surviving
from solver.model.compute.valuation import Valuation

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NO_COLUMN = -1
_MANY = 128
_SAME, _LESS = 1e-12, 1e-9
"""USD an hour: what costs the same, and what surely costs less."""


@dataclass(frozen=True)
class Options:
    """Of one service, on demand before spot, the best value first."""

    service: int
    rows: Integers
    """Numbers of the service's rows."""
    surviving: Flags
    """By row: counts machines that the loss of a zone leaves."""
    in_rounds: Flags
    """By row: of these only whole rounds of a machine in each zone."""
    column: Integers
    """Column of each option; NO_COLUMN for a replica at the prices of its resources."""
    on_demand: Flags
    """A savings plan changes what the option costs."""
    shared: Flags
    """Only a part of the column is the service's."""
    worth: Integers
    """Options × rows: of one machine."""
    worth_of_replica: Integers
    """Runnable variants × rows."""
    zones: Integers
    least: Integers
    """Fewest machines, if any run."""
    cost: Floats
    """Options × worths of a USD of the level: USD an hour of one machine."""

    @property
    def count(self) -> int:
        """Number of options."""
        return len(self.column)

    def counted(self, machines: int, zones: int) -> Integers:
        """By row: how many of so many machines count."""
        left = np.where(self.in_rounds, in_rounds(machines, zones), surviving(machines, zones))
        found: Integers = np.where(self.surviving, left, machines).astype(np.int64)
        return found

    @property
    def most_worth(self) -> Floats:
        """Options × rows: at most what a machine is worth among many of its kind."""
        left = np.where(self.surviving[np.newaxis, :], ((self.zones - 1) / self.zones)[:, np.newaxis], 1.0)
        most: Floats = self.worth.astype(np.float64) * left
        return most

    def best_few(self, few: int = 5) -> Integers:
        """The first options of each kind, on demand and spot."""
        kinds = (np.nonzero(self.on_demand)[0][:few], np.nonzero(~self.on_demand)[0][:few])
        return np.sort(np.concatenate(kinds))

    def picked(self, chosen: Integers) -> Options:
        """Some of the options, in that order."""
        return replace(
            self,
            column=self.column[chosen],
            on_demand=self.on_demand[chosen],
            shared=self.shared[chosen],
            worth=self.worth[chosen],
            zones=self.zones[chosen],
            least=self.least[chosen],
            cost=self.cost[chosen],
        )


def options_of(hourly: Hourly, value: Valuation, *, shared: bool) -> list[Options]:
    """The options of each service: those of a lower bound with shared machines, or those of a plan without.

    Spot pools may be spread over several groups, so a bound asks no option for its `least`.
    """
    if not hourly.needs.services:
        return []
    columns = hourly.columns
    cost = value.columns(columns)
    listed = columns.complete[columns.machine] if shared else np.ones(columns.count, dtype=np.bool_)
    all_worth = worths(columns, hourly.rows)
    service_of = np.array([each.service for each in hourly.needs.runnables], dtype=np.int64)
    held = np.array([(columns.slots[:, service_of == each.number] > 0).any(axis=1) for each in hourly.needs.services])
    several = held.sum(axis=0) > 1
    own: list[Options] = []
    for service in hourly.needs.services:
        mine = [(number, row) for number, row in enumerate(hourly.rows) if row.service == service.number]
        rows = np.array([number for number, _ in mine], dtype=np.int64)
        here = np.nonzero(held[service.number] & ~several & listed)[0]
        own.append(
            Options(
                service=service.number,
                rows=rows,
                surviving=np.array([row.counted.without_a_zone for _, row in mine], dtype=np.bool_),
                in_rounds=np.array([row.counted is Counted.IN_ROUNDS for _, row in mine], dtype=np.bool_),
                column=here,
                on_demand=columns.on_demand[here],
                shared=np.zeros(len(here), dtype=np.bool_),
                worth=all_worth[np.ix_(here, rows)],
                worth_of_replica=np.array([row.worth for _, row in mine], dtype=np.int64).reshape(len(mine), -1).T,
                zones=columns.zones[here],
                least=np.ones(len(here), dtype=np.int64) if shared else hourly.least[here],
                cost=cost[here],
            )
        )
    if not shared:
        return [_in_order(unreplaced(each)) for each in own]
    own = _with_replicas(own, hourly, value)
    mixed = np.nonzero(several & listed)[0]
    shares = _shares(own, mixed, all_worth, cost[mixed], columns.zones[mixed], held[:, mixed])
    found: list[Options] = []
    for each, share in zip(own, shares, strict=True):
        here = held[each.service, mixed]
        numbers = mixed[here]
        joined = replace(
            each,
            column=np.concatenate([each.column, numbers]),
            on_demand=np.concatenate([each.on_demand, columns.on_demand[numbers]]),
            shared=np.concatenate([each.shared, np.ones(len(numbers), dtype=np.bool_)]),
            worth=np.vstack([each.worth, all_worth[np.ix_(numbers, each.rows)]]),
            zones=np.concatenate([each.zones, columns.zones[numbers]]),
            least=np.concatenate([each.least, np.ones(len(numbers), dtype=np.int64)]),
            cost=np.vstack([each.cost, share[here]]),
        )
        found.append(_in_order(unreplaced(joined)))
    return found


def _with_replicas(own: Sequence[Options], hourly: Hourly, value: Valuation) -> list[Options]:
    """With single replicas at the prices of the resources that they take, on machines with unlisted patterns."""
    columns, needs = hourly.columns, hourly.needs
    base = columns.empty_usd_per_hour
    found = list(own)
    for machine, variants, usd in replica_prices(columns, needs, value.machine + base[:, np.newaxis], hourly.backend):
        for variant, price in zip(variants, usd, strict=True):
            number = needs.runnables[variant].service
            each = found[number]
            on_demand = columns.machines[machine].on_demand
            counts = [
                row.worth[variant] if on_demand or row.counted is not Counted.ON_DEMAND else 0
                for row in hourly.rows
                if row.service == number
            ]
            worth = np.array(counts, dtype=np.int64)
            found[number] = replace(
                each,
                column=np.append(each.column, NO_COLUMN),
                on_demand=np.append(each.on_demand, columns.machines[machine].on_demand),
                shared=np.append(each.shared, True),
                worth=np.vstack([each.worth, worth[np.newaxis]]),
                zones=np.append(each.zones, columns.zones.max(initial=1)),
                least=np.append(each.least, 1),
                cost=np.vstack([each.cost, price[np.newaxis]]),
            )
    return found


def _shares(
    own: Sequence[Options], mixed: Integers, all_worth: Integers, cost: Floats, zones: Integers, held: Flags
) -> list[Floats]:
    """Each service's part of the cost of columns that several services share: mixed columns × worths of a USD.

    Between what the service's own machines cost in proportion and what whole machines of its own would, as far as the
    cost goes; whatever the parts, they add up to the cost.
    """
    low = np.zeros((len(own), *cost.shape))
    high = np.zeros((len(own), *cost.shape))
    for each in own:
        here = np.nonzero(held[each.service])[0]
        asked = all_worth[np.ix_(mixed[here], each.rows)]
        low[each.service, here] = _in_proportion(each, asked, zones[here])
        high[each.service, here] = _in_whole(each, asked, zones[here])
    # A service without machines of its own takes what the others leave.
    low = np.where(np.isfinite(low), low, 0.0)
    high = np.maximum(np.where(np.isfinite(high), high, cost), low)
    total, spread = low.sum(axis=0), (high - low).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(spread > 0, (cost - total) / np.where(spread > 0, spread, 1.0), 0.0)
        down = np.where(total > cost, cost / np.where(total > 0, total, 1.0), 1.0)
    parts = low * down + (high - low) * np.maximum(up, 0.0)
    rest = cost - parts.sum(axis=0)
    return [
        part + rest * held[number][:, np.newaxis] / held.sum(axis=0)[:, np.newaxis] for number, part in enumerate(parts)
    ]


def _in_proportion(own: Options, asked: Integers, zones: Integers) -> Floats:
    """By column and worth of a USD: the least that the service's own machines cost for as much worth in any one row."""
    if own.count == 0 or len(own.rows) == 0:
        return np.full((len(asked), own.cost.shape[1]), np.inf if own.count == 0 else 0.0)
    most = own.most_worth
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(most[:, :, np.newaxis] > 0, own.cost[:, np.newaxis, :] / most[:, :, np.newaxis], np.inf)
    best = price.min(axis=0)
    left = np.where(own.surviving[np.newaxis, :], ((zones - 1) / zones)[:, np.newaxis], 1.0)
    wanted = asked * left
    with np.errstate(invalid="ignore"):
        each = np.where(wanted[:, :, np.newaxis] > 0, wanted[:, :, np.newaxis] * best[np.newaxis], 0.0)
    return each.max(axis=1)


def _in_whole(own: Options, asked: Integers, zones: Integers) -> Floats:
    """By column and worth of a USD: what machines of one own kind cost that hold as much, in as many zones."""
    found = np.full((len(asked), own.cost.shape[1]), np.inf)
    for option in range(own.count):
        times = _times(own.worth[option], asked)
        fitting = np.isfinite(times) & (own.zones[option] >= zones)
        usd = np.where(fitting, times, 0.0)[:, np.newaxis] * own.cost[option]
        found = np.minimum(found, np.where(fitting[:, np.newaxis], usd, np.inf))
    return found


def _times(worth: Integers, asked: Integers) -> Floats:
    """How many machines of this worth are worth as much as each of `asked`; infinite where none are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(asked > 0, np.where(worth > 0, -(-asked // np.maximum(worth, 1)), np.inf), 0.0)
    return ratio.max(axis=1, initial=0.0)


def unreplaced(options: Options) -> Options:
    """Options that no number of machines of one other option replaces, one for one in each zone.

    Of two that replace each other the first stays.
    """
    if options.count > _MANY:
        # The best ones replace most of the others, whatever their order.
        best = _order(options)[:_MANY]
        kept = np.ones(options.count, dtype=np.bool_)
        for option in best.tolist():
            left = np.nonzero(kept)[0]
            kept[left[_replaced_by(options, option, left, cheaper=True)]] = False
        options = options.picked(np.nonzero(kept)[0])
    left = np.arange(options.count, dtype=np.int64)
    place = 0
    while place < len(left):
        option = int(left[place])
        gone = _replaced_by(options, option, left)
        gone[place] = False
        place += 1 - int(gone[:place].sum())
        left = left[~gone]
    return options.picked(left)


def _replaced_by(options: Options, option: int, others: Integers, *, cheaper: bool = False) -> Flags:
    """Which of the others machines of one option replace; `cheaper`: for less, so that none of them replaces it."""
    times = _times(options.worth[option], options.worth[others])
    fits = (options.zones[option] >= options.zones[others]) & (options.least[option] <= options.least[others])
    # A machine of one's own instead of a shared one is one node group more.
    fits &= bool(options.shared[option]) | ~options.shared[others]
    cost = options.cost[others]
    with np.errstate(invalid="ignore"):
        usd = times[:, np.newaxis] * options.cost[option]
        found: Flags = np.isfinite(times) & fits & (usd <= cost + _SAME).all(axis=1)
        return found & (usd < cost - _LESS).any(axis=1) if cheaper else found


def _in_order(options: Options) -> Options:
    """On demand first, whose costs change with the worth of a USD; by the best value in any row, then by column."""
    return options.picked(_order(options))


def _order(options: Options) -> Integers:
    most = options.most_worth
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(most[:, :, np.newaxis] > 0, options.cost[:, np.newaxis, :] / most[:, :, np.newaxis], np.inf)
        value = np.nan_to_num(price.min(axis=0, initial=np.inf)[np.newaxis] / price, nan=0.0)
    best: Floats = value.max(axis=(1, 2), initial=0.0)
    order = np.lexsort((options.column, -np.round(best, 9), ~options.on_demand))
    return order.astype(np.int64)
