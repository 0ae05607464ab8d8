"""Tiny demands, planned from end to end, against every choice of machines, counted out with arithmetic of its own.

What is counted out: for each half of the day, every number of machines of every type, purchase option and set of
replicas that fits; then every level of a savings plan at which some machine is just covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from math import ceil, inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.compute import columns
from solver.plan.cost import CostLine, total_usd_per_month
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import CommitmentKind, Payment
from tests.strategies import TERM, survivors

DemandMaker = Callable[..., Demand]
FAMILIES = {"c7i", "m7i", "r7i"}
_MOST_RESERVED = 8
"""Machines of each type; more than any of these demands could use."""
MANY = 16
"""Node groups; more than any of these demands could use: what is counted out has no limit then."""
WEEKS_PER_MONTH = Fraction(730, 168)
RESERVATION = {"kind": "standard-reserved", "years": 1}
RESERVED = CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.NO_UPFRONT)
SAVINGS_PLAN = {"kind": "compute-savings-plan", "years": 1}
UNITS = {"large": 4.0, "xlarge": 8.0}
DATA_SHEET = {
    "c7i.large": (2, 4096),
    "m7i.large": (2, 8192),
    "r7i.large": (2, 16384),
    "c7i.xlarge": (4, 8192),
}
"""vCPUs and MiB of memory, as AWS has them."""


@pytest.fixture(scope="module")
def catalog(catalog: Catalog) -> Catalog:
    """The machines' families in all their sizes: the demands allow no others, and each is looked at by every solve."""
    table = catalog.tables["us-east-1"]
    offerings = {name: each for name, each in table.offerings.items() if each.machine.family in FAMILIES}
    return replace(catalog, tables={"us-east-1": replace(table, offerings=offerings)})


@dataclass(frozen=True)
class Variant:
    """One way to run a replica."""

    cpu: int
    """vCPUs."""
    memory: int
    """MiB."""
    rate: int
    """Load that one replica is asked for."""


@dataclass(frozen=True)
class App:
    """A service: its load in the hours before and after the turn of the day."""

    loads: tuple[int, int]
    variants: tuple[Variant, ...] = (Variant(1, 512, 10),)
    survive: bool = False
    spot_share: float = 0.0
    spot_pools: int = 1
    headroom: float = 0.0
    floor: int = 1


@dataclass(frozen=True)
class Case:
    """A demand."""

    apps: tuple[App, ...]
    turn: int
    """Hour of the day at which the loads change."""
    machines: tuple[str, ...]
    zones: int = 3
    groups: int = MANY
    commitments: bool = False
    held: tuple[tuple[str, float], ...] = ()
    """Reservations by type, with machines; a savings plan by "", with USD an hour."""
    reservable: bool = False
    """Machines may be reserved for a year."""
    apart: tuple[tuple[int, int], ...] = ()
    """Apps that share no machine; the first of each pair says so."""


@dataclass(frozen=True)
class Column:
    """Equal machines."""

    machine: str
    spot: bool
    replicas: tuple[int, ...]
    """Of each variant of each app, on one of them."""


@dataclass(frozen=True)
class Market:
    """What machine hours cost."""

    on_demand: Mapping[str, float]
    spot: Mapping[str, float]
    rates: Mapping[str, float]
    """With a savings plan; empty without."""
    root_volume: float
    held: tuple[tuple[Mapping[str, float], float], ...]
    """What is paid for: what of it a machine takes, by type, and how much there is."""
    reserved: Mapping[str, float]
    """USD an hour of a reserved machine, by type."""


Way = tuple[tuple[int, ...], float]
"""On-demand machines by type, and the USD an hour of all that a savings plan does not cover."""


def market_of(catalog: Catalog, case: Case) -> Market:
    offers = {name: catalog.offering("us-east-1", name) for name in case.machines}
    gib = catalog.price("us-east-1", "ebs", "gp3_storage").usd_first
    rates = {name: offer.commitments[TERM] for name, offer in offers.items()}
    return Market(
        held=tuple(
            (rates, amount) if name == "" else (flexes(name, case), UNITS[name.partition(".")[2]] * amount)
            for name, amount in case.held
        ),
        on_demand={name: offer.on_demand_usd_per_hour or inf for name, offer in offers.items()},
        spot={name: next(iter(offer.spot_usd_per_hour.values())) for name, offer in offers.items()},
        rates=rates if case.commitments else {},
        reserved={name: offer.commitments[RESERVED] for name, offer in offers.items()} if case.reservable else {},
        root_volume=40 * gib / 730,
    )


