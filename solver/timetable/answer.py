"""Timetable: which machines run what in each hour, how their hours are bought, and what is proven about the cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.timetable.instance import HourlyInstance
from solver.vocabulary import PurchaseOption, Termination

if TYPE_CHECKING:
    from solver.timetable.witness import Fault


@dataclass(frozen=True, slots=True)
class RunningMachines:
    """Machines of one type that hold the same in one hour and are bought the same way."""

    machine: str
    """The machine type's name."""
    purchase: PurchaseOption
    """On demand, spot, out of those reserved, or covered by the savings plan."""
    contents: Mapping[str, int]
    """Replicas on each of the machines, by workload; only workloads that are there."""
    count: int
    """How many such machines."""
    zone: str = ""
    """Where they run; empty where the instance names no zones."""


@dataclass(frozen=True, kw_only=True)
class HourlyWork:
    """What the search did; the same for the same instance on every machine."""

    hours: int = 0
    """Distinct hours that were planned."""
    programs: int = 0
    """Linear programs solved."""
    fillings: int = 0
    """Machines that were filled on trial."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """An answer to an hourly instance, with its proof."""

    hours: tuple[tuple[RunningMachines, ...], ...]
    """For each hour, the machines that run."""
    reserved: Mapping[str, int]
    """Machines bought for all hours, by machine type; only types of which some are."""
    plan_usd_per_hour: float = 0.0
    """Commitment of the savings plan, paid in every hour. It covers the machines bought by it at plan prices, highest
    saving first, the last one in part; what it leaves uncovered is paid on demand."""
    usd: float
    """Over all hours: reserved machines and the commitment, used or not, and the hours of the others."""
    bound_usd: float
    """No timetable is cheaper."""
    termination: Termination
    """`optimal`: the gap is at most 1e-4; `limit`: the search ended by its work limits, and the gap is what it is."""
    work: HourlyWork = HourlyWork()
    """What it took."""

    @property
    def gap(self) -> float:
        """Distance of cost and bound, as a part of the cost; 0 when nothing has to run."""
        return max(0.0, self.usd - self.bound_usd) / self.usd if self.usd > 0.0 else 0.0

    def check(self, instance: HourlyInstance) -> tuple[Fault, ...]:
        """The witness: everything that is wrong with this timetable as an answer; empty when it holds."""
        from solver.timetable.witness import faults

        return faults(self, instance)
