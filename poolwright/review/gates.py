"""GATES: every gate in the order in which they are asked; a review asks those that one stack can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolwright.review import promotion_gates, stack_gates
from poolwright.review.gate import Gate, GateAnswer, GateResult, Overrule, answer
from poolwright.review.gate_facts import Facts
from solver.vocabulary import GateId

GATES: tuple[Gate[Facts], ...] = (
    Gate(id=GateId.ORDER, title="Each stack before has had the release", ask=promotion_gates.order),
    Gate(
        id=GateId.DIFFERENCES,
        title="Stacks differ in shared keys by their releases alone",
        ask=promotion_gates.differences,
    ),
    Gate(id=GateId.SOURCE, title="The source runs the release, and is healthy", ask=promotion_gates.source),
    Gate(id=GateId.SOAK, title="The source has had the release for long enough", ask=promotion_gates.soak),
    Gate(id=GateId.LOCK, title="The locks are of today's files", ask=stack_gates.lock, in_review=True),
    Gate(id=GateId.PROOF, title="The plan is as near to the cheapest as asked", ask=stack_gates.proof, in_review=True),
    Gate(id=GateId.PRICES, title="The prices are not too old", ask=stack_gates.prices, in_review=True),
    Gate(id=GateId.CHECKS, title="No check refuses", ask=stack_gates.checks, in_review=True),
    Gate(id=GateId.BUDGET, title="The cost is within the budget", ask=stack_gates.budget, in_review=True),
    Gate(
        id=GateId.REPLACEMENTS,
        title="Each replacement and deletion is acknowledged by name",
        ask=stack_gates.replacements,
        in_review=True,
    ),
    Gate(id=GateId.IN_USE, title="No capacity in use is taken away", ask=stack_gates.in_use, in_review=True),
    Gate(id=GateId.QUOTAS, title="The account's quotas hold the plan", ask=stack_gates.quotas, in_review=True),
    Gate(id=GateId.IMAGES, title="Each image is named by its digest", ask=promotion_gates.images),
    Gate(id=GateId.WINDOW, title="The change window is open", ask=promotion_gates.window),
    Gate(id=GateId.APPROVALS, title="Those who must have approved", ask=promotion_gates.approvals),
)


def gates_of(
    facts: Facts,
    *,
    off: Mapping[GateId, Overrule] | None = None,
    overrides: Mapping[GateId, Overrule] | None = None,
) -> Sequence[GateAnswer]:
    """The answers, in order; a review leaves out what it has nothing to ask about."""
    in_review = facts.promotion is None
    answers = [
        answer(gate, facts, off=(off or {}).get(gate.id), override=(overrides or {}).get(gate.id))
        for gate in GATES
        if gate.in_review or not in_review
    ]
    return [each for each in answers if not in_review or each.result is not GateResult.SKIPPED or each.override]
