"""Scenarios: the same draws whatever the order, what is served, and how much to commit to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.demand import Demand
from solver.fleet import scenarios
from solver.fleet.plan import Fleet, plan_fleet, settle
from solver.fleet.regret import scaled, scenarios_of
from solver.fleet.scenarios import Draws
from solver.model.fleet.usage import total_usage
from solver.plan.fleet import FleetScenarios
from solver.quantity import WEEKS_PER_MONTH
from tests.solver.fleet.small import PLAN, RESERVED, day, service, stack


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def stacks() -> dict[str, Demand]:
    return {
        "day": stack("day", {"web": service(day(30, 80, 8, 20))}),
        "night": stack("night", {"web": service(day(30, 80, 20, 8), spot=0.5)}),
    }


def _told(stacks: dict[str, Demand], catalog: Catalog, *, seed: int = 1, count: int = 12) -> FleetScenarios:
    plan = plan_fleet(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), draws=Draws(count, seed)), again=False)
    assert plan.scenarios is not None
    return plan.scenarios


def test_a_seed_says_all(stacks: dict[str, Demand], catalog: Catalog) -> None:
    told = _told(stacks, catalog)
    assert told == _told(dict(reversed(stacks.items())), catalog)
    assert told != _told(stacks, catalog, seed=2)
    assert told.low_usd_per_month <= told.median_usd_per_month <= told.high_usd_per_month


def test_more_scenarios_begin_with_the_fewer(stacks: dict[str, Demand], catalog: Catalog) -> None:
    few = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), draws=Draws(3, 7)), again=False)
    more = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), draws=Draws(5, 7)), again=False)
    for name, each in few.first.items():
        assert more.first[name].runs[:3] == each.runs


def test_without_spread_and_losses_a_scenario_is_the_plan(
    stacks: dict[str, Demand], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FLEET", "WORKLOAD", "HOUR", "SPOT_LOST", "ZONE_LOST"):
        monkeypatch.setattr(scenarios, name, 0.0)
    fleet = Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,), draws=Draws(2, 1))
    plan = plan_fleet(fleet, again=False)
    told = plan.scenarios
    assert told is not None
    assert told.mean_usd_per_month == pytest.approx(plan.proof.cost_usd_per_month, abs=0.05)
    assert (told.unserved, told.unserved_grown, told.best_part) == (0.0, 0.0, 1.0)
    assert told.regret_usd_per_month == 0.0


def test_hours_above_what_is_held_are_counted(
    stacks: dict[str, Demand], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brute force: twice the load is more than the planned machines hold in every hour."""

    def twice(names: Sequence[str], *_: object) -> dict[str, object]:
        return {name: np.full(168, 2.0) for name in names}

    monkeypatch.setattr(scenarios, "_factors", twice)
    monkeypatch.setattr(scenarios, "SPOT_LOST", 0.0)
    monkeypatch.setattr(scenarios, "ZONE_LOST", 0.0)
    told = _told(stacks, catalog, count=2)
    assert told.unserved == 1.0
    assert told.unserved_grown < 1.0


def test_the_best_part_is_the_cheapest_of_all_that_are_tried(stacks: dict[str, Demand], catalog: Catalog) -> None:
    fleet = Fleet(stacks=stacks, catalog=catalog, terms=(PLAN, RESERVED), draws=Draws(6, 5))
    answer = settle(fleet, again=False)
    told = scenarios_of(answer, 5)
    runs = {name: each.runs for name, each in answer.settled.answers.items()}
    fixed = sum(each.fixed_usd_per_month for each in answer.settled.answers.values())
    for part in (0.5, 0.85, 1.0, 1.15):
        usd = [
            answer.market.usd(
                total_usage(each[number].usage for each in runs.values()), scaled(answer.settled.bought, part)
            )
            + sum(each[number].more_usd_per_week for each in runs.values())
            for number in range(6)
        ]
        mean = fixed + sum(usd) / 6 * WEEKS_PER_MONTH
        assert told.best_mean_usd_per_month <= mean + 0.01
        if part == 1.0:
            assert told.mean_usd_per_month == pytest.approx(mean, abs=0.01)
    assert told.regret_usd_per_month >= 0
