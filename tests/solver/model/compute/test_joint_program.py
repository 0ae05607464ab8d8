"""The joint program's bound against every choice of whole machines, and its fillings against every filling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.backend import Backend
from solver.model.compute import fillings
from solver.model.compute.bundles import Bundles
from solver.model.compute.columns import Fixed, build_columns
from solver.model.compute.hourly import Hourly
from solver.model.compute.joint_bound import gathered
from solver.model.compute.joint_program import JointProgram
from solver.model.compute.needs import needs_of
from solver.model.compute.rows import Counted, counted
from solver.model.compute.services import hourly_problem
from solver.model.compute.supply import market_of
from solver.model.surcharge import Surcharge

DemandMaker = Callable[..., Demand]
MACHINES = ("c7i.large", "m7i.large", "c7i.xlarge")
ZONES = ("use1-az2", "use1-az4", "use1-az6")


def hourly_of(make_demand: DemandMaker, catalog: Catalog, apps: list[dict[str, Any]], zones: int) -> Hourly:
    """One hour class of services with `cpu` in thousandths, `mib`, `load` (of 10 for a replica), `spot`, `survive`."""
    demand = make_demand(
        workloads={
            f"app-{number}": {
                "load": {"constant_per_second": app["load"]},
                "headroom": 0.2,
                "max_utilisation": 0.5,
                "survive": "zone" if app["survive"] else "none",
                "interruptible_share": app["spot"],
                "apart_from": app.get("apart_from", []),
                "variants": {
                    f"v{place}": {
                        "cpu": f"{cpu}m",
                        "memory": f"{app['mib']}Mi",
                        "throughput_per_second": rate,
                        "source": "measured",
                    }
                    for place, (cpu, rate) in enumerate(app["variants"])
                },
            }
            for number, app in enumerate(apps)
        },
        zones=zones,
        limits={"machines": list(MACHINES)},
    )
    needs = needs_of(demand, "main")
    market = market_of(demand, demand.aws_sites["main"], ZONES[:zones], Surcharge(), services=True)
    columns = build_columns(needs, catalog, market, Fixed(0.004, {}), spot=True)
    return hourly_problem(needs, columns, (), {}, zones, Backend())


def fillings_of(hourly: Hourly, number: int) -> list[tuple[int, ...]]:
    columns = hourly.columns
    room, request = columns.room[number], columns.requests[number]
    most: list[int] = []
    for variant, fits in enumerate(columns.fitting[number]):
        asked = request[variant] > 0
        most.append(int((room[asked] // request[variant][asked]).min()) if fits else 0)
    some = [slots for slots in product(*(range(each + 1) for each in most)) if any(slots)]
    return [slots for slots in some if (np.array(slots) @ request <= room).all()]


def cheapest(hourly: Hourly, price: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """USD of the cheapest whole machines for the first hour class, over every filling of every machine."""
    columns, required = hourly.columns, hourly.task.required[0]
    best: dict[tuple[int, ...], float] = {tuple(0 for _ in required): 0.0}
    for number, machine in enumerate(columns.machines):
        zones = len(machine.zones)
        for slots in fillings_of(hourly, number):
            worth = [int(np.array(row.worth) @ np.array(slots)) for row in hourly.rows]
            for (have, usd), count in product(list(best.items()), range(1, 9)):
                more = [
                    each * counted(row.counted, count, zones, on_demand=machine.on_demand)
                    for each, row in zip(worth, hourly.rows, strict=True)
                ]
                state = tuple(min(h + m, int(r)) for h, m, r in zip(have, more, required, strict=True))
                total = usd + count * (float(price[number]) + 0.004)
                if state != have and total < best.get(state, np.inf):
                    best[state] = total
    return best.get(tuple(int(each) for each in required), np.inf)


APPS = st.fixed_dictionaries(
    {
        "load": st.integers(1, 25),
        "mib": st.sampled_from([300, 700, 1500]),
        "spot": st.sampled_from([0.0, 0.5, 1.0]),
        "survive": st.booleans(),
        "variants": st.sampled_from([[(500, 20)], [(900, 20)], [(500, 14), (900, 26)]]),
    }
)


@given(apps=st.lists(APPS, min_size=2, max_size=2), zones=st.sampled_from([2, 3]))
@settings(max_examples=12)
def test_no_whole_machines_cost_less_than_the_joint_program_proves(
    make_demand: DemandMaker, catalog: Catalog, apps: list[dict[str, Any]], zones: int
) -> None:
    hourly = hourly_of(make_demand, catalog, apps, zones)
    program = JointProgram(hourly)
    point = program.solve(program.required[0], hourly.price)
    assert 0 < point.bound <= cheapest(hourly, hourly.price) * (1 + 1e-9)


@pytest.mark.parametrize("times", [1, 10])
def test_the_bound_is_as_good_as_the_program_with_every_filling(
    make_demand: DemandMaker, catalog: Catalog, times: int
) -> None:
    """Also where a service has many times the replicas that a machine holds."""
    apps = [
        {"load": 60 * times, "mib": 700, "spot": 0.0, "survive": True, "variants": [(300, 20)]},
        {"load": 45 * times, "mib": 1900, "spot": 0.5, "survive": True, "variants": [(700, 20)]},
    ]
    hourly = hourly_of(make_demand, catalog, apps, 3)
    program = JointProgram(hourly)
    point = program.solve(program.required[0], hourly.price)
    every = JointProgram(hourly)
    groups = [
        (number, slots) for number in range(len(hourly.columns.machines)) for slots in fillings_of(hourly, number)
    ]
    optimum = float(every.priced(program.required[0], hourly.price, groups).sum())
    assert optimum * 0.995 <= point.bound <= optimum * (1 + 1e-9)


@given(apps=st.lists(APPS, min_size=2, max_size=2), parts=st.tuples(*[st.floats(0.1, 1.0)] * 2))
@settings(max_examples=12)
def test_what_is_proved_of_an_hour_holds_for_hours_that_require_less(
    make_demand: DemandMaker, catalog: Catalog, apps: list[dict[str, Any]], parts: tuple[float, float]
) -> None:
    hourly = hourly_of(make_demand, catalog, apps, 3)
    program = JointProgram(hourly)
    point = program.solve(program.required[0], hourly.price)
    assert float(program.required[0] @ point.proved) == pytest.approx(point.bound)
    part = np.array([parts[row.service] for row in program.rows])
    less = np.ceil(program.required[0] * part).astype(np.int64)
    every = [(number, slots) for number in range(len(hourly.columns.machines)) for slots in fillings_of(hourly, number)]
    optimum = float(program.priced(less, hourly.price, every).sum())
    assert float(less @ point.proved) <= optimum * (1 + 1e-9)


APART: list[dict[str, Any]] = [
    {"load": 30, "mib": 1500, "spot": 0.0, "survive": False, "variants": [(300, 20)]},
    {"load": 25, "mib": 300, "spot": 0.0, "survive": False, "variants": [(700, 20)], "apart_from": ["app-0"]},
    {"load": 15, "mib": 700, "spot": 0.0, "survive": False, "variants": [(500, 20)]},
]


@pytest.mark.parametrize("most", [8, 0])
def test_the_bound_knows_which_services_share_no_machine_where_these_are_not_too_many(
    make_demand: DemandMaker, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("solver.model.compute.joint_program._MOST_COMPANIES", most)
    hourly = hourly_of(make_demand, catalog, APART, 3)
    program = JointProgram(hourly)
    point = program.solve(program.required[0], hourly.price)
    every = [(number, slots) for number in range(len(hourly.columns.machines)) for slots in fillings_of(hourly, number)]
    allowed = [(number, slots) for number, slots in every if not (slots[0] and slots[1])]
    optimum, relaxed = (
        float(JointProgram(hourly).priced(program.required[0], hourly.price, groups).sum())
        for groups in (allowed, every)
    )
    assert relaxed < optimum * 0.99
    expected = optimum if most else relaxed
    assert expected * 0.995 <= point.bound <= expected * (1 + 1e-9)


def test_bundles_leave_a_way_to_the_limit_where_only_neighbours_of_a_row_may_share(
    make_demand: DemandMaker, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two in the middle save most together, but then the outer ones are alone: three groups instead of two."""
    kept: dict[str, Any] = {"load": 14, "spot": 0.0, "survive": False}
    busy, large = {"mib": 300, "variants": [(900, 20)]}, {"mib": 3000, "variants": [(100, 20)]}
    apps = [
        kept | busy | {"apart_from": ["app-2", "app-3"]},
        kept | busy | {"apart_from": ["app-3"]},
        kept | large,
        kept | large,
    ]
    hourly = hourly_of(make_demand, catalog, apps, 3)
    groups = Bundles(hourly).choose(2)
    assert groups is not None
    assert [[slots > 0 for slots in pattern] for _, pattern in groups] == [
        [True, True, False, False],
        [False, False, True, True],
    ]

    def always(*_: object) -> bool:
        return True

    monkeypatch.setattr("solver.model.compute.bundles.fit_in", always)
    assert Bundles(hourly).choose(2) is None


