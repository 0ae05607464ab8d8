"""Whether those who must approve a stack's lock have done so: the gate `approvals`, asked once more before `up`."""

from __future__ import annotations

from dataclasses import dataclass

from poolwright.forge.approvals import Approvals
from poolwright.release.options import Overruling
from poolwright.review.gate import Found, Gate, GateAnswer, NotAsked, answer
from poolwright.review.promotion_gates import approved
from solver.demand.promotion import StackRules
from solver.vocabulary import GateId


@dataclass(frozen=True, kw_only=True)
class Approving:
    """What the gate decides by."""

    rules: StackRules
    """What is asked before the stack."""
    told: Approvals
    """Who approved, and who asked for the change."""


def approvals_answer(approving: Approving, overruling: Overruling) -> GateAnswer:
    """What the gate says, unless it is switched off or somebody answers for its no."""
    gate = Gate(id=GateId.APPROVALS, title="Those who must have approved", ask=_ask)
    return answer(
        gate,
        approving,
        off=overruling.off.get(GateId.APPROVALS),
        override=overruling.overrides.get(GateId.APPROVALS),
    )


def _ask(approving: Approving) -> Found | NotAsked:
    rules, told = approving.rules, approving.told
    if not rules.approvals:
        return NotAsked("stacks/promotion.yaml asks for none")
    names = [each.name for each in told.given]
    found = approved(rules.approvals, rules.approvers, given=names, promoters=told.promoters)
    places = dict.fromkeys(f"{each.name} approved {each.where}" for each in told.given if each.where)
    return Found(passed=found.passed, evidence=found.evidence, details=(*places, *found.details, *told.words))
