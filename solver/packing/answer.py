"""Packing: which machines run which items, what that costs an hour, and what is proven about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.packing.instance import Instance
from solver.vocabulary import Termination

if TYPE_CHECKING:
    from solver.packing.witness import Fault


@dataclass(frozen=True, kw_only=True)
class PackedMachines:
    """Machines of one type in one zone that hold the same."""

    machine: str
    """The machine type's name."""
    zone: str
    """One of the instance's zones; empty when it names none."""
    contents: Mapping[str, int]
    """Replicas on each of the machines, by item; only items that are there."""
    count: int
    """How many such machines."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the search did; the same for the same instance on every machine."""

    columns: int = 0
    """Ways to fill a machine that were priced in the linear program."""
    rounds: int = 0
    """Times that the linear program was solved and new columns were looked for."""
    repairs: int = 0
    """Parts of the packing that were taken apart and packed anew."""


@dataclass(frozen=True, kw_only=True)
class Packing:
    """An answer to an instance, with its proof."""

    machines: tuple[PackedMachines, ...]
    """In the order of the instance's machines, then zones."""
    usd_per_hour: float
    """Sum of the machines' prices."""
    bound_usd_per_hour: float
    """No packing is cheaper."""
    termination: Termination
    """`optimal`: the gap is at most 1e-4; `within-gap`: at most the gap asked for; `limit`: a work limit came first."""
    work: Work = Work()
    """What it took."""

    @property
    def gap(self) -> float:
        """Distance of cost and bound, as a part of the cost; 0 when nothing has to run."""
        if self.usd_per_hour <= 0.0:
            return 0.0
        return max(0.0, self.usd_per_hour - self.bound_usd_per_hour) / self.usd_per_hour

    @property
    def proven(self) -> bool:
        """Whether this is the cheapest packing, to 1e-4 of its cost."""
        return self.termination is Termination.OPTIMAL

    def check(self, instance: Instance) -> tuple[Fault, ...]:
        """The witness: everything that is wrong with this packing as an answer to the instance; empty when it holds."""
        from solver.packing.witness import faults

        return faults(self, instance)
