"""The fault file: what an entry may say, and what is said of a mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from poolwright.engine.sandbox.fault_file import FAULTS_VARIABLE, FIELDS, fault_file, load_faults
from poolwright.engine.sandbox.faults import ALWAYS, Fault, FaultKind, Moment
from poolwright.engine.sandbox.rules.rule import Action
from solver.errors import ConfigError, ExitCode

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def _written(folder: Path, text: str) -> Path:
    file = folder / "faults.json"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_entry_has_the_fields_of_its_kind(tmp_path: Path) -> None:
    file = _written(
        tmp_path,
        """[{"kind": "throttling", "type": "aws:ec2/vpc:Vpc", "name": "net", "action": "delete", "after": 2,
             "times": 3},
            {"kind": "crash", "moment": "before"},
            {"kind": "insufficient-capacity", "machine_type": "c7g.large", "zone": "eu-west-1a", "times": "always"}]""",
    )
    assert load_faults(file) == (
        Fault(kind=FaultKind.THROTTLING, type="ec2.Vpc", name="net", action=Action.DELETE, after=2, times=3),
        Fault(kind=FaultKind.CRASH, moment=Moment.BEFORE),
        Fault(kind=FaultKind.INSUFFICIENT_CAPACITY, machine_type="c7g.large", zone="eu-west-1a", times=ALWAYS),
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"kind": "earthquake"}, '[0].kind: found "earthquake"; one of throttling, error, time-out'),
        ({"kind": "throtling"}, "Did you mean 'throttling'?"),
        ({}, "[0].kind: one of throttling"),
        ("crash", '[0]: found "crash"; an object'),
        ({"kind": "error", "code": "X"}, "[0].message: a fault of the kind error needs it"),
        ({"kind": "crash", "tmies": 2}, "Did you mean 'times'?"),
        ({"kind": "crash", "times": 0}, '[0].times: found 0; a whole number, 1 or more, or "always"'),
        ({"kind": "crash", "after": -1}, "[0].after: found -1"),
        ({"kind": "crash", "moment": "during"}, "[0].moment: found"),
        ({"kind": "crash", "action": "read"}, "create, update or delete"),
        ({"kind": "crash", "type": "ec2.Vcp"}, "Did you mean 'ec2.Vpc'?"),
        ({"kind": "crash", "name": 7}, "[0].name: found 7; a text"),
        ({"kind": "slow", "seconds": "4"}, "seconds, 0 to 3600"),
        ({"kind": "zone-lost", "zone": "a"}, "a zone's name or id"),
        ({"kind": "insufficient-capacity", "machine_type": "g6.enormous"}, "a machine type of the catalog"),
        ({"kind": "quota-reached", "quota": "vpc"}, "Did you mean 'vpcs'?"),
        ({"kind": "quota-reached", "quota": "tasks-per-service"}, "This one takes a number in quotas.json"),
        ({"kind": "changed-outside", "type": "ec2.Vpc", "set": []}, "an object, property → value"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(tmp_path: Path, entry: object, said: str) -> None:
    file = _written(tmp_path, json.dumps([entry]))
    with pytest.raises(ConfigError) as caught:
        load_faults(file)
    assert said in str(caught.value)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_all_mistakes_come_at_once_each_with_its_line(tmp_path: Path) -> None:
    file = _written(tmp_path, '[\n {"kind": "crash"},\n {"kind": "slow"},\n {"kind": "x"}\n]')
    with pytest.raises(ConfigError) as caught:
        load_faults(file)
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [(3, "[1].seconds"), (4, "[2].kind")]


@pytest.mark.parametrize(("text", "said"), [("[{]", ":1: JSON:"), ("{}", ":1: found dict; a list of faults")])
def test_a_file_that_is_no_list_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_faults(_written(tmp_path, text))


def test_a_file_that_is_named_and_not_there_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS_VARIABLE, str(tmp_path / "none.json"))
    with pytest.raises(ConfigError, match="a JSON file that can be read"):
        load_faults(fault_file(tmp_path))


def test_the_sandbox_s_folder_may_have_a_fault_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FAULTS_VARIABLE, raising=False)
    assert load_faults(fault_file(tmp_path)) == ()
    _written(tmp_path, '[{"kind": "crash"}]')
    assert load_faults(fault_file(tmp_path)) == (Fault(kind=FaultKind.CRASH),)


@pytest.mark.parametrize("kind", FaultKind, ids=lambda kind: str(kind.value))
def test_the_guide_has_each_kind_with_its_fields(kind: FaultKind) -> None:
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{kind.value}` |")]
    needed, more = FIELDS[kind]
    own = [*needed, *(name for name in more if name not in ("type", "name", "action", "after", "times"))]
    assert all(f"`{name}`" in row for name in own), own
