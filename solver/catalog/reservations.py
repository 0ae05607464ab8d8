"""Reservations: which of them flex in size, and how many normalised units a machine size has.

A regional reservation of Linux machines with shared tenancy covers any size of its family, in normalised units: 4 for
large, 8 for xlarge, 8 · n for n-xlarge. AWS names families that don't flex
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html, stored copies read on 2026-11-26). Bare metal, and
families whose sizes all have one price, count as rigid here too: a plan never counts on a discount that may not come.
"""

from __future__ import annotations

import re

from solver.catalog.machines import MachineType

RIGID_FAMILIES = frozenset(
    {
        "g4ad",
        "g4dn",
        "g5",
        "g5g",
        "g6",
        "g6e",
        "g6f",
        "gr6",
        "gr6f",
        "hpc7a",
        "hpc7g",
        "inf1",
        "inf2",
        "p5",
        "u-6tb1",
        "u7i-6tb",
        "u7i-8tb",
    }
)
"""Their reservations cover the reserved size alone."""
_FACTORS = {"nano": 0.25, "micro": 0.5, "small": 1.0, "medium": 2.0, "large": 4.0, "xlarge": 8.0}
_LARGER = re.compile(r"(\d+)xlarge")


def reserved_units(machine: MachineType) -> float | None:
    """Normalised units of a machine hour; None where a reservation covers its own size alone."""
    if machine.family in RIGID_FAMILIES or machine.bare_metal:
        return None
    found = _LARGER.fullmatch(machine.size)
    return 8.0 * int(found[1]) if found is not None else _FACTORS.get(machine.size)
