"""Backend: runs one PuLP problem on HiGHS or CBC; beside `live_model` the only place that names a solver.

A solver's outcome is a value: why it stopped, objective, bound, gap, values and duals by name. Work is limited by
nodes and iterations, never by time, and one thread is used, so that the same problem gives the same answer on every
machine. Nothing that a solver prints reaches standard output: the file descriptor is turned away while it runs.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import pulp

from solver.errors import ConfigError, Problem
from solver.model.live_model import SEED, highs_status
from solver.model.running import silenced
from solver.model.solution import (
    Outcome,
    Solution,
    constant_of,
    duals_of,
    no_answer,
    rows_without_terms,
    values_of,
    without_rows,
    worst_of,
)

# pulp and highspy have no complete types: what they return enters here as Any and leaves as plain values.
_pulp: Any = pulp

SolverName = Literal["highs", "cbc"]
_NODES_FOR_ANY_ANSWER = 200
_CBC_BOUND = re.compile(r"^Lower bound:\s+(?P<bound>[-+.\deE]+)", re.MULTILINE)


@dataclass(frozen=True)
class Backend:
    """A solver by its name."""

    name: SolverName = "highs"

    @property
    def label(self) -> str:
        """`HiGHS 1.16.0` or `CBC 2.10.3`, for the plan's proof."""
        if self.name == "highs":
            return f"HiGHS {metadata.version('highspy')}"
        return f"CBC of PuLP {metadata.version('pulp')}"

    def run(
        self,
        problem: pulp.LpProblem,
        *,
        gap_rel: float = 1e-9,
        node_limit: int | None = None,
        relaxed: bool = False,
        start: Mapping[str, float] | None = None,
        prove: bool = False,
    ) -> Solution:
        """Solve; `relaxed` ignores that variables are integer.

        `start` is an answer to begin with, by variable name. `prove` spends the work on the bound rather than on better
        answers; it pays when the start is good. Both are hints, which CBC does without.
        """
        integer = not relaxed and bool(_pulp.LpProblem.isMIP(problem))
        empty = rows_without_terms(problem)
        if not all(empty.values()):
            return no_answer(problem, Outcome.INFEASIBLE)
        if not any(True for _ in problem.variables()):
            # PuLP hands such a problem over without its constant.
            constant = constant_of(problem)
            return Solution(
                outcome=Outcome.OPTIMAL,
                objective=constant,
                bound=constant,
                values={},
                duals={} if integer else dict.fromkeys(empty, 0.0),
            )
        with silenced():
            if self.name == "highs":
                return _run_highs(problem, integer, gap_rel, node_limit, start or {}, prove)
            return _run_cbc(without_rows(problem, empty), integer, gap_rel, node_limit, dict.fromkeys(empty, 0.0))


def backend(name: str) -> Backend:
    """The backend of that name; ConfigError when the solver is not known or not installed."""
    if name == "highs" and _pulp.HiGHS(msg=False).available():
        return Backend("highs")
    if name == "cbc" and _pulp.PULP_CBC_CMD(msg=False).available():
        return Backend("cbc")
    state = "which is not installed" if name in ("highs", "cbc") else "which is not known"
    raise ConfigError([Problem(file="", path="solver", found=f"{name}, {state}", allowed="highs or cbc is allowed")])


# HiGHS's searches in smaller problems take most of the time of a small problem, and a good start makes them needless.
_PROVE_OPTIONS: Mapping[str, Any] = {
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
}


def _run_highs(
    problem: Any, integer: bool, gap_rel: float, node_limit: int | None, start: Mapping[str, float], prove: bool
) -> Solution:
    options: dict[str, Any] = {"random_seed": SEED, "parallel": "off"}
    if node_limit is not None:
        options["mip_max_nodes"] = node_limit
    if prove:
        options |= _PROVE_OPTIONS
    if start:
        # HiGHS 1.16 takes a start through presolve wrongly: a feasible start got a lower objective in the reduced
        # problem than it has, and was then reported as optimal.
        options["presolve"] = "off"
    solver = _pulp.HiGHS(mip=integer, msg=False, threads=1, gapRel=gap_rel, gapAbs=1e-9, **options)
    _start_highs(problem, solver, start if integer else {})
    highs: Any = problem.solverModel
    if highs_status(highs) == "kNotset":
        # A run with another number of threads in this process leaves HiGHS's scheduler unusable until it is reset.
        reset_highs_threads()
        _start_highs(problem, solver, start if integer else {})
        highs = problem.solverModel
    status = highs_status(highs)
    info = highs.getInfo()
    feasible = int(info.primal_solution_status) == 2
    if status in ("kInfeasible", "kUnbounded", "kUnboundedOrInfeasible"):
        outcome = Outcome.UNBOUNDED if status == "kUnbounded" else Outcome.INFEASIBLE
        if status == "kUnboundedOrInfeasible":
            outcome = _without_presolve(problem, options)
        return no_answer(problem, outcome)
    objective = float(_pulp.value(problem.objective) or 0.0) if feasible else worst_of(problem)
    sign = -1.0 if problem.sense == _pulp.LpMaximize else 1.0
    bound = objective
    if integer:
        bound = sign * float(info.mip_dual_bound) + constant_of(problem)
    return Solution(
        outcome=Outcome.OPTIMAL if status == "kOptimal" else Outcome.LIMIT,
        objective=objective,
        bound=bound,
        values=values_of(problem) if feasible else {},
        duals={} if integer or not feasible else duals_of(problem, sign),
    )


