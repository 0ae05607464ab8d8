"""What a review judges by, as tables: gates, findings, what else was possible, inputs."""

from __future__ import annotations

from poolwright.render.report.document import Line, Span, Table, code, line, strong
from poolwright.review.review import Review


def gates_table(review: Review) -> Table:
    """Each gate, what it says, and why."""
    rows = tuple(
        (line(gate.id), line("yes" if gate.passed else strong("no")), line(gate.evidence)) for gate in review.gates
    )
    return Table(("gate", "says", "evidence"), rows, caption="Gates")


def findings_table(review: Review) -> Table:
    """Refusals, warnings, and what is waived."""
    rows = tuple(
        (
            line("waived" if each.waived else strong("refused") if each.refused else "warning"),
            line(code(each.check)),
            line(code(each.resource)),
            line(each.text),
            line(each.waived or each.remedy),
            line(each.place),
        )
        for each in review.findings
    )
    return Table(("", "check", "resource", "found", "what to do, or who waives it", "place"), rows, caption="Findings")


def choices_table(review: Review) -> Table:
    """Next best choices, and why they were not made."""

    def extra(usd: float | None) -> Line:
        return line("" if usd is None else f"{usd:+,.2f}")

    rows = tuple(
        (line(code(each.subject)), line(each.next_best), extra(each.extra_usd_per_month), line(each.text))
        for each in review.choices
    )
    return Table(("decided", "next best", "USD more", "why not"), rows, frozenset({"USD more"}), "Next best choices")


def inputs_table(review: Review) -> Table:
    """What the plan was made from."""
    rows = tuple(
        (line(each.name), _digest(each.value), line("" if each.age_days is None else f"{each.age_days} days"))
        for each in review.inputs
    )
    return Table(("input", "value", "age"), rows, frozenset({"age"}), "What the plan was made from")


def _digest(value: str) -> tuple[Span, ...]:
    return line(code(value[:19]) if value.startswith("sha256:") else value)
