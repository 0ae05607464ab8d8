"""explain: on standard output the answer, on standard error how far it is; the same figures as whatif's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import main
from solver.answers import answer
from solver.inputs import read_inputs
from solver.plan.explanation import Explanation
from solver.plan.lock import read_lock
from solver.questions import exclusion_question

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    monkeypatch.chdir(ROOT)


def test_json_is_an_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["explain", "dev", "--quick", "--json"]) == 0
    out, err = capsys.readouterr()
    found = Explanation.model_validate_json(out)
    assert (found.stack, found.workload, found.solved) == ("dev", None, 0)
    assert [each.workload for each in found.services] == ["assistant", "fraud", "recommender"]
    assert "explain dev" in err


def test_a_workload_is_explained_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["explain", "dev", "fraud", "--quick"]) == 0
    out = capsys.readouterr().out
    assert "fraud" in out
    assert "recommender " not in out
    assert max(len(line) for line in out.splitlines()) <= 120


def test_a_workload_that_does_not_exist_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["explain", "dev", "fruad"]) == 2
    assert "Did you mean fraud?" in capsys.readouterr().err


def test_a_machine_type_is_worth_what_whatif_says_of_its_exclusion(capsys: pytest.CaptureFixture[str]) -> None:
    inputs = read_inputs(ROOT, "dev")
    lock = read_lock(inputs.lock_path, shown_as="dev.lock.yaml").as_plan()
    machine = next(group for group in lock.aws_sites["main"].compute.node_groups if group.slots).machine_types[0]
    question = exclusion_question(inputs.loaded.demand, machine)
    found = answer(question, inputs.loaded.demand, inputs.catalog(), lock).compared_with(lock.proof, question)
    assert found is not None

    assert main.run(["whatif", "dev", *found.arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["comparison"]
    assert said["usd_per_month"] == found.usd_per_month
    assert said["arguments"] == list(found.arguments)
