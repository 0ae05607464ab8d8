"""A deadline ends a search early: with an answer whenever there is one, and with a gap that is true."""

from __future__ import annotations

from functools import cache
from itertools import count
from pathlib import Path

import pytest

from solver.inputs import read_inputs
from solver.model.deadline import NEVER, Deadline
from solver.plan.cost import Pool, total_usd_per_month
from solver.plan.plan import Plan
from solver.solve import solve
from solver.vocabulary import Termination
from tests.solver.conftest import ShippedPlans
from tests.solver.test_determinism import BUSY_DEMAND

ROOT = Path(__file__).resolve().parents[2]


def after(looks: int) -> Deadline:
    """Passes when it has been looked at so often: no time is measured."""
    clock = count()
    return Deadline(float(looks), lambda: float(next(clock)))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demand") / "dev.yaml"
    path.write_text(BUSY_DEMAND, encoding="utf-8")
    return path


@cache
def planned(demand: Path | None, looks: int | None) -> Plan:
    """Of a demand, or of the shipped stack prod."""
    stack = "prod" if demand is None else "dev"
    inputs = read_inputs(ROOT, stack, demand_file=demand)
    return solve(inputs.loaded.demand, inputs.catalog(), deadline=NEVER if looks is None else after(looks))


def security(plan: Plan) -> float:
    """A bound takes what starts of machines cost, which security measures bill, as its plan has them."""
    return total_usd_per_month(line for line in plan.cost_lines if line.pool is Pool.SECURITY)


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_there_is_always_an_answer_with_a_gap_that_is_true(busy: Path, looks: int, shipped: ShippedPlans) -> None:
    """The witness has checked it, its bound holds for the best plan too, and that plan's for it."""
    for demand, best in ((busy, planned(busy, None)), (None, shipped("prod"))):
        early = planned(demand, looks)
        starts = security(early) - security(best)
        assert early.proof.witness
        assert early.proof.bound_usd_per_month - starts <= best.proof.cost_usd_per_month + 0.01
        assert early.proof.cost_usd_per_month - starts >= best.proof.bound_usd_per_month - 0.01
        cost, bound = early.proof.cost_usd_per_month, early.proof.bound_usd_per_month
        assert early.proof.gap >= (cost - bound) / cost


def test_a_search_that_is_cut_short_says_what_is_not_proven(busy: Path) -> None:
    early, best = planned(busy, 0).proof, planned(busy, None).proof
    assert early.gap > best.gap
    assert (early.termination, early.proven) == (Termination.LIMIT, False)


def test_no_clock_is_read_without_a_deadline() -> None:
    def clock() -> float:
        raise AssertionError("the clock was read")

    assert not Deadline(clock=clock).has_passed()
    assert not NEVER.has_passed()


def test_a_deadline_that_never_passes_changes_nothing(busy: Path) -> None:
    assert planned(busy, 10**9) == planned(busy, None)
