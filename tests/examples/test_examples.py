"""The examples: proven, approved as planned, built by their own programs, told by their pages; see `make cases`."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from poolwright.checks.check import Severity
from poolwright.checks.evidence import Evidence
from poolwright.checks.registry import CHECKS
from solver.plan.lock import digest_of, lock_text, read_lock
from solver.proofs.view import HOURS
from solver.replay import broken_promises
from solver.witness import check_plan
from tests.examples.pages import INDEX, PAGES, charts, index, page
from tests.examples.stacks import EXAMPLES, FOLDER, ROOT, STACK, at_home, planned
from tests.golden import difference
from tests.poolwright.checks.estate import recorded_resources
from tests.recorder import record

BUILT = ROOT / "tests" / "cases" / "examples"
WIDEST = 0.006
ACCOUNT = "123456789012"


def held(path: Path, text: str, request: pytest.FixtureRequest) -> None:
    """A file says what it would be written to say."""
    if request.config.getoption("--update-cases"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    stands = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = difference(stands, text, str(path.relative_to(ROOT)))
    assert not found, f"{found}\nIf that is meant: make cases, and review the difference"


def _program() -> None:
    runpy.run_path("__main__.py", run_name="__main__")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_proven_and_its_promises_are_kept(name: str) -> None:
    found = planned(name)

    assert found.plan.proof.proven
    assert found.plan.proof.gap <= found.demand.limits.gap <= WIDEST
    assert check_plan(found.plan, found.demand, found.catalog).text == found.plan.proof.witness
    assert broken_promises(found.replayed) == ()
    assert found.explanation.profile == found.demand.compliance.profile


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_lock_of_an_example_is_what_it_plans(name: str, request: pytest.FixtureRequest) -> None:
    held(FOLDER / name / "stacks" / f"{STACK}.lock.yaml", lock_text(planned(name).lock), request)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_program_of_an_example_builds_its_lock_and_nothing_of_it_is_refused(
    name: str, request: pytest.FixtureRequest
) -> None:
    secrets = {each for site in planned(name).plan.docker_sites.values() for each in site.secrets}
    config = {f"{name}:account": ACCOUNT, "poolwright:secrets": json.dumps(dict.fromkeys(sorted(secrets), "made up"))}
    with at_home(name):
        recording = record(_program, stack=STACK, project=name, config=config)

    lines = sorted(f"{each.type} {each.name}" for each in recording.custom())
    held(BUILT / f"{name}.txt", "\n".join((*lines, "")), request)
    evidence = Evidence(
        lock=read_lock(FOLDER / name / "stacks" / f"{STACK}.lock.yaml"), resources=recorded_resources(recording)
    )
    refused = [
        (check.id, finding.resource, finding.text)
        for check in CHECKS
        if check.severity is Severity.REFUSE
        for finding in check.findings(evidence, [])
    ]
    assert refused == []
    for provider in recording.of_type("pulumi:providers:aws"):
        assert provider.inputs["allowedAccountIds"] == f'["{ACCOUNT}"]', "the guard is the example's own setting"
    assert recording.exports["approvedPlan"]["lockDigest"] == digest_of(
        (FOLDER / name / "stacks" / f"{STACK}.lock.yaml").read_text(encoding="utf-8"), file="lock", stack=STACK
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_of_an_example_says_what_it_plans(name: str, request: pytest.FixtureRequest) -> None:
    held(PAGES / f"{name}.md", page(name), request)
    for file, picture in charts(name).items():
        held(PAGES / file, picture, request)


def test_the_page_of_all_examples_leads_to_each(request: pytest.FixtureRequest) -> None:
    held(PAGES / f"{INDEX}.md", index(), request)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_load_curve_says_where_it_comes_from(name: str) -> None:
    traces = sorted((FOLDER / name / "stacks" / "traces").glob("*.csv"))

    assert traces
    for path in traces:
        text = path.read_text(encoding="utf-8")
        assert "# Source: " in text
        assert "Licence: " in text
        assert len([line for line in text.splitlines() if not line.startswith("#")]) == HOURS + 1
        assert path.name in (path.parent / "NOTICE.md").read_text(encoding="utf-8")
