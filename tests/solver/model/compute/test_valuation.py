"""What machines cost at a level of a savings plan is what a bill says that fills it with the best savings first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.machines import Reserved, allocatable
from solver.catalog.prices import CommitmentTerm
from solver.model.compute.columns import Columns
from solver.model.compute.commitments import Good
from solver.model.compute.purchase import Bought
from solver.model.compute.supply import Machine
from solver.model.compute.valuation import Valuation, valuation
from solver.plan.billing import SavingsPlan, bill_hour
from solver.vocabulary import CommitmentKind, Payment, PurchaseOption
from tests.strategies import savings_plan

PLAN = CommitmentKind.COMPUTE_SAVINGS_PLAN
LEVELS = (0.0, 0.5, 1.0, 2.0, 3.5, 7.0, 20.0, 100.0)
NAMES = ("a", "b", "c", "d")


@dataclass(frozen=True)
class Priced:
    """Machine types, on demand and what a savings plan takes for them."""

    prices: dict[str, float]
    rates: dict[str, float]

    def bill(self, usage: Mapping[str, int], level: float) -> float:
        """USD of an hour, without the plan's own price: what saves most is covered first, in parts of machines too."""
        left = level
        usd = 0.0
        for name in sorted(usage, key=lambda each: -self.prices[each] / self.rates.get(each, np.inf)):
            covered = min(float(usage[name]), left / self.rates[name]) if name in self.rates else 0.0
            left -= covered * self.rates.get(name, 0.0)
            usd += (usage[name] - covered) * self.prices[name]
        return usd


@st.composite
def priced(draw: st.DrawFn, ratios: Sequence[float]) -> Priced:
    prices = {name: draw(st.integers(1, 9)) / 4 for name in NAMES}
    of = {name: draw(st.sampled_from([None, *ratios])) for name in NAMES}
    return Priced(prices, {name: prices[name] / ratio for name, ratio in of.items() if ratio is not None})


USAGE = st.fixed_dictionaries({name: st.integers(0, 4) for name in NAMES})
FAR = priced((1.2, 1.21, 1.5, 1.8, 2.4))
"""Ratios of which each is on the grid, though two are close."""
CLOSE = priced((1.3, 1.302, 1.306, 1.309, 1.4, 1.404))
"""Ratios of which some are rounded up to others."""


@dataclass(frozen=True)
class Site:
    """Machines `a` to `d`, on demand and on spot."""

    catalog: Catalog
    priced: Priced
    spot: float = 0.0625
    volumes: float = 0.03125

    def columns(self, kinds: Sequence[tuple[str, PurchaseOption]]) -> Columns:
        real = self.catalog.offering("us-east-1", "c7i.large")
        holds = allocatable(real.machine, eni_trunking=True, reserved=Reserved())
        machines: list[Machine] = []
        for name, purchase in kinds:
            steady = purchase is PurchaseOption.ON_DEMAND
            offering = replace(real, machine=replace(real.machine, name=name))
            price = self.priced.prices[name] if steady else self.spot
            machines.append(Machine(offering, (name,), purchase, real.zones, price, holds))
        return Columns(
            machines=tuple(machines),
            machine=np.arange(len(machines), dtype=np.int64),
            slots=np.ones((len(machines), 1), dtype=np.int64),
            fixed=np.full(len(machines), self.volumes),
            complete=np.ones(len(machines), dtype=np.bool_),
            room=np.ones((len(machines), 1), dtype=np.int64),
            requests=np.ones((len(machines), 1, 1), dtype=np.int64),
            fitting=np.ones((len(machines), 1), dtype=np.bool_),
            fixed_of=lambda _machine, _pattern: self.volumes,
        )

    def on_demand(self, good: bool = True) -> tuple[Columns, Valuation]:
        columns = self.columns([(name, PurchaseOption.ON_DEMAND) for name in NAMES])
        plan = savings_plan(self.priced.rates) if good else None
        return columns, valuation(columns, plan, self.priced.prices, ())

    def usd(self, usage: Mapping[str, int], level: float) -> float:
        """Of an hour on the columns, by their vectors."""
        columns, value = self.on_demand()
        counts = np.array([usage[name] for name in NAMES])
        return float(np.max(counts @ value.columns(columns) - value.worths * level))

    def volume_usd(self, usage: Mapping[str, int]) -> float:
        return sum(usage.values()) * self.volumes


@settings(max_examples=80, derandomize=True, deadline=None)
@given(each=FAR, usage=USAGE)
def test_an_hour_costs_what_the_bill_says_where_ratios_lie_on_the_grid(
    catalog: Catalog, each: Priced, usage: dict[str, int]
) -> None:
    site = Site(catalog, each)
    for level in LEVELS:
        assert site.usd(usage, level) == pytest.approx(each.bill(usage, level) + site.volume_usd(usage), abs=1e-9)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(each=CLOSE, usage=USAGE)
