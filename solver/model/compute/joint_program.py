"""Joint program: what an hour costs at least when all services may share machines, at given prices of machines.

    min   Σ_b cost(b) · y(b)   s.t.   Σ_b min(worth(b, r), required(r)) · y(b)  ≥  required(r)  for each row r,  y ≥ 0

over blocks b of 1 … zones machines of one type with any filling of replicas. Fillings are far too many to be listed:
columns join as the duals price them (`fillings`). With duals of which no block earns more than it costs, what the rows
require at these duals is a lower bound on the hour for whole machines too. Where the last search for a dearer filling
stops early, or finds one, all duals are scaled down to what is proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from solver.model.column_program import Point
from solver.model.compute import fillings
from solver.model.compute.hourly import Hourly
from solver.model.compute.joint_blocks import Block, Kind, earnings, enough_of, in_all
from solver.model.compute.joint_master import Filled, JointMaster
from solver.model.compute.neighbours import companies
from solver.model.compute.rows import Counted, Row, counted

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_NEW_COLUMNS = 40
_OF_EACH_KIND = 12
_MOST_ROUNDS = 60
_STEPS = 1_000
"""Of one search for a filling that earns more than it costs: ten times as many proved the same, in twice the time."""
_MOST_COMPANIES = 8
"""Of which each machine is filled by itself."""
_STALLED = 0.998
"""Where a round of greedy fillings gains less than this leaves, all later ones are searched."""
_PRECISION = 2e-3
"""Of a bound, as a part of it."""
_LITTLE = 2e-4
"""A round that moves optimum and bound by no more, as a part of them, is an idle one."""
_IDLE = 3
"""Idle rounds in a row, after which a program is left."""
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class JointPoint:
    """The optimum of an hour at some prices."""

    bound: float
    """USD an hour; no machines that hold the hour cost less."""
    filled: tuple[tuple[Filled, float], ...]
    """Fillings of the optimum, with their machines."""
    duals: Floats
    """By row: USD an hour of the whole requirement."""
    proved: Floats
    """By row, USD an hour of one: an hour that requires no more in any row costs at least these for what it does."""


@dataclass
class JointProgram:
    """The hours of one site; fillings that one hour's optimum used are there for the next."""

    hourly: Hourly
    _pool: dict[Filled, None] = field(default_factory=dict[Filled, None])

    def __post_init__(self) -> None:
        columns = self.hourly.columns
        pure = (columns.slots > 0).sum(axis=1) == 1
        for number in np.nonzero(pure)[0].tolist():
            self._pool[int(columns.machine[number]), columns.pattern(number)] = None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The promises in whole replicas where they are alike, and what all machines need for enough to survive."""
        zones = int(self.hourly.columns.zones.max(initial=1))
        promises = [row.reduced() for row in self.hourly.rows]
        implied = [
            Row("survival in all", row.service, Counted.ALL, row.worth, in_all(row.required, zones))
            for row in promises
            if row.counted.without_a_zone and zones > 1
        ]
        return (*promises, *implied)

    @cached_property
    def companies(self) -> list[Flags]:
        """Variants of services that may share a machine, in each largest company; all, a weaker bound, where these are
        many."""
        needs = self.hourly.needs
        found = companies(needs.strangers, range(len(needs.services))) or []
        if not 1 <= len(found) <= _MOST_COMPANIES:
            found = [frozenset(range(len(needs.services)))]
        return [np.array([each.service in mine for each in needs.runnables], dtype=np.bool_) for mine in found]

    @cached_property
    def worth(self) -> Integers:
        """Rows × variants."""
        return np.array([row.worth for row in self.rows], dtype=np.int64).reshape(len(self.rows), -1)

    @cached_property
    def fit(self) -> Integers:
        """Machines × variants: replicas of one variant that a machine has room for."""
        columns = self.hourly.columns
        huge = np.iinfo(np.int64).max
        asked = columns.requests > 0
        room = np.where(asked, columns.room[:, np.newaxis, :] // np.maximum(columns.requests, 1), huge)
        return np.where(columns.fitting, room.min(axis=2, initial=huge), 0)

    @cached_property
    def kinds(self) -> list[Kind]:
        """Blocks of 1 … zones machines, where they are worth something."""
        columns = self.hourly.columns
        alike: dict[tuple[bool, int], list[int]] = {}
        for number, machine in enumerate(columns.machines):
            if columns.fitting[number].any():
                alike.setdefault((machine.on_demand, len(machine.zones)), []).append(number)
        survives = any(row.counted.without_a_zone for row in self.rows)
        found: list[Kind] = []
        for (on_demand, zones), numbers in sorted(alike.items()):
            places = np.array(numbers, dtype=np.int64)
            fit = self.fit[places].max(axis=0)
            for machines in range(1, (zones if survives else 1) + 1):
                counts = [counted(row.counted, machines, zones, on_demand=on_demand) for row in self.rows]
                found.append(Kind(machines, places, np.array(counts, dtype=np.int64), fit))
        return found

    @cached_property
    def kinds_of(self) -> dict[int, list[Kind]]:
        """By number of a machine, smallest blocks first."""
        found: dict[int, list[Kind]] = {}
        for kind in self.kinds:
            for number in kind.places.tolist():
                found.setdefault(number, []).append(kind)
        return found

    @cached_property
    def size(self) -> Floats:
        """Mixes × machines × variants, as `fillings.sizes` has it."""
        return fillings.sizes(self.hourly.columns.room, self.hourly.columns.requests)

    @cached_property
    def required(self) -> Integers:
        """Hour classes × rows."""
        found = np.array([row.required for row in self.rows], dtype=np.int64)
        return found.reshape(len(self.rows), len(self.hourly.task.weight)).T

    def cost(self, price: Floats, filled: Filled) -> float:
        """USD an hour of a machine with its volumes."""
        return float(price[filled[0]]) + self.hourly.columns.fixed_of(*filled)

    def holds(self, filled: Filled) -> bool:
        """Whether the machine has room for the replicas, each as large as it is there, and may hold them together."""
        columns, (number, slots) = self.hourly.columns, filled
        if not self.hourly.needs.may_hold(slots):
            return False
        replicas = np.array(slots, dtype=np.int64)
        used = replicas @ columns.requests[number]
        return bool((used <= columns.room[number]).all() and columns.fitting[number][replicas > 0].all())

    def blocks(self, filled: Filled, required: Integers, price: Floats) -> list[Block]:
        """Blocks of a machine that are worth something, smallest first."""
        worth = self.worth @ np.array(filled[1], dtype=np.int64)
        usd = self.cost(price, filled)
        found: list[Block] = []
        for kind in self.kinds_of[filled[0]]:
            share = np.minimum(worth * kind.counts, required) / np.maximum(required, 1)
            if share.any():
                found.append(Block(kind.machines, kind.machines * usd, share))
        return found

    def _master(self, required: Integers, price: Floats) -> JointMaster:
        base = self.hourly.columns.empty_usd_per_hour
        return JointMaster(
            self.hourly.backend, required, price, base, partial(self.blocks, required=required, price=price)
        )

    def priced(self, required: Integers, price: Floats, groups: Sequence[Filled]) -> Floats:
        """By row: what the whole requirement costs on machines of these groups alone."""
        master = self._master(required, price)
        master.add(groups)
        return master.solve().duals

    def solve(self, required: Integers, price: Floats, *, exact: bool = True) -> JointPoint:
        """The optimum for requirements by row at these prices of machines, USD an hour; not `exact`, its bound is 0."""
        if not (required > 0).any():
            return JointPoint(0.0, (), np.zeros(len(required)), np.zeros(len(required)))
        master = self._master(required, price)
        master.add(list(self._pool))
        point, before = master.solve(), np.inf
        while point.objective < before * _STALLED:
            before = point.objective
            master.add(self._earning(master, point.duals, 0)[1])
            point = master.solve()
        proved = np.zeros(len(required))
        if exact:
            point, proved = self._proved(master, point)
        used: dict[Filled, float] = {}
        for (filled, machines), count in zip(master.blocks, point.values.tolist(), strict=True):
            if count > _TOLERANCE:
                used[filled] = used.get(filled, 0.0) + machines * count
        self._pool |= dict.fromkeys(used)
        proved *= 1 - _TOLERANCE
        return JointPoint(
            float(proved.sum()), tuple(sorted(used.items())), point.duals, proved / np.maximum(required, 1)
        )

    def _proved(self, master: JointMaster, point: Point) -> tuple[Point, Floats]:
        """The optimum, and duals at which no block earns more than it costs; all fillings are searched.

        Fillings are priced half-way from the best duals that are proved to the optimum's, which swing from round to
        round (P. Wentges, Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming, 1997). Where none
        is missing there, these are proved.
        """
        proved, idle = np.zeros(len(master.required)), 0
        for _ in range(_MOST_ROUNDS):
            before, bound = point.objective, float(proved.sum())
            priced = (proved + point.duals) / 2 if bound else point.duals
            part, new = self._earning(master, priced, _STEPS)
            if float(priced.sum()) * part > bound:
                proved = priced * part
            if float(proved.sum()) >= point.objective * (1 - _PRECISION):
                break
            if not new:
                # Where a search has ended early, greedy fillings may still be worth more than they cost.
                new = self._earning(master, point.duals, 0)[1]
            master.add(new)
            point = master.solve()
            moved = point.objective < before * (1 - _LITTLE) or float(proved.sum()) > bound * (1 + _LITTLE)
            idle = 0 if moved else idle + 1
            if idle == _IDLE:
                break
        return point, proved

    def _earning(self, master: JointMaster, duals: Floats, steps: int) -> tuple[float, list[Filled]]:
        """The part of the duals with which no block earns more than it costs, and fillings that earn more now.

        Without steps fillings are greedy, and the part is of no use.
        """
        part = 1.0
        found: list[tuple[float, Filled]] = []
        for kind in self.kinds:
            value = earnings(self.worth, kind, master.required, duals)
            earned = self._exact(master, kind, value, steps, part) if steps else self._quick(master, kind, value)
            here: list[tuple[float, Filled]] = []
            for filled, usd, most in earned:
                cost = kind.machines * self.cost(master.price, filled)
                if most > cost:
                    part = min(part, cost / most)
                if usd > cost * (1 + _TOLERANCE) and filled not in master.known and any(filled[1]):
                    here.append((cost - usd, filled))
            found += sorted(here)[:_OF_EACH_KIND]
        return part, list(dict.fromkeys(filled for _, filled in sorted(found)[:_NEW_COLUMNS]))

    def _quick(self, master: JointMaster, kind: Kind, value: Floats) -> list[tuple[Filled, float, float]]:
        columns, places = self.hourly.columns, kind.places
        most = np.broadcast_to(enough_of(value), (len(places), len(value)))
        every: Integers = np.arange(value.shape[0], dtype=np.int64)
        cost = (master.price + master.base)[places] * kind.machines
        found: list[tuple[Filled, float, float]] = []
        for company, size in product(self.companies, self.size[:, places]):
            price = np.where(columns.fitting[places] & company, value[:, 1], 0.0)
            slots = fillings.greedy(columns.room[places], columns.requests[places], size, price, most)
            usd = value[every, np.minimum(slots, value.shape[1] - 1)].sum(axis=1)
            order = np.argsort(cost - usd, kind="stable")[:_OF_EACH_KIND]
            found += [
                ((int(places[place]), tuple(slots[place].tolist())), float(usd[place]), 0.0)
                for place in order.tolist()
                if usd[place] > cost[place]
            ]
        return found

    def _exact(
        self, master: JointMaster, kind: Kind, value: Floats, steps: int, part: float
    ) -> list[tuple[Filled, float, float]]:
        """Fillings of a kind, what they earn, and what none earns more than; machines on which none can lower the
        `part` any more are not searched."""
        columns = self.hourly.columns
        enough = enough_of(value)
        found: list[tuple[Filled, float, float]] = []
        for variants, places in self.alike(kind):
            cost = (master.price + master.base)[places] * kind.machines
            values = [
                value[variant, : int(enough[variant]) + 1].tolist() if variant in variants else [0.0]
                for variant in range(len(value))
            ]
            room = columns.room[places]
            search = fillings.Search.of(self.request, values, cost, room, steps)
            bounds = search.at_most(room)
            most, price = bounds.min(axis=0), bounds.argmin(axis=0)
            least = cost * (1 + _TOLERANCE / 10)
            over = np.argsort(cost / np.maximum(most, _TOLERANCE), kind="stable")
            for place in over[most[over] > least[over]].tolist():
                if cost[place] >= part * most[place]:
                    break
                usd, slots = search.best(room[place].tolist(), int(price[place]), float(least[place]))
                pattern = (0,) * len(values) if slots is None else slots
                earned = sum(value[variant, count] for variant, count in enumerate(pattern))
                least_of_all = min(usd, float(most[place]))
                part = min(part, float(cost[place]) / max(least_of_all, float(least[place])))
                found.append(((int(places[place]), pattern), float(earned), least_of_all))
        return found

    @cached_property
    def request(self) -> Integers:
        """Variants × resources: the least that a machine which runs the variant counts for a replica."""
        columns = self.hourly.columns
        huge = np.iinfo(np.int64).max
        least: Integers = np.where(columns.fitting[:, :, np.newaxis], columns.requests, huge).min(axis=0, initial=huge)
        return np.where(least == huge, 0, least)

    def alike(self, kind: Kind) -> list[tuple[frozenset[int], Integers]]:
        """A kind's machines by the variants that they run together: each machine once for every company."""
        found: dict[tuple[int, ...], list[int]] = {}
        for number in kind.places.tolist():
            fitting = self.hourly.columns.fitting[number]
            together = {tuple(np.nonzero(fitting & company)[0].tolist()) for company in self.companies}
            for runs in together:
                if not any(set(runs) < set(other) for other in together):
                    found.setdefault(runs, []).append(number)
        return [(frozenset(runs), np.array(places, dtype=np.int64)) for runs, places in sorted(found.items())]
