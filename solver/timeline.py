"""Timeline: capacity planned hour by hour on plain machines and workloads; `docs/library-hours.md` shows it."""

from __future__ import annotations

from solver.model.timeline.plan import plan_hours
from solver.timetable.answer import HourlyWork, RunningMachines, Timetable
from solver.timetable.instance import HourlyInstance, HourlyWorkload, MachineOffer
from solver.vocabulary import PurchaseOption, Survive

__all__ = [
    "HourlyInstance",
    "HourlyWork",
    "HourlyWorkload",
    "MachineOffer",
    "PurchaseOption",
    "RunningMachines",
    "Survive",
    "Timetable",
    "plan_hours",
]
