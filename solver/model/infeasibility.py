"""Infeasibility: which wishes of the demand can't hold together, the smallest such set, and what frees each of them.

The loads and the work are no wishes: they always stand. `conflict/` has the wishes and the search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.conflict.alone import Alone
from solver.model.conflict.question import MOST_WORK, GivenUpError, Question
from solver.model.conflict.report import Conflicts
from solver.model.conflict.single import Single
from solver.model.conflict.site_wishes import wishes_of
from solver.model.conflict.together import Together

Answer = TypeVar("Answer")


def solve_or_explain(
    demand: Demand,
    site_key: str,
    catalog: Catalog,
    solve: Callable[[Demand], Answer],
    attempt: Callable[[Demand], object] | None = None,
    *,
    most_work: int = MOST_WORK,
) -> Answer:
    """What `solve` gives; where it finds that nothing can be had, InfeasibleError names the wishes in conflict.

    `attempt` finds out as fast as it can whether anything can be had, whatever it costs; `solve` where it
    is not given. Beyond `most_work` the search for the smallest conflict is given up.
    """
    try:
        return solve(demand)
    except InfeasibleError as error:
        alone = Alone(site_key, catalog)
        too_few = Together(alone).too_few_groups
        single = Single(alone).told
        question = Question(site_key, attempt or solve, alone.told, too_few, single, most_work=most_work)
        wishes = wishes_of(demand, site_key, catalog)
        conflicts = Conflicts(demand, wishes, question.possible, question.planned, question.certain)
        try:
            found = conflicts.members()
        except GivenUpError:
            raise _without_conflict(site_key, conflicts, question, error) from None
        if not found:
            raise
        raise InfeasibleError(
            f"site {site_key}: these can't hold together with the loads and the work that the demand asks for",
            conflict=found[0],
            also=found[1:],
        ) from error


def _without_conflict(
    site_key: str, conflicts: Conflicts, question: Question, error: InfeasibleError
) -> InfeasibleError:
    """What is said where the smallest conflict takes too much work to find."""
    question.allow_more(MOST_WORK)
    alone = conflicts.each_alone()
    if not alone:
        return InfeasibleError(
            f"site {site_key}: {error.summary}. The smallest set of wishes in conflict was not found in the work "
            "allowed, and none of them gives a plan when it alone is changed",
            hint="change several at once: limits of node groups, machine types and quotas, guarantees, loads",
        )
    return InfeasibleError(
        f"site {site_key}: {error.summary}. The smallest set of wishes in conflict was not found in the work allowed; "
        "of these each, changed by itself, gives a plan:",
        conflict=alone,
    )
