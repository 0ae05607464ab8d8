"""An explanation fits one screen."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from poolwright.render.explain_view import explain_view
from solver.explain import explain
from solver.inputs import read_inputs
from solver.plan.comparison import Comparison
from solver.plan.explanation import Explanation, PriceBracket
from solver.plan.lock import read_lock
from solver.solve import solve

ROOT = Path(__file__).resolve().parents[3]
LARGE = Comparison(arguments=(), usd_per_month=-21692.72, least_usd_per_month=-21741.26, most_usd_per_month=-21620.0)


@pytest.fixture(scope="module")
def quick() -> Explanation:
    inputs = read_inputs(ROOT, "prod")
    lock = read_lock(inputs.lock_path, shown_as="prod.lock.yaml").as_plan()
    catalog = inputs.catalog()
    plan = solve(inputs.loaded.demand, catalog, previous=lock, inputs=inputs.plan_inputs(catalog))
    return explain(plan, inputs.loaded.demand, catalog, previous=lock, quick=True)


def filled(found: Explanation) -> Explanation:
    """As if every other plan had been solved, with long figures."""
    return found.model_copy(
        update={
            "solved": 20,
            "load_prices": tuple(each.model_copy(update={"comparison": LARGE}) for each in found.load_prices),
            "machines": tuple(
                each.model_copy(
                    update={
                        "comparison": LARGE,
                        "instead": ("p4d.24xlarge on-demand",),
                        "no_turn_below": 0.752,
                        "turns_by": 0.786,
                    }
                )
                for each in found.machines
            ),
            "guarantees": tuple(each.model_copy(update={"comparison": LARGE}) for each in found.guarantees),
        }
    )


def lines(found: Explanation) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=120, highlight=False).print(explain_view(found))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_stack_of_three_services_and_a_job_takes_one_screen(quick: Explanation) -> None:
    shown = lines(filled(quick.model_copy(update={"reasons": quick.reasons})))
    # A note for each machine type without which a cheaper plan was found; here that is each of them.
    shown = [line for line in shown if "the search missed it" not in line]
    assert max(len(line) for line in shown) <= 120
    assert len(shown) <= 46


def test_each_row_of_a_machine_type_takes_one_line(quick: Explanation) -> None:
    shown = lines(filled(quick))
    for choice in quick.machines:
        (row,) = [line for line in shown if line.startswith(f"  {choice.machine_type} ")]
        assert "-21,692.72" in row
        assert "+75.2 to +78.6 %" in row


def test_what_was_not_solved_is_left_open(quick: Explanation) -> None:
    text = "\n".join(lines(quick))
    assert "No other plan was solved (--quick)" in text
    assert "zone loss" in text


def test_a_saving_is_a_negative_cost_and_bounds_are_rounded_outwards(quick: Explanation) -> None:
    saving = Comparison(arguments=(), usd_per_month=10.5, least_usd_per_month=9.2, most_usd_per_month=11.3)
    first = quick.guarantees[0].model_copy(update={"comparison": saving})
    text = "\n".join(lines(quick.model_copy(update={"guarantees": (first,)})))
    assert "-10.50  -12 to -9" in text


def test_a_plan_that_was_missed_and_a_demand_that_nothing_holds_are_said(quick: Explanation) -> None:
    first, second, *_ = quick.machines
    worse = first.model_copy(update={"comparison": LARGE, "turns_by": 0.0})
    none = second.model_copy(update={"impossible": "limits.machines: g6.xlarge"})
    text = "\n".join(lines(quick.model_copy(update={"machines": (worse, none)})))
    assert f"without {first.machine_type}: a plan that costs $21,692.72 less was found" in text
    assert f"without {second.machine_type}: nothing holds the demand (limits.machines: g6.xlarge)" in text
    assert " now" in text


def test_the_prices_between_which_plans_turn_are_shown_for_a_workload(quick: Explanation) -> None:
    (first, *_) = quick.machines
    turned = first.model_copy(update={"bracket": PriceBracket(kept_at=0.05, left_at=0.06)})
    kept = first.model_copy(update={"bracket": PriceBracket(kept_at=0.05, left_at=None)})
    text = "\n".join(lines(quick.model_copy(update={"workload": "assistant", "machines": (turned, kept)})))
    assert "+5.0 to +6.0 %" in text
    assert "above +5.0 %" in text


def test_next_to_no_load_has_no_spare_part_of_it(quick: Explanation) -> None:
    standing = quick.services[0].model_copy(
        update={"load_per_second": 1e-5, "need_per_second": 50.0, "have_per_second": 60.0}
    )
    (row,) = [line for line in lines(quick.model_copy(update={"services": (standing,)})) if "+20%" in line]
    assert row.count("%") == 1
