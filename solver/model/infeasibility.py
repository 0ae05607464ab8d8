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
from solver.model.conflict.question import Question
from solver.model.conflict.report import Conflicts
from solver.model.conflict.site_wishes import wishes_of

Answer = TypeVar("Answer")


def solve_or_explain(demand: Demand, site_key: str, catalog: Catalog, solve: Callable[[Demand], Answer]) -> Answer:
    """What `solve` gives; where it finds that nothing can be had, InfeasibleError names the wishes in conflict."""
    try:
        return solve(demand)
    except InfeasibleError as error:
        question = Question(site_key, solve, Alone(site_key, catalog).told)
        conflicts = Conflicts(demand, wishes_of(demand, site_key, catalog), question.possible, question.planned)
        found = conflicts.members()
        if not found:
            raise
        raise InfeasibleError(
            f"site {site_key}: these can't hold together with the loads and the work that the demand asks for",
            conflict=found[0],
            also=found[1:],
        ) from error
