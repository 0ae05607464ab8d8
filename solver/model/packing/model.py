"""solve_packing: an instance in, its packing out."""

from __future__ import annotations

from solver.model.backend import Backend
from solver.model.packing.decode import decode
from solver.model.packing.problem import read
from solver.model.packing.search import search
from solver.packing.answer import Packing
from solver.packing.instance import Instance
from solver.vocabulary import Termination


def solve_packing(instance: Instance, backend: Backend, *, gap: float, effort: float) -> Packing:
    """The cheapest packing found, with a bound that holds for every packing."""
    if not any(item.count for item in instance.items):
        return Packing(machines=(), usd_per_hour=0.0, bound_usd_per_hour=0.0, termination=Termination.OPTIMAL)
    reading = read(instance)
    return decode(instance, reading, search(reading, backend, gap=gap, effort=effort), gap)
