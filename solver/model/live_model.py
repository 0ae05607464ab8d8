"""Live model: HiGHS's own model of a minimum without integers, which columns and other right-hand sides join."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from solver.model.running import silenced

SEED = 7
"""Of every run of HiGHS."""
_DUAL, _PRIMAL = 1, 4
"""HiGHS's numbers of the two simplex methods."""


@dataclass(frozen=True)
class LiveModel:
    """What the solver keeps between runs, its last basis with it."""

    highs: Any
    """The solver's object."""

    def add_columns(
        self,
        costs: NDArray[np.float64],
        starts: NDArray[np.int32],
        rows: NDArray[np.int32],
        entries: NDArray[np.float64],
        ends: NDArray[np.float64] | None = None,
    ) -> None:
        """Columns from 0 up to `ends`, in compressed form: the entries of column i begin at starts[i]."""
        count = len(costs)
        if count:
            most = np.full(count, inf) if ends is None else ends
            self.highs.addCols(count, costs, np.zeros(count), most, len(rows), starts, rows, entries)

    def require(self, lower: NDArray[np.float64]) -> None:
        """Other lower ends of the first rows."""
        rows = np.arange(len(lower), dtype=np.int32)
        self.highs.changeRowsBounds(len(lower), rows, lower, np.full(len(lower), inf))

    def run(self, *, dual: bool | None = None) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Objective, duals by row, values by column; ValueError when there is no optimum.

        `dual` chooses the simplex method: dual after other right-hand sides, primal after new columns.
        """
        if dual is not None:
            self.highs.setOptionValue("simplex_strategy", _DUAL if dual else _PRIMAL)
        with silenced():
            self.highs.run()
        if highs_status(self.highs) != "kOptimal":
            # A basis of runs before may be too far off in numbers: once more as if there were none.
            self.highs.clearSolver()
            with silenced():
                self.highs.run()
        status = highs_status(self.highs)
        if status != "kOptimal":
            raise ValueError(f"the linear program is {status}")
        found = self.highs.getSolution()
        return (
            float(self.highs.getInfo().objective_function_value),
            np.array(found.row_dual, dtype=np.float64),
            np.array(found.col_value, dtype=np.float64),
        )


def live_model(problem: pulp.LpProblem) -> LiveModel:
    """The live model of a problem that HiGHS has just solved; columns are the problem's variables in their order."""
    return LiveModel(_highs_of(problem))


@silenced()
def live_rows(lower: NDArray[np.float64], *, presolve: bool = False) -> LiveModel:
    """A live model of rows that reach at least `lower`, still without columns: for programs too large for PuLP."""
    import highspy

    known: Any = highspy
    highs = known.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": SEED, "presolve": "choose" if presolve else "off"}
    for option, value in options.items():
        highs.setOptionValue(option, value)
    none = np.zeros(0, dtype=np.int32)
    count = len(lower)
    highs.addRows(count, lower, np.full(count, inf), 0, np.zeros(count, dtype=np.int32), none, np.zeros(0))
    return LiveModel(highs)


def compressed(lengths: NDArray[np.int64]) -> NDArray[np.int32]:
    """Where the entries of each column begin, when they stand one column after the other."""
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)


def _highs_of(problem: Any) -> Any:
    return problem.solverModel


def highs_status(highs: Any) -> str:
    """As HiGHS names it: kOptimal, kInfeasible, …"""
    return str(highs.getModelStatus()).rpartition(".")[2]
