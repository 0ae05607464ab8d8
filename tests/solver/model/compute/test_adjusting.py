"""Node groups that are adjusted, and fillings for them: what they hold, recounted machine by machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.backend import Backend, SolverName
from solver.model.compute.adjusting import Adjusting, Judged
from solver.model.compute.columns import Fixed, build_columns
from solver.model.compute.hourly import Hourly
from solver.model.compute.joint_program import Filled, JointProgram
from solver.model.compute.needs import needs_of
from solver.model.compute.requirements import Requirements
from solver.model.compute.rows import counted
from solver.model.compute.services import hourly_problem
from solver.model.compute.supply import market_of
from solver.model.compute.weekly import Weekly
from solver.model.surcharge import Surcharge

DemandMaker = Callable[..., Demand]
ZONES = ("use1-az2", "use1-az4", "use1-az6")
LOADS = (20, 15, 25, 10)


def hourly_of(make_demand: DemandMaker, catalog: Catalog, solver: SolverName = "highs", **more: Any) -> Hourly:
    """Four services of a part of a machine each; `more` are fields of the first one."""
    demand = make_demand(
        workloads={
            f"app-{number}": {
                "load": {"constant_per_second": load},
                "headroom": 0.2,
                "max_utilisation": 0.5,
                "survive": "zone",
                "interruptible_share": 0.3,
                "variants": {
                    "any": {"cpu": "300m", "memory": "700Mi", "throughput_per_second": 20, "source": "measured"}
                },
            }
            | (more if number == 0 else {})
            for number, load in enumerate(LOADS)
        },
        zones=3,
        limits={"machines": ["c7i.large", "m7i.large", "c7i.xlarge"]},
    )
    needs = needs_of(demand, "main")
    market = market_of(demand, demand.aws_sites["main"], ZONES, Surcharge(), services=True)
    columns = build_columns(needs, catalog, market, Fixed(0.004, {}), spot=True)
    return hourly_problem(needs, columns, (), {}, 3, Backend(solver))


def alone(hourly: Hourly) -> list[Filled]:
    """A group of one replica on a machine for each service."""
    large = next(n for n, m in enumerate(hourly.columns.machines) if m.on_demand and hourly.columns.fitting[n].all())
    return [(large, tuple(int(place == variant) for place in range(4))) for variant in range(4)]


def is_enough(program: JointProgram, needed: Requirements, found: Judged) -> bool:
    """Whether every row of every requirement is met, with machines counted one group after the other."""
    for required, counts in zip(needed.required, found.machines, strict=True):
        for place, row in enumerate(program.rows[: needed.required.shape[1]]):
            total = 0
            for (number, slots), machines in zip(found.groups, counts.tolist(), strict=True):
                on_demand = program.hourly.columns.machines[number].on_demand
                worth = sum(each * count for each, count in zip(row.worth, slots, strict=True))
                total += worth * counted(row.counted, machines, 3, on_demand=on_demand)
            if total < required[place]:
                return False
    return True


def test_groups_share_machines_and_hold_all_services_for_less(make_demand: DemandMaker, catalog: Catalog) -> None:
    hourly = hourly_of(make_demand, catalog)
    program = JointProgram(hourly)
    needed = Requirements.of(program, hourly.price, 4)
    begun = Adjusting(needed, 4).judged(alone(hourly))
    found = Adjusting(needed, 4).improve(alone(hourly), [])
    assert begun is not None
    assert found is not None
    assert is_enough(program, needed, begun)
    assert is_enough(program, needed, found)
    assert found.usd_per_week < 0.8 * begun.usd_per_week
    assert all(program.holds(each) for each in found.groups)
    assert any(sum(each > 0 for each in slots) > 1 for _, slots in found.groups)
    usd = sum(
        float(needed.hours @ machines) * program.cost(hourly.price, group)
        for group, machines in zip(found.groups, found.machines.T, strict=True)
    )
    assert usd == pytest.approx(found.usd_per_week)


def test_more_groups_than_the_limit_are_no_beginning(make_demand: DemandMaker, catalog: Catalog) -> None:
    hourly = hourly_of(make_demand, catalog)
    needed = Requirements.of(JointProgram(hourly), hourly.price, 4)
    assert Adjusting(needed, 3).improve(alone(hourly), []) is None


def test_groups_that_miss_a_service_are_no_beginning(make_demand: DemandMaker, catalog: Catalog) -> None:
    hourly = hourly_of(make_demand, catalog)
    needed = Requirements.of(JointProgram(hourly), hourly.price, 4)
    assert Adjusting(needed, 4).improve(alone(hourly)[:3], []) is None


@pytest.mark.parametrize("solver", ["highs", "cbc"])
def test_fillings_fit_their_machines_and_lead_to_groups_that_cost_no_more(
    make_demand: DemandMaker, catalog: Catalog, solver: SolverName
) -> None:
    hourly = hourly_of(make_demand, catalog, solver)
    program = JointProgram(hourly)
    needed = Requirements.of(program, hourly.price, 4)
    begun = Adjusting(needed, 4).judged(alone(hourly))
    assert begun is not None
    fillings = Weekly(needed, 4).fillings(begun.groups, begun.machines)
    assert len(fillings) > 4
    assert all(program.holds(each) for each in fillings)
    found = Adjusting(needed, 4).improve(begun.groups, fillings)
    assert found is not None
    assert is_enough(program, needed, found)
    assert found.usd_per_week <= begun.usd_per_week


def test_services_that_keep_apart_share_no_machine(make_demand: DemandMaker, catalog: Catalog) -> None:
    hourly = hourly_of(make_demand, catalog, apart_from=["app-1", "app-2"])
    program = JointProgram(hourly)
    needed = Requirements.of(program, hourly.price, 4)
    begun = Adjusting(needed, 4).judged(alone(hourly))
    assert begun is not None
    fillings = Weekly(needed, 4).fillings(begun.groups, begun.machines)
    found = Adjusting(needed, 4).improve(begun.groups, fillings)
    assert found is not None
    for _, slots in (*fillings, *found.groups):
        assert not (slots[0] and (slots[1] or slots[2]))
    assert np.array([slots for _, slots in found.groups]).any(axis=0).all()
