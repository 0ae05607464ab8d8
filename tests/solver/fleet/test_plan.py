"""Fleets: against one joint model and brute force; what sharing may not cost; what nothing costs less than."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.fleet.plan import Fleet, plan_fleet, settle
from solver.fleet.stack import StackAnswer, StackTask, one_after_the_other
from solver.model.compute.purchase import Bought
from solver.model.fleet.usage import total_usage
from solver.plan.cost import total_usd_per_month
from solver.quantity import WEEKS_PER_MONTH
from solver.solve import solve
from tests.solver.fleet.small import PLAN, RESERVED, day, job, service, stack

_FIXTURE = [HealthCheck.function_scoped_fixture]
_NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
"""A smaller fleet that fails too takes minutes to find."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1"])


@pytest.fixture(scope="module")
def day_and_night() -> dict[str, Demand]:
    """Two stacks of which one is busy while the other is not."""
    return {
        "day": stack("day", {"web": service(day(10, 80, 8, 20))}),
        "night": stack("night", {"batch": service(day(10, 80, 20, 8))}),
    }


def test_what_one_stack_leaves_at_night_covers_another(day_and_night: dict[str, Demand], catalog: Catalog) -> None:
    plan = plan_fleet(Fleet(stacks=day_and_night, catalog=catalog, terms=(PLAN,)))
    assert plan.proof.cost_usd_per_month < 0.95 * plan.separate_usd_per_month
    assert plan.shared
    (bought,) = plan.commitments
    assert bought.used > 0.999
    assert {share.stack for share in bought.shares} == {"day", "night"}
    assert sum(share.usd_per_hour for share in bought.shares) == pytest.approx(bought.usd_per_hour, abs=1e-5)
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month
    assert plan.proof.gap < 0.01


def test_where_nothing_can_be_bought_no_stack_is_cheaper_by_itself(catalog: Catalog) -> None:
    plan = plan_fleet(Fleet(stacks={"a": stack("a", {"web": service(day(10, 13, 8, 20))})}, catalog=catalog, terms=()))
    assert plan.proof.cost_usd_per_month == plan.separate_usd_per_month
    assert plan.shared


def test_the_cost_is_the_sum_of_the_stacks_and_of_nothing_else(
    day_and_night: dict[str, Demand], catalog: Catalog
) -> None:
    fleet = Fleet(stacks=day_and_night, catalog=catalog, terms=(PLAN, RESERVED))
    answer = settle(fleet)
    plan = plan_fleet(fleet)
    assert sum(each.cost_usd_per_month for each in plan.stacks) == pytest.approx(plan.proof.cost_usd_per_month)
    assert answer.settled.usd_per_month == pytest.approx(plan.proof.cost_usd_per_month, abs=0.02)


def _merged(stacks: dict[str, Demand]) -> Demand:
    """All workloads in one stack that buys for itself."""
    first = next(iter(stacks.values()))
    workloads = {
        f"{name}-{key}": each.model_copy(update={"apart_from": "all"})
        for name, demand in sorted(stacks.items())
        for key, each in demand.workloads.items()
    }
    wishes = ({"kind": "compute-savings-plan", "years": 1},)
    plain = first.model_dump(mode="json", exclude_unset=True)
    plain["purchase"] = {**plain["purchase"], "commitments": list(wishes)}
    joined = Demand.model_validate({**plain, "workloads": {}} if not workloads else plain)
    limits = first.limits.model_copy(update={"node_groups": 20})
    return joined.model_copy(update={"workloads": workloads, "limits": limits})


@settings(max_examples=4, deadline=None, phases=_NO_SHRINKING, suppress_health_check=_FIXTURE)
@given(data=st.data())
def test_a_fleet_agrees_with_one_joint_model(data: st.DataObject, catalog: Catalog) -> None:
    """One stack with all services, on machines of their own, is the fleet but for what it has besides machines."""
    hours = st.integers(0, 23)
    stacks: dict[str, Demand] = {}
    for number in range(data.draw(st.integers(2, 3))):
        low, high = sorted(data.draw(st.tuples(st.integers(1, 8), st.integers(1, 8))))
        first, last = data.draw(st.tuples(hours, hours))
        stacks[f"s{number}"] = stack(f"s{number}", {"web": service(day(low * 10.0, high * 10.0, first, last))})
    joint = solve(_merged(stacks), catalog)
    machines = total_usd_per_month(line for line in joint.cost_lines if line.pool in ("compute", "storage"))
    answer = settle(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,)))
    plan = plan_fleet(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,)))
    others = sum(
        total_usd_per_month(
            line for line in solve(demand, catalog).cost_lines if line.pool not in ("compute", "storage")
        )
        for demand in stacks.values()
    )
    fleet = plan.proof.cost_usd_per_month - others
    assert fleet == pytest.approx(machines, rel=0.012)
    # No plan of the joint model, bill for bill, is below the fleet's bound.
    assert plan.proof.bound_usd_per_month - others <= machines + 0.05
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month <= plan.separate_usd_per_month + 0.05
    assert answer.bound_usd_per_month > 0.9 * plan.proof.cost_usd_per_month