def test_an_hour_never_costs_more_than_the_bill_nor_less_than_with_a_little_more_level(
    catalog: Catalog, each: Priced, usage: dict[str, int]
) -> None:
    site = Site(catalog, each)
    for level in LEVELS:
        usd = site.usd(usage, level) - site.volume_usd(usage)
        assert usd <= each.bill(usage, level) + 1e-9
        assert usd >= each.bill(usage, level * 1.006) - 1e-9


@settings(max_examples=40, derandomize=True, deadline=None)
@given(each=FAR, usage=USAGE)
def test_machines_of_jobs_beside_cost_the_same_as_those_of_services_without_volumes(
    catalog: Catalog, each: Priced, usage: dict[str, int]
) -> None:
    site = Site(catalog, each)
    columns, value = site.on_demand()
    counts = np.array([usage[name] for name in NAMES])
    machines = [(name, count) for name, count in usage.items() if count]
    assert np.allclose(value.beside(machines), counts @ value.columns(columns) - site.volume_usd(usage), atol=1e-12)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(each=CLOSE, usage=USAGE)
def test_types_that_only_jobs_use_are_on_the_grid_too(catalog: Catalog, each: Priced, usage: dict[str, int]) -> None:
    columns = Site(catalog, each).columns([])
    value = valuation(columns, savings_plan(each.rates), each.prices, sorted(NAMES))
    machines = [(name, count) for name, count in usage.items() if count]
    for level in LEVELS:
        usd = float(np.max(value.beside(machines) - value.worths * level))
        assert each.bill(usage, level * 1.006) - 1e-9 <= usd <= each.bill(usage, level) + 1e-9


@settings(max_examples=20, derandomize=True, deadline=None)
@given(each=FAR)
def test_spot_machines_cost_the_same_at_any_level(catalog: Catalog, each: Priced) -> None:
    site = Site(catalog, each)
    kinds = [(name, option) for option in (PurchaseOption.ON_DEMAND, PurchaseOption.SPOT) for name in NAMES]
    columns = site.columns(kinds)
    cost = valuation(columns, savings_plan(each.rates), each.prices, ()).columns(columns)
    assert np.allclose(cost[len(NAMES) :], site.spot + site.volumes)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(each=FAR)
def test_without_a_savings_plan_there_is_one_cost(catalog: Catalog, each: Priced) -> None:
    site = Site(catalog, each)
    columns, value = site.on_demand(good=False)
    assert value.worths.tolist() == [0.0]
    assert value.columns(columns)[:, 0].tolist() == [each.prices[name] + site.volumes for name in NAMES]


HELD_TAKES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([1.0, 2.0, 4.0]), min_size=1)
HELD = st.lists(st.tuples(HELD_TAKES, st.integers(1, 6)), min_size=1, max_size=3)


def reserved(takes: Mapping[str, float], machines: int) -> Bought:
    scope = min(takes)
    term = CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.NO_UPFRONT)
    return Bought(Good(term, scope, takes, takes), machines, 0.0)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(each=FAR, usage=USAGE, held=HELD)
def test_beside_what_is_held_an_hour_never_costs_more_than_the_bill(
    catalog: Catalog, each: Priced, usage: dict[str, int], held: list[tuple[dict[str, float], int]]
) -> None:
    columns = Site(catalog, each).columns([])
    bought = [reserved(*one) for one in held]
    value = valuation(columns, savings_plan(each.rates), each.prices, NAMES, bought)
    machines = [(name, count) for name, count in usage.items() if count]
    for level in LEVELS:
        promises = [*(one.promise for one in bought), SavingsPlan(PLAN, level, each.rates)]
        bill = bill_hour(usage, each.prices, promises).on_demand_usd
        assert float(np.max(value.beside(machines) - value.worths * level)) <= bill + 1e-9


@settings(max_examples=60, derandomize=True, deadline=None)
@given(each=FAR, usage=USAGE, machines=st.integers(1, 5), name=st.sampled_from(NAMES))
def test_beside_reserved_machines_of_one_type_an_hour_costs_what_the_bill_says(
    catalog: Catalog, each: Priced, usage: dict[str, int], machines: int, name: str
) -> None:
    columns = Site(catalog, each).columns([])
    value = valuation(columns, None, each.prices, NAMES, [reserved({name: 1.0}, machines)])
    bill = each.bill({**usage, name: max(usage[name] - machines, 0)}, 0.0)
    assert float(np.max(value.beside(sorted(usage.items())))) == pytest.approx(bill)
