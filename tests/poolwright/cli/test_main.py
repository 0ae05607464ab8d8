"""The command line as a whole: exit codes, where text goes, how fast it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import doctor, main
from solver.errors import (
    CloudError,
    ConfigError,
    DemandError,
    EngineError,
    GateError,
    InfeasibleError,
    PoolwrightError,
    Problem,
    StaleError,
)

ROOT = Path(__file__).resolve().parents[3]
PROBLEM = Problem(file="stacks/dev.yaml", line=4, path="workloads.a", found="1", allowed="2", hint="Use 2")


def _raise(error: BaseException) -> Any:
    def run(**arguments: object) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EngineError("broken"), 1),
        (DemandError([PROBLEM]), 2),
        (InfeasibleError("no room", conflict=["a", "b"]), 3),
        (StaleError("old"), 4),
        (GateError("no"), 5),
        (CloudError("half"), 6),
    ],
)
def test_an_error_becomes_text_on_standard_error_and_its_exit_code(
    error: PoolwrightError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "run", _raise(error))

    assert main.run(["doctor"]) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"error: {error}\n"


def test_with_json_the_error_is_data_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "run", _raise(DemandError([PROBLEM])))

    assert main.run(["doctor", "--json"]) == 2

    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "schema_version": 1,
        "error": {
            "kind": "DemandError",
            "exit_code": 2,
            "message": str(PROBLEM),
            "problems": [
                {
                    "file": "stacks/dev.yaml",
                    "line": 4,
                    "path": "workloads.a",
                    "found": "1",
                    "allowed": "2",
                    "hint": "Use 2",
                }
            ],
        },
    }
    assert err.startswith("error: stacks/dev.yaml:4 workloads.a")


@pytest.mark.parametrize("arguments", [["plan"], ["plan", "dev", "--nonsense"], ["nonsense"], ["doctor", "extra"]])
def test_a_mistyped_command_line_is_code_two_and_shows_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "Usage: poolwright" in err


def test_a_bare_command_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == 2
    assert "preview" in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    assert main.run(["destroy", "--help"]) == 0
    assert "--with-data" in capsys.readouterr().out


def test_an_interrupt_ends_with_the_shells_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "run", _raise(KeyboardInterrupt()))

    assert main.run(["doctor"]) == 130


def test_an_unknown_cloud_lists_the_known_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert main.run(["env", "dev", "--cloud", "moon"]) == 2
    assert "sandbox or aws" in capsys.readouterr().err


def test_an_unknown_stack_lists_the_known_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert main.run(["preview", "nowhere"]) == 2
    assert "dev, local, prod, staging" in capsys.readouterr().err


def test_without_a_terminal_a_destructive_command_wants_yes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert main.run(["destroy", "dev", "--with-data"]) == 2
    assert main.run(["up", "dev", "--cloud", "aws"]) == 2
    assert "--yes" in capsys.readouterr().err


def _modules_of(arguments: list[str]) -> set[str]:
    """Modules that one command line loads in a fresh interpreter."""
    script = (
        "import json, sys\nfrom poolwright.cli.main import run\n"
        f"code = run({arguments!r})\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_help_loads_nothing_but_the_parser() -> None:
    loaded = _modules_of(["--help"])

    heavy = {"pulumi", "pulp", "highspy", "numpy", "pydantic", "yaml", "rich", "grpc"}
    assert loaded & heavy == set()


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m poolwright doctor --json | head -n 1"

    answer = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.stdout == "{\n"
    assert "Traceback" not in answer.stderr


def test_a_message_without_a_file_starts_with_what_is_wrong() -> None:
    assert str(ConfigError([Problem(file="", allowed="x is needed")])) == "x is needed"
