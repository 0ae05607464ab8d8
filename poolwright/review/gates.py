"""Gates: questions that must be answered with yes before a change is built, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from poolwright.checks.report import CheckReport
from poolwright.review.review import Caution, Gate
from solver.demand.demand import Demand
from solver.plan.lock import Lock
from solver.quantity import cents, format_usd


def gates_of(
    lock: Lock,
    digest: str,
    demand: Demand,
    checked: CheckReport,
    cautions: Sequence[Caution],
    *,
    compared: bool,
    on: date,
    max_age_days: int | None,
) -> Iterator[Gate]:
    """The gates that one stack can be asked on one machine; a promotion has more.

    Where resources were not compared with what runs, nobody knows what is replaced, and that gate is not there.
    """
    yield Gate(id="lock", passed=True, evidence=f"made from today's files, {digest[:19]}")
    yield Gate(
        id="proof",
        passed=lock.proof.proven,
        evidence=f"at most {lock.proof.gap * 100:.2f} % above the least possible; {lock.proof.witness}",
    )
    if max_age_days is not None:
        ages = [age for table in lock.inputs.prices if (age := age_days(table.dated, on)) is not None]
        oldest = max(ages, default=0)
        yield Gate(
            id="prices",
            passed=oldest <= max_age_days,
            evidence=f"the oldest table is {oldest} days old; {max_age_days} are allowed",
        )
    refused = sum(finding.severity.value == "refuse" for finding in checked.findings)
    yield Gate(
        id="checks",
        passed=checked.passed,
        evidence=f"{len(checked.judged)} checks: {_of(refused, 'refusal')}, "
        f"{_of(len(checked.findings) - refused, 'warning')}, {len(checked.waived)} waived, "
        f"{_of(len(checked.expired), 'waiver')} that ended",
    )
    budget = demand.limits.budget_usd_per_month
    if budget is not None:
        left = cents(float(budget) - lock.proof.cost_usd_per_month)
        words = f"{format_usd(left)} left" if left >= 0 else f"{format_usd(-left)} above"
        yield Gate(id="budget", passed=left >= 0, evidence=f"{format_usd(float(budget))} a month, {words}")
    if not compared:
        return
    weighty = [caution for caution in cautions if not caution.setting]
    data = sum(caution.holds_data for caution in weighty)
    yield Gate(
        id="replacements",
        passed=not weighty,
        evidence=f"{_of(len(weighty), 'resource')} replaced or deleted, {data} with data"
        if weighty
        else "none, but settings",
    )


def _of(number: int, what: str) -> str:
    """`1 refusal`, `2 refusals`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def age_days(dated: str, on: date) -> int | None:
    """Days from a table's date; None for one that has none."""
    try:
        return (on - date.fromisoformat(dated)).days
    except ValueError:
        return None