def flexes(name: str, case: Case) -> dict[str, float]:
    """Normalised units of the sizes that a reservation covers."""
    family = name.partition(".")[0]
    sizes = [each.partition(".") for each in case.machines]
    return {f"{of}.{size}": UNITS[size] for of, _, size in sizes if of == family}


def held_entry(name: str, amount: float) -> dict[str, Any]:
    if name == "":
        return {**SAVINGS_PLAN, "usd_per_hour": amount}
    return {"kind": "standard-reserved", "machine_type": name, "count": int(amount)}


def demand_of(make_demand: DemandMaker, case: Case) -> Demand:
    workloads: dict[str, dict[str, Any]] = {}
    for number, app in enumerate(case.apps):
        workloads[f"app-{number}"] = {
            "load": {"hourly_per_second": [app.loads[hour >= case.turn] for hour in range(24)]},
            "headroom": app.headroom,
            "max_utilisation": 0.5,
            "survive": "zone" if app.survive else "none",
            "interruptible_share": app.spot_share,
            "spot_pools": app.spot_pools,
            "replicas": {"min": app.floor},
            "variants": {
                f"v{place}": {
                    "cpu": each.cpu,
                    "memory": f"{each.memory}Mi",
                    "throughput_per_second": 2 * each.rate,
                    "source": "measured",
                }
                for place, each in enumerate(app.variants)
            },
            "apart_from": [f"app-{other}" for one, other in case.apart if one == number],
        }
    return make_demand(
        workloads=workloads,
        zones=case.zones,
        compliance={"profile": "none"},
        purchase={
            "commitments": [SAVINGS_PLAN] * case.commitments + [RESERVATION] * case.reservable,
            "held": [held_entry(*each) for each in case.held],
        },
        limits={
            "machines": list(case.machines),
            "fold": "day",
            "changes_per_day": 2,
            "load_tolerance": 0,
            "node_groups": case.groups,
        },
    )