def test_a_stopped_search_for_fillings_still_proves_a_bound(
    make_demand: DemandMaker, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = [
        {"load": 60, "mib": 700, "spot": 0.0, "survive": True, "variants": [(300, 20)]},
        {"load": 45, "mib": 1900, "spot": 0.5, "survive": False, "variants": [(700, 20)]},
    ]
    hourly = hourly_of(make_demand, catalog, apps, 3)
    program = JointProgram(hourly)
    whole = program.solve(program.required[0], hourly.price).bound
    monkeypatch.setattr("solver.model.compute.joint_program._STEPS", 2)
    stopped = JointProgram(hourly)
    least = stopped.solve(stopped.required[0], hourly.price).bound
    assert 0 < least <= whole * 1.005


@given(
    request=st.one_of(
        st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4),
        st.lists(st.sampled_from([(2, 3), (3, 1)]), min_size=2, max_size=4),
    ),
    rising=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 5)), min_size=4, max_size=4),
    room=st.tuples(st.integers(5, 25), st.integers(5, 25)),
)
def test_the_best_filling_is_the_best_of_all(
    request: list[tuple[int, int]], rising: list[tuple[int, int]], room: tuple[int, int]
) -> None:
    values = [[0.0, *np.cumsum([float(first), *[float(min(first, more))] * 3]).tolist()] for first, more in rising][
        : len(request)
    ]
    asked = np.array(request, dtype=np.int64)
    holds = np.array([room], dtype=np.int64)
    search = fillings.Search.of(asked, values, np.array([10.0]), holds, 100_000)
    best = max(
        sum(value[count] for value, count in zip(values, slots, strict=True))
        for slots in product(range(5), repeat=len(request))
        if (np.array(slots) @ asked <= holds[0]).all()
    )
    bounds = search.at_most(holds)[:, 0]
    assert (bounds >= best - 1e-9).all()
    for price in range(len(bounds)):
        found, slots = search.best(list(room), price, above=0.0)
        assert found == pytest.approx(best)
        if best:
            assert slots is not None
            assert (np.array(slots) @ asked <= holds[0]).all()
            assert sum(value[count] for value, count in zip(values, slots, strict=True)) == pytest.approx(best)


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=9), st.integers(1, 9))
def test_hour_classes_are_gathered_once_each(required: list[list[int]], most: int) -> None:
    groups = gathered(np.array(required, dtype=np.int64), np.ones(len(required), dtype=np.int64), most)
    assert len(groups) <= most
    assert sorted(number for group in groups for number in group) == list(range(len(required)))


def test_survivors_ask_for_whole_replicas_in_all(make_demand: DemandMaker, catalog: Catalog) -> None:
    app = {"load": 25, "mib": 700, "spot": 0.0, "survive": True, "variants": [(300, 20)]}
    program = JointProgram(hourly_of(make_demand, catalog, [app], 3))
    # 25 a second need three replicas of 10 after a zone is lost, so five in three zones: 3 + 3 / 2.
    asked = {row.counted: row.required[0] for row in program.rows}
    assert asked == {Counted.SURVIVING: 3, Counted.ALL: 5}
