"""Every check refuses what it is there for, and lets the shipped stacks pass."""

from __future__ import annotations

import re
from datetime import date

import pytest

from poolwright.checks.check import Check, Finding, Reads, Undecided
from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import judge
from poolwright.checks.registry import BY_ID, CHECKS, waivable
from solver.catalog.loader import load_catalog
from tests.poolwright.checks.cases import PASSED, REFUSED
from tests.poolwright.checks.estate import Edit, shipped, with_hosts

TODAY = date(2026, 11, 26)
CONTROL = re.compile(r"[A-Z][A-Za-z0-9]+\.(\d+|cmk)|CIS \d\.\d+(\.\d+)?")


def found(check: Check, evidence: Evidence) -> list[Finding]:
    undecided: list[Undecided] = []
    findings = list(check.findings(evidence, undecided))
    assert undecided == []
    return findings


def test_every_check_has_a_case_that_it_refuses_and_one_that_it_passes() -> None:
    of_changes = {check.id for check in CHECKS if check.reads is Reads.CHANGES}
    assert set(REFUSED) == set(BY_ID)
    assert set(PASSED) == of_changes, "a check of changes needs a change that it lets pass; prod's resources have none"


@pytest.mark.parametrize(
    ("check", "edit"),
    [
        pytest.param(BY_ID[id_], edit, id=f"{id_}-{number}")
        for id_, edits in REFUSED.items()
        for number, edit in enumerate(edits)
        if id_ in BY_ID
    ],
)
def test_a_check_refuses_what_it_is_there_for(check: Check, edit: Edit) -> None:
    findings = found(check, edit(shipped()))
    assert findings
    for finding in findings:
        assert finding.check == check.id
        assert finding.resource and finding.text and finding.remedy == check.remedy


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_lets_what_is_right_pass(check: Check) -> None:
    edit = PASSED.get(check.id)
    assert found(check, shipped() if edit is None else edit(shipped())) == []


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_the_other_shipped_stacks_have_no_refusals(stack: str) -> None:
    verdict = judge(CHECKS, shipped(stack), on=TODAY)
    assert verdict.refusals == ()
    assert verdict.undecided == ()


def test_a_stack_with_docker_sites_has_no_refusals() -> None:
    verdict = judge(CHECKS, with_hosts(shipped()), on=TODAY)
    assert verdict.refusals == ()
    assert verdict.undecided == ()


def test_ids_are_unique_and_can_be_waived() -> None:
    pattern = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{1,31}")
    assert len(BY_ID) == len(CHECKS)
    assert [each for each in BY_ID if not pattern.fullmatch(each)] == []


def test_controls_are_written_as_aws_and_cis_number_them() -> None:
    wrong = {(check.id, control) for check in CHECKS for control in check.controls if not CONTROL.fullmatch(control)}
    assert wrong == set()


def test_every_control_of_the_catalog_is_served_by_a_check() -> None:
    assert set(load_catalog(None, ["us-east-1"]).services.controls) <= waivable()


def test_a_remedy_names_a_place_to_change() -> None:
    places = re.compile(r"stacks/|components/|solver/|catalog/|[Pp]lan again|poolwright [a-z]+ STACK")
    assert [check.id for check in CHECKS if not places.search(check.remedy)] == []


def test_texts_are_sentences_without_their_end() -> None:
    crooked = [
        check.id
        for check in CHECKS
        for text in (check.title, check.remedy)
        if text.endswith(".") or not (text[0].isupper() or text[0].isdigit())
    ]
    assert crooked == []
