"""Edits: what a key=value argument means, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.edits import split_argument, with_edits, with_values
from solver.demand.load import LoadProfile
from solver.demand.loader import LoadedDemand, load_demand
from solver.demand.workloads import Service
from solver.errors import ConfigError, DemandError, InputError
from solver.vocabulary import Survive

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def prod() -> LoadedDemand:
    return load_demand(ROOT / "stacks" / "prod.yaml")


def edited(loaded: LoadedDemand, *arguments: str) -> LoadedDemand:
    return with_edits(loaded, [split_argument(argument) for argument in arguments])


def refusal(loaded: LoadedDemand, *arguments: str) -> str:
    with pytest.raises(InputError) as refused:
        edited(loaded, *arguments)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("", None)
    return str(problem)


def service(loaded: LoadedDemand, key: str) -> Service:
    found = loaded.demand.workloads[key]
    assert isinstance(found, Service)
    return found


def test_an_edit_sets_a_value_and_nothing_else(prod: LoadedDemand) -> None:
    changed = edited(prod, "workloads.fraud.survive=none")
    assert service(changed, "fraud").survive is Survive.NONE
    assert changed.demand.workloads["assistant"] == prod.demand.workloads["assistant"]
    assert changed.digest != prod.digest


def test_an_edit_means_what_a_file_that_inherits_the_stacks_would_say(prod: LoadedDemand, tmp_path: Path) -> None:
    child = tmp_path / "prod.yaml"
    child.write_text(
        f"inherits: {ROOT / 'stacks' / 'prod.yaml'}\n"
        "limits: {exclude_machines: [g6.xlarge], budget_usd_per_month: null}\n"
        "workloads: {assistant: {load: {peak_per_second: 10}}}\n"
    )
    changed = edited(
        prod,
        "limits.exclude_machines=[g6.xlarge]",
        "limits.budget_usd_per_month=null",
        "workloads.assistant.load.peak_per_second=10",
    )
    assert changed.demand == load_demand(child).demand
    assert changed.digest == load_demand(child).digest


def test_a_mapping_merges_and_a_list_replaces(prod: LoadedDemand) -> None:
    changed = edited(prod, "workloads.fraud={headroom: 0}", "purchase.commitments=[]")
    assert service(changed, "fraud").headroom == 0
    assert service(changed, "fraud").max_per_machine == 2
    assert changed.demand.purchase.commitments == ()


def test_no_edit_changes_nothing(prod: LoadedDemand) -> None:
    assert edited(prod).digest == prod.digest


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("workloads.fraud.headroom=x", 'workloads.fraud.headroom: found "x"; a number from 0 to 10 is allowed'),
        ("limits.node_groups=0", "limits.node_groups: found 0; a whole number from 1 to 100 is allowed"),
        (
            "workloads.fruad.headroom=0",
            'workloads.fruad: found "fruad"; one of assistant, recommender, fraud, trainer is allowed. '
            "Did you mean fraud?",
        ),
        ("limits.node_group=3", "Did you mean node_groups?"),
        ("workloads.fraud.kind=null", "service, batch or training is allowed"),
        ("limits.exclude_machines=[g6", "YAML is allowed"),
        ("limits.node_groups=3\nlimits: 4", "one value is allowed"),
        ("limits.node_groups=3\nvalue: 4", "limits.node_groups: found the key a second time"),
        ("limits.gap=\x01", "character U+0001"),
    ],
)
def test_a_wrong_edit_says_what_was_found_and_what_is_allowed(prod: LoadedDemand, argument: str, words: str) -> None:
    assert words in refusal(prod, argument)


@pytest.mark.parametrize("argument", ["headroom", "=3", "limits..gap=3", ".gap=1", ""])
def test_an_argument_without_a_key_or_a_value_is_refused(argument: str) -> None:
    with pytest.raises(ConfigError, match="a key of the stack's files and its value"):
        split_argument(argument)


def test_a_key_given_twice_is_refused(prod: LoadedDemand) -> None:
    assert "each key once is allowed" in refusal(prod, "limits.gap=0.01", "limits.gap=0.02")


def test_all_mistakes_come_in_one_error(prod: LoadedDemand) -> None:
    with pytest.raises(DemandError) as refused:
        edited(prod, "limits.node_groups=0", "workloads.fraud.headroom=-1")
    assert [problem.path for problem in refused.value.problems] == ["limits.node_groups", "workloads.fraud.headroom"]


def test_what_the_edit_leaves_wrong_in_a_file_has_its_line(prod: LoadedDemand) -> None:
    with pytest.raises(DemandError) as refused:
        edited(prod, "storage.documents=null")
    assert {problem.file for problem in refused.value.problems} <= {"", "stacks/base.yaml", "stacks/prod.yaml"}
    assert any(problem.path.startswith("workloads.assistant.uses") for problem in refused.value.problems)


def test_a_value_may_hold_an_equals_sign(prod: LoadedDemand) -> None:
    changed = edited(prod, "workloads.fraud.environment={TOKENS: a=b}")
    assert changed.demand.workloads["fraud"].environment["TOKENS"] == "a=b"


def test_a_value_with_nulls_says_what_is_left_of_it(prod: LoadedDemand) -> None:
    load = {**dict.fromkeys(LoadProfile.model_fields), "constant_per_second": 5.0}
    changed = with_values(prod.demand, {"workloads.fraud.load": load})
    fraud = changed.workloads["fraud"]
    assert isinstance(fraud, Service)
    assert fraud.load == LoadProfile(constant_per_second=5.0)
