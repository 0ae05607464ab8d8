"""A plan as a person reads it."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from poolwright.render.plan_view import plan_view, schedule_words
from solver.plan.cost import Billing, Pool, cost_line
from solver.plan.difference import Difference, difference
from solver.plan.lock import lock_of
from solver.plan.plan import Plan
from solver.plan.schedule import week_schedule
from tests.components.plans import full_site
from tests.components.plans import plan as plan_of


def shown(plan: Plan, change: Difference | None = None) -> str:
    text = StringIO()
    Console(file=text, width=160).print(plan_view(plan, change))
    return text.getvalue()


def priced() -> Plan:
    line = cost_line(
        Pool.COMPUTE,
        "main",
        "node-group g5-xlarge-on-demand",
        "machine hours",
        billing=Billing.FIXED,
        amount_per_month=730,
        unit="machine-hour",
        usd_per_unit=0.8048,
    )
    return plan_of("prod", main=full_site()).model_copy(update={"cost_lines": (line,)})


def test_the_first_line_is_the_verdict() -> None:
    first = shown(priced()).splitlines()[0]
    assert first.startswith("Stack prod: $4,210.50 a month, proven within 0.00 %")


def test_an_unproven_plan_says_so() -> None:
    plan = priced()
    proof = plan.proof.model_copy(update={"proven": False, "gap": 0.06})
    assert "not proven: 6.00 % above the lower bound" in shown(plan.model_copy(update={"proof": proof}))


def test_a_node_group_has_its_money_and_what_it_holds() -> None:
    (row,) = [line for line in shown(priced()).splitlines() if "g5-xlarge-on-demand" in line and "587.50" in line]
    assert "1 × assistant.gpu" in row


def test_the_same_lock_is_said_in_one_line() -> None:
    plan = priced()
    assert "Same as the lock." in shown(plan, difference(lock_of(plan), lock_of(plan)))


def test_few_changes_of_a_schedule_are_written_out() -> None:
    workdays = week_schedule(([2] * 8 + [5] * 12 + [2] * 4) * 5 + [2] * 48)
    assert schedule_words(workdays) == "2 to 5 (mon-fri 08:00 → 5, mon-fri 20:00 → 2)"
    assert schedule_words(week_schedule([3] * 168)) == "3"
