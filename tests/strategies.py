"""Small random problems of the compute model, and every way to hold them, counted out one by one.

Nothing here uses the solver's own arithmetic: machines are spread over zones, one after the other, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from solver.catalog.prices import CommitmentTerm
from solver.model.compute.commitments import Good
from solver.model.compute.options import Options
from solver.model.compute.valuation import Valuation
from solver.vocabulary import CommitmentKind, Payment

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
SAME = 1e-9
"""USD: what is closer costs the same."""
ROWS = (("all",), ("surviving",), ("all", "surviving"), ("all", "steady"), ("surviving", "steady"))
"""Promises of a service: by which of its machines they are kept."""
GRIDS = ((0.0, 1.25, 1.5, 2.0), (0.0, 1.5), (0.0, 1.4, 1.75))
TERM = CommitmentTerm(CommitmentKind.COMPUTE_SAVINGS_PLAN, 1, Payment.NO_UPFRONT)


@dataclass(frozen=True)
class Held:
    """One service: what it may run on, and what it asks for in each hour class."""

    options: Options
    required: Integers
    """Hour classes × rows."""


@dataclass(frozen=True)
class Ways:
    """Every way to hold a service in an hour class."""

    machines: Integers
    """Ways × options."""
    cost: Floats
    """Ways × worths of a USD of the level."""


def survivors(machines: int, zones: int) -> int:
    """Machines left when the zone with the most of them is lost; they were started in one zone after the other."""
    held = [0] * zones
    for machine in range(machines):
        held[machine % zones] += 1
    return machines - max(held)


def counts(options: Options, option: int, machines: int) -> list[int]:
    """What these machines of an option are worth, by row."""
    left = survivors(machines, int(options.zones[option]))
    worth = options.worth[option].tolist()
    return [
        each * (left if surviving else machines)
        for each, surviving in zip(worth, options.surviving.tolist(), strict=True)
    ]


def every_way(options: Options, required: Integers, numbers: Sequence[int] | None = None) -> Ways:
    """All ways to hold these requirements with these options, none with a machine more than could be of use."""
    used = list(range(options.count)) if numbers is None else list(numbers)
    asked = required.tolist()
    tables: list[list[list[int]]] = []
    numbers_of: list[list[int]] = []
    for option in used:
        # With `enough` machines each row that the option can feed at all is met by it alone.
        fewest = int(options.least[option])
        enough = fewest
        for row, need in enumerate(asked):
            if counts(options, option, 100)[row] > 0:
                while counts(options, option, enough)[row] < need:
                    enough += 1
        choice = [0, *range(fewest, enough + 1)]
        numbers_of.append(choice)
        tables.append([counts(options, option, machines) for machines in choice])
    listed = list(product(*(range(len(choice)) for choice in numbers_of)))
    every = np.array(listed, dtype=np.int64).reshape(len(listed), len(used))
    machines = np.zeros((len(every), options.count), dtype=np.int64)
    total = np.zeros((len(every), len(asked)), dtype=np.int64)
    for place, option in enumerate(used):
        machines[:, option] = np.array(numbers_of[place], dtype=np.int64)[every[:, place]]
        total += np.array(tables[place], dtype=np.int64).reshape(-1, len(asked))[every[:, place]]
    holding = (total >= required).all(axis=1)
    machines = machines[holding]
    return Ways(machines, machines @ options.cost)


def covered(costs: Floats, by: Floats, *, slack: float = 0.0) -> bool:
    """Whether each of the costs has one of `by` that is nowhere above it, but for a part `slack` of it."""
    if len(by) == 0:
        return len(costs) == 0
    return all(bool((by <= cost * (1 + slack) + SAME).all(axis=1).any()) for cost in np.unique(costs, axis=0))


def by_worth(grid: Sequence[float], price: float, ratio: float | None) -> list[float]:
    """What a machine costs for each worth of a USD of a savings plan that covers it at price / ratio."""
    return [price if ratio is None else price * min(1.0, worth / ratio) for worth in grid]


@st.composite
def services(
    draw: st.DrawFn,
    *,
    alike: bool | None = None,
    most_options: int = 4,
    least_on_demand: int = 0,
    most_replicas: int = 4,
    most_classes: int = 1,
    most_least: int = 3,
    grid: tuple[float, ...] | None = None,
    first_column: int = 0,
) -> Held:
    """A service; `alike` for one whose replicas are all worth the same, or not."""
    worths = draw(st.sampled_from(GRIDS)) if grid is None else grid
    same = draw(st.booleans()) if alike is None else alike
    kinds = draw(st.sampled_from(ROWS))
    variants = 1 if same else 2
    unit = [draw(st.integers(1, 3)) for _ in kinds]
    replica = [unit] if same else [unit, [each + draw(st.integers(1, 2)) for each in unit]]
    worth_of_replica = np.array(replica, dtype=np.int64)
    count = draw(st.integers(max(2, least_on_demand), most_options))
    # On demand before spot, which may be all that there is.
    steady_ones = draw(st.integers(min(least_on_demand, count), count))
    on_demand = [number < steady_ones for number in range(count)]
    worth: list[list[int]] = []
    cost: list[list[float]] = []
    for steady in on_demand:
        slots = [draw(st.integers(0 if variants > 1 else 1, 3)) for _ in range(variants)]
        slots = slots if any(slots) else [1] * variants
        whole = (np.array(slots) @ worth_of_replica).tolist()
        worth.append([0 if kind == "steady" and not steady else each for kind, each in zip(kinds, whole, strict=True)])
        ratio = draw(st.sampled_from([None, *worths[1:]])) if steady else None
        volumes = draw(st.sampled_from([0.0, 0.25]))
        cost.append([volumes + usd for usd in by_worth(worths, float(draw(st.integers(1, 9))), ratio)])
    classes = draw(st.integers(1, most_classes))
    peak = (worth_of_replica.max(axis=0) * most_replicas).tolist()
    required = [[draw(st.integers(0, each)) for each in peak] for _ in range(classes)]
    options = Options(
        service=0,
        rows=np.arange(len(kinds), dtype=np.int64),
        surviving=np.array([kind == "surviving" for kind in kinds], dtype=np.bool_),
        in_rounds=np.array([False for _ in kinds], dtype=np.bool_),
        column=np.arange(first_column, first_column + count, dtype=np.int64),
        on_demand=np.array(on_demand, dtype=np.bool_),
        shared=np.zeros(count, dtype=np.bool_),
        worth=np.array(worth, dtype=np.int64),
        worth_of_replica=worth_of_replica,
        zones=np.array([draw(st.integers(1, 3)) for _ in range(count)], dtype=np.int64),
        least=np.array([draw(st.integers(1, most_least)) for _ in range(count)], dtype=np.int64),
        cost=np.array(cost),
    )
    return Held(options, np.array(required, dtype=np.int64))


def savings_plan(rates: dict[str, float]) -> Good:
    """One that covers these machine types at these USD an hour."""
    return Good(TERM, "", rates)


@st.composite
def valuations(draw: st.DrawFn) -> Valuation:
    """With the machine types `a` to `c` that jobs may use, each covered at a ratio of the grid or not at all."""
    grid: tuple[float, ...] = draw(st.sampled_from(GRIDS))
    prices = {name: float(draw(st.integers(1, 9))) for name in ("a", "b", "c")}
    ratios = {name: draw(st.sampled_from([None, *grid[1:]])) for name in prices}
    rates = {name: prices[name] / ratio for name, ratio in ratios.items() if ratio is not None}
    return Valuation(np.array(grid), np.zeros((0, len(grid))), savings_plan(rates), prices)


@st.composite
def hour_vectors(draw: st.DrawFn, grid: tuple[float, ...], most: int = 4) -> Floats:
    """Costs of some ways to hold an hour, each of a few machines on demand and of spot machines."""
    found: list[Floats] = []
    for _ in range(draw(st.integers(1, most))):
        cost = np.full(len(grid), draw(st.integers(0, 12)) / 4)
        for _ in range(draw(st.integers(0, 3))):
            price, ratio = draw(st.integers(1, 9)) / 4, draw(st.sampled_from([None, *grid[1:]]))
            cost = cost + np.array(by_worth(grid, price, ratio))
        found.append(cost)
    return np.array(found)


@dataclass(frozen=True)
class Hours:
    """Equal hours of a week, each with the same ways to hold it."""

    hours: float
    cost: Floats
    """Ways × worths."""


def usd_at(level: float, worths: Floats, parts: Sequence[Hours]) -> float:
    """USD of a week at a level: the plan itself, and each hour the way that is cheapest with it."""
    usd = 168 * level
    for part in parts:
        usd += part.hours * float(np.max(part.cost - worths * level, axis=1).min())
    return usd


def best_level(worths: Floats, parts: Sequence[Hours]) -> tuple[float, float]:
    """The least that a week costs at any level, and where.

    What a way costs falls in straight lines, so a week is cheapest at level 0 or where a way's line ends.
    """
    levels = {0.0}
    for part in parts:
        for first in range(len(worths)):
            for second in range(first):
                ends: Floats = (part.cost[:, first] - part.cost[:, second]) / (worths[first] - worths[second])
                levels |= {round(each, 12) for each in ends.tolist() if each > 0}
    return min((usd_at(level, worths, parts), level) for level in levels)