def columns_of(case: Case) -> list[Column]:
    """Every type and purchase option with every set of replicas that fits and to which none can be added."""
    variants = [(app, each) for app in case.apps for each in app.variants]
    found: list[Column] = []
    for name in case.machines:
        vcpus, memory = DATA_SHEET[name]
        # The kernel's part is 300 MiB and 4.5 %, the agent's 256 MiB.
        room = memory - 300 - ceil(memory * 0.045) - 256
        for spot in (False, True):
            most = [0 if spot and not app.spot_share else min(vcpus // v.cpu, room // v.memory) for app, v in variants]
            fitting = [
                some
                for some in product(*(range(each + 1) for each in most))
                if sum(count * v.cpu for count, (_, v) in zip(some, variants, strict=True)) <= vcpus
                and sum(count * v.memory for count, (_, v) in zip(some, variants, strict=True)) <= room
                and not any({one, other} <= held_apps(some, case) for one, other in case.apart)
            ]
            found += [Column(name, spot, some) for some in fitting if any(some) and not _grows(some, fitting)]
    return found


def held_apps(replicas: tuple[int, ...], case: Case) -> set[int]:
    """Apps of which there are replicas."""
    app_of = [number for number, app in enumerate(case.apps) for _ in app.variants]
    return {app for app, count in zip(app_of, replicas, strict=True) if count}


def _grows(some: tuple[int, ...], fitting: Sequence[tuple[int, ...]]) -> bool:
    return any(other != some and all(m >= n for m, n in zip(other, some, strict=True)) for other in fitting)


@dataclass(frozen=True)
class Half:
    """One part of the day: what every promise asks for, by app."""

    case: Case
    hours: int
    """Of the week."""
    part: int

    def asked(self) -> tuple[Fraction, ...]:
        """Capacity with headroom, capacity after a zone is lost, capacity off spot machines, replicas; by app."""
        found: list[Fraction] = []
        for app in self.case.apps:
            load = Fraction(app.loads[self.part])
            needed = load * (1 + Fraction(str(app.headroom)))
            steady = needed * (1 - Fraction(str(app.spot_share)))
            found += [needed, load if app.survive else Fraction(0), steady, Fraction(app.floor)]
        return tuple(found)

    def given(self, column: Column, machines: int) -> tuple[Fraction, ...]:
        """The same of so many machines of a column."""
        found: list[Fraction] = []
        left = survivors(machines, self.case.zones)
        place = 0
        for app in self.case.apps:
            mine = column.replicas[place : place + len(app.variants)]
            place += len(app.variants)
            worth = Fraction(sum(count * each.rate for count, each in zip(mine, app.variants, strict=True)))
            steady = 0 if column.spot else machines
            found += [worth * machines, worth * left, worth * steady, Fraction(sum(mine) * machines)]
        return tuple(found)

    def pools(self, column: Column, machines: int) -> tuple[int, ...]:
        """Zones over which so many spot machines are spread, for each app that they hold."""
        found: list[int] = []
        place = 0
        for app in self.case.apps:
            held = any(column.replicas[place : place + len(app.variants)])
            place += len(app.variants)
            found.append(min(machines, self.case.zones) if column.spot and held else 0)
        return tuple(found)

    def ways(self, chosen: Sequence[Column], market: Market) -> list[Way]:
        """Every way to keep all promises, of those with the same on-demand machines the cheapest."""
        asked = self.asked()
        names = self.case.machines
        most_pools = tuple(app.spot_pools for app in self.case.apps)
        nothing = (tuple(Fraction(0) for _ in asked), tuple(0 for _ in most_pools), tuple(0 for _ in names))
        known: dict[tuple[tuple[Fraction, ...], tuple[int, ...], tuple[int, ...]], float] = {nothing: 0.0}
        for column in chosen:
            kind = names.index(column.machine)
            usd = market.root_volume + (market.spot[column.machine] if column.spot else 0.0)
            steps = [
                (self.given(column, count), self.pools(column, count), 0 if column.spot else count, count * usd)
                for count in range(1, self._enough(column, asked) + 1)
            ]
            for (have, pools, usage), cost in list(known.items()):
                for more, further, started, usd_of in steps:
                    state = (
                        tuple(min(a, h + m) for a, h, m in zip(asked, have, more, strict=True)),
                        tuple(min(a, h + m) for a, h, m in zip(most_pools, pools, further, strict=True)),
                        tuple(mine + started * (place == kind) for place, mine in enumerate(usage)),
                    )
                    if cost + usd_of < known.get(state, inf):
                        known[state] = cost + usd_of
        best: dict[tuple[int, ...], float] = {}
        for (have, pools, usage), cost in known.items():
            spread = all(mine in (0, most) for mine, most in zip(pools, most_pools, strict=True))
            if have == asked and spread and cost < best.get(usage, inf):
                best[usage] = cost
        return sorted(best.items())

    def _enough(self, column: Column, asked: tuple[Fraction, ...]) -> int:
        """Machines of which one more could be of no use."""
        machines = max(app.spot_pools for app in self.case.apps) if column.spot else 1
        could = self.given(column, 100)
        while any(c and m < a for c, m, a in zip(could, self.given(column, machines), asked, strict=True)):
            machines += 1
        return machines


def bill(usage: Sequence[int], names: Sequence[str], market: Market, level: float) -> float:
    """USD of an hour's on-demand machines that nothing covers.

    A savings plan that is held has the rates of one that is bought, so they are one; it covers what saves most first.
    """
    left, level, rates = _beside_held(usage, names, market, level)
    usd = 0.0
    for name in _by_saving(names, rates, market):
        covered = min(left[name], level / rates[name]) if name in rates else 0.0
        level -= covered * rates.get(name, 0.0)
        usd += (left[name] - covered) * market.on_demand[name]
    return usd


def _beside_held(
    usage: Sequence[int], names: Sequence[str], market: Market, level: float
) -> tuple[dict[str, float], float, Mapping[str, float]]:
    """What reservations leave, small machines first, and the whole level of the savings plan with its rates."""
    left = dict(zip(names, map(float, usage), strict=True))
    rates = market.rates
    for takes, holds in market.held:
        if min(takes.values()) < min(UNITS.values()):
            level, rates = level + holds, takes
            continue
        for name in sorted(takes, key=takes.__getitem__):
            covered = min(left[name], holds / takes[name])
            left[name] -= covered
            holds -= covered * takes[name]
    return left, level, rates


def _by_saving(names: Sequence[str], rates: Mapping[str, float], market: Market) -> list[str]:
    return sorted(names, key=lambda name: rates.get(name, inf) / market.on_demand[name])


def levels_of(ways: Sequence[Way], names: Sequence[str], market: Market) -> Iterator[float]:
    """Levels at which all machines of some types are just covered, beside what is held."""
    for usage, _ in ways:
        left, have, rates = _beside_held(usage, names, market, 0.0)
        level = -have
        for name in _by_saving(names, rates, market):
            level += left[name] * rates.get(name, 0.0)
            if level > 0 and market.rates:
                yield level


def cheapest(case: Case, market: Market) -> float:
    """USD a month of the cheapest machines, reservations and savings plan; infinite where none keeps all promises."""
    best = inf
    for bought in product(*(range(_MOST_RESERVED + 1) for _ in market.reserved)):
        held = tuple(
            (flexes(name, case), UNITS[name.partition(".")[2]] * count)
            for name, count in zip(market.reserved, bought, strict=True)
        )
        usd = sum(count * usd for count, usd in zip(bought, market.reserved.values(), strict=True))
        beside = replace(market, held=(*market.held, *held), reserved={})
        best = min(best, cheapest_beside(case, beside) + usd * 168 * float(WEEKS_PER_MONTH))
    return best


def cheapest_beside(case: Case, market: Market) -> float:
    """The same where what may be reserved is decided."""
    every = columns_of(case)
    halves = [Half(case, 7 * case.turn, 0), Half(case, 168 - 7 * case.turn, 1)]
    best = inf
    most = len(every) if case.groups == MANY else min(case.groups, len(every))
    for some in combinations(every, most):
        ways = [half.ways(some, market) for half in halves]
        if not all(ways):
            continue
        levels = {0.0, *(level for each in ways for level in levels_of(each, case.machines, market))}
        for level in sorted(levels):
            usd = 168 * level + sum(
                half.hours * min(cost + bill(usage, case.machines, market, level) for usage, cost in each)
                for half, each in zip(halves, ways, strict=True)
            )
            best = min(best, usd)
    return best * float(WEEKS_PER_MONTH)


def check(case: Case, catalog: Catalog, make_demand: DemandMaker) -> None:
    """Bound ≤ optimum ≤ cost, and what is called proven is."""
    best = cheapest(case, market_of(catalog, case))
    plan = solve(demand_of(make_demand, case), catalog)
    lines = machine_lines(plan)
    cost = total_usd_per_month(lines)
    others = plan.proof.cost_usd_per_month - cost
    # Each line is rounded to the cent by itself, and so are cost and bound.
    cents = 0.005 * (len(lines) + 2)
    assert plan.proof.bound_usd_per_month - others <= best + cents
    assert best <= cost + cents
    if plan.proof.proven:
        assert plan.proof.cost_usd_per_month * (1 - plan.proof.gap) <= best + others + cents
        assert plan.proof.gap <= 0.005
    groups = [group for group in plan.aws_sites["main"].compute.node_groups if group.machines.high]
    assert len(groups) <= case.groups


def machine_lines(plan: Plan) -> list[CostLine]:
    return [line for line in plan.cost_lines if line.item.startswith(("node-group", "commitment"))]


def cases(
    apps: st.SearchStrategy[tuple[App, ...]], machines: Sequence[tuple[str, ...]], **fixed: Any
) -> st.SearchStrategy[Case]:
    return st.builds(
        Case,
        apps=apps,
        turn=st.sampled_from([6, 9, 16]),
        machines=st.sampled_from(machines),
        zones=st.sampled_from([2, 3]),
        **{key: st.just(value) for key, value in fixed.items()},
    )


TWO = [("c7i.large", "m7i.large"), ("c7i.large", "c7i.xlarge"), ("m7i.large", "c7i.xlarge")]
THREE = [("c7i.large", "m7i.large", "c7i.xlarge"), ("c7i.large", "r7i.large", "c7i.xlarge")]
HUNGRY = (Variant(1, 3000, 10),)
"""One to a c7i.large for want of memory, two to an m7i.large."""
UNEQUAL = (Variant(1, 512, 10), Variant(2, 512, 24))


def apps(most: int, **changes: Any) -> st.SearchStrategy[App]:
    choices: dict[str, st.SearchStrategy[Any]] = {
        "loads": st.tuples(st.integers(1, most), st.integers(1, most)),
        "variants": st.sampled_from([App((1, 1)).variants, HUNGRY]),
        "survive": st.booleans(),
    }
    return st.builds(App, **(choices | changes))


def alone(app: st.SearchStrategy[App]) -> st.SearchStrategy[tuple[App, ...]]:
    return st.tuples(app)


def both(**changes: Any) -> st.SearchStrategy[tuple[App, ...]]:
    return st.tuples(apps(20, **changes), apps(20, **changes))


ON_DEMAND = {"headroom": st.sampled_from([0.0, 0.5]), "floor": st.sampled_from([1, 3])}
SPOT = {"spot_share": st.sampled_from([0.5, 1.0]), "spot_pools": st.sampled_from([1, 2])}


@settings(max_examples=18, derandomize=True, deadline=None)
@given(case=cases(alone(apps(60, **ON_DEMAND)), THREE))
def test_bound_and_cost_enclose_the_best_choice_of_on_demand_machines(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=18, derandomize=True, deadline=None)
@given(case=cases(alone(apps(50, **SPOT)), TWO))
def test_bound_and_cost_enclose_the_best_choice_of_spot_machines(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=18, derandomize=True, deadline=None)
@given(case=cases(alone(apps(50, **SPOT, **ON_DEMAND)), TWO, commitments=True))
def test_bound_and_cost_enclose_the_best_level_of_a_savings_plan(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=18, derandomize=True, deadline=None)
@given(case=cases(alone(apps(60, variants=st.just(UNEQUAL), **ON_DEMAND)), TWO, commitments=True))
def test_bound_and_cost_enclose_the_best_mix_of_unequal_replicas(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(case=cases(both(), TWO))
def test_bound_and_cost_enclose_the_best_of_two_services_that_may_share_machines(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(case=cases(both(survive=st.just(False)), TWO, commitments=True))
def test_bound_and_cost_enclose_the_best_of_two_services_with_a_savings_plan(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(case=cases(alone(apps(60, **SPOT)), THREE, groups=1, commitments=True))
def test_bound_and_cost_enclose_the_best_single_node_group(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(case=cases(alone(apps(60, **SPOT)), THREE, groups=2))
def test_bound_and_cost_enclose_the_best_pair_of_node_groups(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(case=cases(both(survive=st.just(False)), TWO, groups=2, commitments=True))
def test_bound_and_cost_enclose_the_best_of_two_services_on_two_node_groups(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(case=cases(both(variants=st.sampled_from([HUNGRY, UNEQUAL])), TWO))
def test_bound_and_cost_enclose_the_best_where_machines_hold_replicas_in_too_many_ways_to_list(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columns, "_MOST_PATTERNS_OF_A_MACHINE", 1)
        check(case, catalog, make_demand)


def three(**changes: Any) -> st.SearchStrategy[tuple[App, ...]]:
    return st.tuples(*[apps(12, survive=st.just(False), **changes)] * 3)


APART = [((0, 1),), ((2, 1),), ((0, 1), (0, 2)), ((0, 1), (1, 2), (2, 0))]


@settings(max_examples=10, derandomize=True, deadline=None)
@given(case=cases(both(), TWO, apart=((1, 0),)))
def test_bound_and_cost_enclose_the_best_of_two_services_that_share_no_machine(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@pytest.mark.parametrize("apart", APART, ids=str)
@settings(max_examples=3, derandomize=True, deadline=None)
@given(case=cases(three(), TWO))
def test_bound_and_cost_enclose_the_best_of_three_services_of_which_some_share_no_machine(
    apart: tuple[tuple[int, int], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(replace(case, apart=apart), catalog, make_demand)


@pytest.mark.parametrize("apart", APART, ids=str)
@settings(max_examples=3, derandomize=True, deadline=None)
@given(case=cases(three(), [("c7i.large",), ("m7i.large",)], groups=2))
def test_bound_and_cost_enclose_the_best_on_two_node_groups_of_three_services_of_which_some_share_no_machine(
    apart: tuple[tuple[int, int], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    case = replace(case, apart=apart)
    if cheapest(case, market_of(catalog, case)) < inf:
        check(case, catalog, make_demand)
    else:
        with pytest.raises(InfeasibleError):
            solve(demand_of(make_demand, case), catalog, explain=False)


@pytest.mark.parametrize("apart", APART, ids=str)
@settings(max_examples=2, derandomize=True, deadline=None)
@given(case=cases(three(variants=st.sampled_from([HUNGRY, UNEQUAL])), TWO))
def test_bound_and_cost_enclose_the_best_where_many_ways_to_hold_replicas_are_not_listed_and_some_not_allowed(
    apart: tuple[tuple[int, int], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columns, "_MOST_PATTERNS_OF_A_MACHINE", 1)
        check(replace(case, apart=apart), catalog, make_demand)


HOLDS = [
    (("c7i.large", 1.0),),
    (("c7i.large", 3.0),),
    (("c7i.xlarge", 2.0),),
    (("c7i.large", 2.0), ("m7i.large", 2.0)),
    (("", 0.15),),
    (("", 5.0),),
    (("", 0.1), ("c7i.large", 1.0)),
]


@pytest.mark.parametrize("held", HOLDS, ids=str)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(case=cases(alone(apps(60, **SPOT)), THREE))
def test_bound_and_cost_enclose_the_best_beside_what_is_held(
    held: tuple[tuple[str, float], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(replace(case, held=fitting(held, case)), catalog, make_demand)


@pytest.mark.parametrize("held", HOLDS, ids=str)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(case=cases(alone(apps(50)), TWO, commitments=True))
def test_bound_and_cost_enclose_the_best_level_beside_what_is_held(
    held: tuple[tuple[str, float], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(replace(case, held=fitting(held, case)), catalog, make_demand)


@pytest.mark.parametrize("held", HOLDS[2:5], ids=str)
@settings(max_examples=3, derandomize=True, deadline=None)
@given(case=cases(both(survive=st.just(False)), TWO))
def test_bound_and_cost_enclose_the_best_of_two_services_beside_what_is_held(
    held: tuple[tuple[str, float], ...], case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(replace(case, held=fitting(held, case)), catalog, make_demand)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(case=cases(alone(apps(30)), TWO, reservable=True))
def test_bound_and_cost_enclose_the_best_number_of_reserved_machines_whose_sizes_flex(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(case=cases(alone(apps(20)), TWO, reservable=True, commitments=True))
def test_bound_and_cost_enclose_the_best_of_reservations_and_a_savings_plan(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    check(case, catalog, make_demand)


def fitting(held: tuple[tuple[str, float], ...], case: Case) -> tuple[tuple[str, float], ...]:
    """What is held of families that the case has."""
    return tuple(each for each in held if each[0] == "" or flexes(each[0], case))


ALONE = App((10, 10), (Variant(2, 512, 10),))
"""One of its replicas fills a c7i.large."""


@pytest.mark.parametrize(
    "case",
    [
        Case((ALONE, ALONE), 9, ("c7i.large",), groups=1),
        Case((App((10, 10), (Variant(1, 9000, 10),)),), 9, ("c7i.large", "m7i.large")),
    ],
    ids=["two services that can't share the only group", "more memory than any machine has"],
)
def test_where_no_choice_keeps_all_promises_there_is_no_plan(
    case: Case, catalog: Catalog, make_demand: DemandMaker
) -> None:
    assert cheapest(case, market_of(catalog, case)) == inf
    with pytest.raises(InfeasibleError):
        solve(demand_of(make_demand, case), catalog, explain=False)
