"""Names of evidence: exactly what the components build, of every type that a control's checks look at."""

from __future__ import annotations

import pytest

from poolwright.checks.evidence import Evidence
from poolwright.checks.registry import CHECKS
from poolwright.controls.names import evidence_names
from solver.catalog.loader import load_catalog
from tests.poolwright.checks.estate import shipped
from tests.poolwright.checks.test_approved import built

CONTROLS = load_catalog(None, []).controls


def judged(control: str) -> set[str]:
    """Types of resources that the checks of a control look at."""
    return {type_ for check in CHECKS if control in (check.id, *check.controls) for type_ in check.types}


def evidence(estate: str) -> Evidence:
    return shipped(estate) if estate in ("prod", "dev", "staging") else built(estate)


@pytest.mark.parametrize("estate", ["prod", "dev", "staging", "everything", "full", "minimal"])
def test_names_of_evidence_are_those_of_what_is_built(estate: str) -> None:
    seen = evidence(estate)
    assert seen.lock is not None
    types = sorted({type_ for control in CONTROLS for type_ in judged(control)})
    made = {type_: tuple(sorted(each.name for each in seen.of_type(type_))) for type_ in types}
    named = evidence_names("main", seen.lock.aws_sites["main"])
    assert {type_: named.get(type_, ()) for type_ in types} == made


@pytest.mark.parametrize("control", sorted(CONTROLS))
def test_each_control_has_a_check_whose_types_can_be_built(control: str) -> None:
    seen = built("everything")
    assert any(seen.of_type(type_) for type_ in judged(control))
