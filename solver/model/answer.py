"""PoolAnswer: what a pool's model gives back; its plan part, its cost lines, its bound, its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from solver.plan.cost import CostLine
from solver.plan.explanation import Reason, RejectedMove
from solver.vocabulary import Termination

PlanPart = TypeVar("PlanPart")


@dataclass(frozen=True, kw_only=True)
class PoolAnswer(Generic[PlanPart]):
    """One pool of one site, decided."""

    plan: PlanPart
    """NetworkPlan, SecurityPlan, StoragePlan or ComputePlan."""
    lines: tuple[CostLine, ...]
    """Its costs."""
    bound_usd_per_month: float
    """No answer that keeps the promises costs less; equal to the lines' total where the model is solved exactly."""
    termination: Termination
    """Why the search ended."""
    reasons: tuple[Reason, ...]
    """By subject."""
    rejected: tuple[RejectedMove, ...] = ()
    """Changes of the approved plan that would save too little."""
    not_priced: tuple[str, ...] = ()
    """What costs money and is not in the lines, each with its reason."""
    spare_usd_per_month: float = 0.0
    """What it costs more than the best one found, because it changes less of the approved plan."""
    is_begun: bool = False
    """The best one was sought from the approved plan alone."""
