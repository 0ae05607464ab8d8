"""Assortment: sums of the other services' vectors, whatever was chosen and summed before."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from solver.model.compute.assortment import Assortment, Chosen, Judge, Slot
from solver.model.compute.week import added

Floats = NDArray[np.float64]
SERVICES, CLASSES, WORTHS = 4, 2, 3


class Costs(Judge):
    """Vectors that depend on a service and its options alone."""

    def vectors(self, service: int, chosen: Chosen) -> list[Floats] | None:
        chance = np.random.default_rng([service, *chosen])
        return [np.sort(chance.integers(0, 20, (3, WORTHS)).astype(np.float64), axis=1) for _ in range(CLASSES)]


steps = st.lists(
    st.tuples(
        st.integers(0, SERVICES - 1),
        st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True).map(lambda found: tuple(sorted(found))),
        st.integers(0, SERVICES - 1),
    ),
    min_size=1,
    max_size=12,
)


@given(steps)
def test_what_others_cost_is_their_sum_after_any_changes(changes: list[tuple[int, Chosen, int]]) -> None:
    judge = Costs([])
    search = Assortment(judge, [Slot(number, 84, np.zeros(WORTHS)) for number in range(CLASSES)], 9, [(0,)] * SERVICES)
    for changed, chosen, asked in changes:
        search.chosen[changed] = chosen
        parts = [judge.vectors(each, search.chosen[each]) for each in range(SERVICES) if each != asked]
        for number, found in enumerate(search.others(asked)):
            assert np.array_equal(found, added([part[number] for part in parts if part is not None]))
