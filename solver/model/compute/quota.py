"""Promise: running vCPUs stay within the account's quotas, by family group, on-demand and spot machines apart.

Σ over columns c of family f and purchase option o:  vcpus(c) · machines(c, h)  +  vcpus of jobs in h  ≤  quota(f)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.hour_program import Ceiling
from solver.model.compute.jobs import JobRun
from solver.model.compute.supply import Machine
from solver.quantity import HOURS_PER_WEEK

Integers = NDArray[np.int64]


def free_vcpus(quotas: Mapping[str, int], runs: Iterable[JobRun] = ()) -> dict[str, Integers]:
    """By family, the vCPUs that are free in each hour of the week besides these jobs."""
    free = {family: np.full(HOURS_PER_WEEK, most, dtype=np.int64) for family, most in sorted(quotas.items())}
    for run in runs:
        mine = free.get(str(run.size.machine.machine.quota))
        if mine is not None:
            mine[list(run.busy)] -= run.size.machines * run.size.machine.machine.vcpus
    return free


def ceilings(
    free: Mapping[str, Integers],
    machines: Sequence[Machine],
    machine_of: Integers,
    number: Integers,
    hours: Sequence[int],
) -> tuple[Ceiling, ...]:
    """The quota rows of one hour class, over blocks given by machine and number of machines."""
    found: list[Ceiling] = []
    for family, by_hour in free.items():
        vcpus = np.array(
            [each.machine.vcpus if each.machine.quota == family else 0 for each in machines], dtype=np.int64
        )
        use = vcpus[machine_of] * number
        if use.any():
            found.append(Ceiling(use, int(by_hour[list(hours)].min())))
    return tuple(found)