def test_no_purchase_of_a_grid_is_cheaper(day_and_night: dict[str, Demand], catalog: Catalog) -> None:
    """Brute force over the level of the savings plan, for the machines that were chosen."""
    answer = settle(Fleet(stacks=day_and_night, catalog=catalog, terms=(PLAN,)))
    usage = total_usage(answer.weeks.values())
    (good,) = answer.market.goods
    found = answer.market.usd(usage, answer.settled.bought)
    levels = np.arange(0.0, 6.0, 0.01)
    least = min(answer.market.usd(usage, (Bought(good, 0, float(level)),) if level else ()) for level in levels)
    assert found <= least + 1e-6


def test_no_choice_of_ways_is_below_the_bound(day_and_night: dict[str, Demand], catalog: Catalog) -> None:
    """Brute force over both ways of each stack."""
    seen: dict[str, list[StackAnswer]] = {}

    def ask(tasks: Sequence[StackTask], tables: Catalog) -> list[StackAnswer]:
        found = one_after_the_other(tasks, tables)
        for each in found:
            seen.setdefault(each.name, []).append(each)
        return found

    answer = settle(Fleet(stacks=day_and_night, catalog=catalog, terms=(PLAN,)), ask=ask)
    assert {len(ways) for ways in seen.values()} == {2}
    costs: list[float] = []
    for ways in product(*seen.values()):
        usage = total_usage(each.usage for each in ways)
        usd = answer.market.usd(usage, answer.market.buy(usage)) * WEEKS_PER_MONTH
        costs.append(usd + sum(each.fixed_usd_per_month for each in ways))
    assert answer.bound_usd_per_month <= min(costs)
    assert answer.settled.usd_per_month <= min(costs) * 1.01


def test_jobs_are_in_the_bound(catalog: Catalog) -> None:
    stacks = {
        "web": stack("web", {"web": service(day(10, 60, 8, 20))}),
        "jobs": stack("jobs", {"nightly": job(20, 6)}),
    }
    plan = plan_fleet(Fleet(stacks=stacks, catalog=catalog, terms=(PLAN,)))
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month
    assert plan.proof.gap < 0.02


@settings(max_examples=4, deadline=None, phases=_NO_SHRINKING, suppress_health_check=_FIXTURE)
@given(
    peaks=st.lists(st.tuples(st.integers(1, 8), st.integers(0, 23)), min_size=2, max_size=3),
    terms=st.sampled_from([(PLAN,), (RESERVED,), (PLAN, RESERVED), ()]),
    spot=st.sampled_from([0.0, 0.5]),
)
def test_sharing_never_costs_more_and_order_changes_nothing(
    peaks: list[tuple[int, int]], terms: tuple[CommitmentTerm, ...], spot: float, catalog: Catalog
) -> None:
    stacks = {
        f"s{number}": stack(f"s{number}", {"web": service(day(10.0, 10.0 * high, first, first + 9), spot=spot)})
        for number, (high, first) in enumerate(peaks)
    }
    plan = plan_fleet(Fleet(stacks=stacks, catalog=catalog, terms=terms))
    assert plan.proof.bound_usd_per_month <= plan.proof.cost_usd_per_month <= plan.separate_usd_per_month + 0.05
    turned = dict(reversed(stacks.items()))
    again = plan_fleet(Fleet(stacks=turned, catalog=catalog, terms=terms))
    assert again.model_dump_json() == plan.model_dump_json()


def test_a_stack_that_can_not_be_planned_is_named(day_and_night: dict[str, Demand], catalog: Catalog) -> None:
    wrong = stack("wrong", {"web": service([5000.0])})
    with pytest.raises(InfeasibleError, match=r"stack wrong: site main(?s:.*)replicas\.max: 100"):
        plan_fleet(Fleet(stacks={**day_and_night, "wrong": wrong}, catalog=catalog, terms=(PLAN,)))
