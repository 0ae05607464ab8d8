"""pack: a plain node-selection instance in, the cheapest packing found out, with its proof.

instance = Instance(machines=(Machine("m7i.large", {"cpu": 2, "gib": 8}, 0.1008),), items=(Item("web", {"cpu": 1}, 3),))
packing = pack(instance)
"""

from __future__ import annotations

from math import isfinite

from solver.errors import ConfigError, PoolwrightError, Problem
from solver.model.backend import backend
from solver.model.packing.model import solve_packing
from solver.packing.answer import PackedMachines, Packing, Work
from solver.packing.instance import Instance, Item, Machine
from solver.packing.witness import Fault, faults

__all__ = ["Fault", "Instance", "Item", "Machine", "PackedMachines", "Packing", "Work", "pack"]


def pack(instance: Instance, *, gap: float = 1e-4, effort: float = 1.0, solver_name: str = "highs") -> Packing:
    """The cheapest packing found, a lower bound for every packing, and the gap between them; checked by the witness.

    The search ends at a gap of at most `gap` (a part of the cost), or when its work is done. Work is counted in rounds,
    columns and nodes, never in seconds, so the same instance gives the same packing; `effort` multiplies it.

    ConfigError for a gap, an effort or a solver's name that is none; a wrong instance is refused when it is made.
    """
    problems = [
        Problem(file="", path=name, found=repr(value), allowed=allowed)
        for name, value, least, most, allowed in (
            ("gap", gap, 0.0, 1.0, "a number from 0 to 1 is allowed"),
            ("effort", effort, 0.0, 1000.0, "a number from 0 to 1000 is allowed"),
        )
        if not isfinite(value) or not least <= value <= most
    ]
    if problems:
        raise ConfigError(problems)
    packing = solve_packing(instance, backend(solver_name), gap=gap, effort=effort)
    wrong = faults(packing, instance)
    if wrong:
        raise PoolwrightError(f"the packing that was found is wrong: {wrong[0]}", hint="this is a defect of the solver")
    return packing
