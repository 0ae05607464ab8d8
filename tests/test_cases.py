"""Golden cases: each tells a story; `--update-cases` writes anew what they expect."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from solver.plan.cost import total_usd_per_month
from solver.plan.plan import SitePlan
from solver.solve import solve
from solver.vocabulary import EndpointKind, NatMode, StorageKind
from solver.witness import check_plan
from tests.golden import CASES, case_file, catalog, demand_of, difference, stories, told, written

STORIES = stories()
COMPUTE = Path(__file__).resolve().parent.parent / "solver" / "model" / "compute"
KEPT = [(story, name) for story in STORIES for name in case_file(story).keeps]
USED = [(story, name) for story in STORIES for name in case_file(story).uses]
PROMISES_IN_OTHER_MODULES = {"max_per_machine", "gang", "compliance"}
"""Promises that have no module of their own in the compute model."""


@pytest.mark.parametrize("story", STORIES)
def test_a_case_is_told_as_it_was(story: str, request: pytest.FixtureRequest) -> None:
    files = written(story)
    if request.config.getoption("--update-cases"):
        for name, text in files.items():
            (CASES / story / name).write_text(text, encoding="utf-8")
    paths = {name: CASES / story / name for name in files}
    told_before = {name: path.read_text(encoding="utf-8") if path.is_file() else "" for name, path in paths.items()}
    differences = [difference(told_before[name], text, f"{story}/{name}") for name, text in files.items()]
    found = "\n".join(text for text in differences if text)

    assert not found, f"{found}\nIf that is meant: make cases, and review the difference"


@pytest.mark.parametrize("story", STORIES)
def test_the_cost_lines_of_a_case_add_up_and_its_optimum_is_proved(story: str) -> None:
    case = told(story)
    proof = case.plan.proof

    assert total_usd_per_month(case.plan.cost_lines) == pytest.approx(proof.cost_usd_per_month, abs=0.005)
    assert proof.bound_usd_per_month <= proof.cost_usd_per_month
    assert proof.gap <= case_file(story).most_gap
    assert check_plan(case.plan, case.demand, catalog()).text == proof.witness


@pytest.mark.parametrize(("story", "promise"), KEPT)
def test_a_promise_costs_something_in_its_case(story: str, promise: str) -> None:
    without = solve(demand_of(story, case_file(story).keeps[promise]), catalog())

    assert without.proof.cost_usd_per_month < told(story).plan.proof.bound_usd_per_month


@pytest.mark.parametrize(("story", "what"), USED)
def test_what_a_case_uses_lowers_its_cost(story: str, what: str) -> None:
    without = solve(demand_of(story, case_file(story).uses[what]), catalog())

    assert without.proof.bound_usd_per_month > told(story).plan.proof.cost_usd_per_month


def test_every_promise_has_a_case() -> None:
    modules = {path.stem for path in COMPUTE.glob("*.py") if _first_line(path).startswith("Promise:")}

    assert modules
    assert (modules | PROMISES_IN_OTHER_MODULES) - {promise for _, promise in KEPT} == set()


def test_every_way_to_pay_less_has_a_case() -> None:
    assert {"spot", "commitments", "held"} - {what for _, what in USED} == set()


def test_every_kind_of_storage_has_a_case() -> None:
    kinds = {claim.kind for story in STORIES for claim in told(story).demand.storage.values()}

    assert set(StorageKind) - kinds == set()


def test_every_control_of_the_strictest_profile_is_covered_in_a_case() -> None:
    profiles = {told(story).demand.compliance.profile for story in STORIES}
    built = {measure.name for site in _sites() for measure in site.security.measures}

    assert "pci-like" in profiles
    assert built >= {"cloudtrail", "guardduty", "kms-customer-keys", "security-hub", "vpc-flow-logs", "waf"}


def test_every_decision_about_the_network_has_a_case() -> None:
    modes = {site.network.nat.mode for site in _sites()}

    assert set(NatMode) - modes == set()
    assert set(EndpointKind) - {endpoint.kind for site in _sites() for endpoint in site.network.endpoints} == set()


def test_a_case_begins_with_its_story() -> None:
    silent = [story for story in STORIES if not (CASES / story / "demand.yaml").read_text().startswith("# ")]

    assert silent == []


def _sites() -> list[SitePlan]:
    return [site for story in STORIES for site in told(story).plan.aws_sites.values()]


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