def _start_highs(problem: Any, solver: Any, start: Mapping[str, float]) -> None:
    """What PuLP's own call does, with the start handed over between building and running."""
    was_none, placeholder = problem.fixObjective()
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    if start:
        import highspy

        known: Any = highspy
        answer = known.HighsSolution()
        answer.col_value = [start.get(variable.name, 0.0) for variable in problem.variables()]
        problem.solverModel.setSolution(answer)
    solver.callSolver(problem)
    try:
        status, sol_status = solver.findSolutionValues(problem)
    except KeyError:
        # Values are assigned by then; PuLP 3.3 has no word for HiGHS's status at a limit of nodes.
        status, sol_status = _pulp.LpStatusNotSolved, _pulp.LpSolutionIntegerFeasible
    problem.assignStatus(status, sol_status)
    problem.restoreObjective(was_none, placeholder)


def _without_presolve(problem: Any, options: Mapping[str, Any]) -> Outcome:
    """Which of infeasible and unbounded it is: HiGHS's presolve can't always tell."""
    problem.solve(_pulp.HiGHS(mip=False, msg=False, threads=1, presolve="off", **options))
    return Outcome.UNBOUNDED if highs_status(problem.solverModel) == "kUnbounded" else Outcome.INFEASIBLE


def reset_highs_threads() -> None:
    """Forget HiGHS's thread pool; the next run makes a new one."""
    import highspy

    highs: Any = highspy.Highs
    highs.resetGlobalScheduler(True)


def _run_cbc(
    problem: Any, integer: bool, gap_rel: float, node_limit: int | None, duals: Mapping[str, float]
) -> Solution:
    """`duals` are those of rows that were left out."""
    with tempfile.TemporaryDirectory(prefix="poolwright-cbc-") as folder:
        log = Path(folder) / "cbc.log"
        solver = _pulp.PULP_CBC_CMD(
            mip=integer, msg=False, gapRel=gap_rel, gapAbs=1e-9, maxNodes=node_limit, logPath=str(log)
        )
        solver.tmpDir = folder
        problem.solve(solver)
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if problem.status == _pulp.LpStatusInfeasible:
        return no_answer(problem, Outcome.INFEASIBLE)
    feasible = problem.sol_status in (_pulp.LpSolutionOptimal, _pulp.LpSolutionIntegerFeasible)
    if not integer and not feasible:
        # CBC calls a linear program unbounded, or nothing at all, that has no answer whatever it costs.
        return no_answer(problem, Outcome.UNBOUNDED if _has_answer(problem, integer=False) else Outcome.INFEASIBLE)
    if problem.status == _pulp.LpStatusUnbounded:
        # That is what CBC says of the relaxation; whole numbers may satisfy no rows at all.
        some = _has_answer(problem, integer=True)
        if some is None:
            return Solution(outcome=Outcome.LIMIT, objective=worst_of(problem), bound=-worst_of(problem), values={})
        return no_answer(problem, Outcome.UNBOUNDED if some else Outcome.INFEASIBLE)
    proved = problem.sol_status == _pulp.LpSolutionOptimal
    objective = float(_pulp.value(problem.objective) or 0.0) if feasible else worst_of(problem)
    sign = -1.0 if problem.sense == _pulp.LpMaximize else 1.0
    bound = objective
    if integer:
        found = _CBC_BOUND.search(text)
        if found is not None:
            bound = sign * float(found["bound"]) + constant_of(problem)
        elif not proved:
            bound = -worst_of(problem)
        bound = min(bound, objective) if sign > 0 else max(bound, objective)
    return Solution(
        outcome=Outcome.OPTIMAL if proved else Outcome.LIMIT,
        objective=objective,
        bound=bound,
        values=values_of(problem) if feasible else {},
        duals={} if integer or not feasible else {**duals_of(problem, 1.0), **duals},
    )


def _has_answer(problem: Any, *, integer: bool) -> bool | None:
    """Whether CBC finds values that satisfy the rows when none of them costs anything; None where work ran out.

    In whole numbers the work is limited: of rows like 2·x - 2·y = 1, without ends of x and y, branching never ends.
    """
    free: Any = problem.copy()
    free.objective = _pulp.LpAffineExpression()
    solver = _pulp.PULP_CBC_CMD(mip=integer, msg=False, maxNodes=_NODES_FOR_ANY_ANSWER if integer else None)
    with tempfile.TemporaryDirectory(prefix="poolwright-cbc-") as folder:
        solver.tmpDir = folder
        free.solve(solver)
    found = free.sol_status in (_pulp.LpSolutionOptimal, _pulp.LpSolutionIntegerFeasible)
    if found and all(bool(row.valid(1e-6)) for row in free.constraints.values()):
        return True
    return False if not integer or free.status == _pulp.LpStatusInfeasible else None
