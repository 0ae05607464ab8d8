"""The facts that the doctor tells."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from poolwright.cli import doctor, main
from poolwright.cli.doctor import Standing, locked_differences
from poolwright.engine.docker import reach
from poolwright.engine.sandbox.docker.hosts import STAND_IN_VARIABLE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    """Nothing on PATH, an empty cache, no credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.delenv(STAND_IN_VARIABLE, raising=False)
    monkeypatch.setattr(reach, "DEFAULT_ADDRESS", "unix:///nowhere/either.sock")
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("_bare_machine")
def test_what_is_missing_is_told_with_what_to_do() -> None:
    facts = {fact.name: fact for fact in doctor.gather()}

    assert facts["Python"].standing is Standing.OK
    assert facts["Pulumi CLI"].standing is Standing.MISSING
    assert "poolwright doctor --get" in facts["Pulumi CLI"].remedy
    assert facts["AWS credentials"].standing is Standing.ABSENT
    assert facts["Docker Engine"].remedy.startswith("only sites of the kind docker")
    tried = "unix:///nowhere/docker.sock: No such file or directory; unix:///nowhere/either.sock: No such file"
    assert tried in facts["Docker Engine"].value


@pytest.mark.usefixtures("_bare_machine")
def test_a_missing_necessity_is_code_one_and_json_is_data_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["doctor", "--json"]) == 1

    record = json.loads(capsys.readouterr().out)
    assert record["schema_version"] == 1
    assert {"name", "standing", "value", "remedy"} == set(record["facts"][0])


@pytest.mark.usefixtures("_bare_machine")
def test_credentials_are_named_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAHUSHHUSH")

    main.run(["doctor"])

    out = capsys.readouterr().out
    assert "keys in the environment" in out
    assert "AKIAHUSHHUSH" not in out


@pytest.mark.usefixtures("_bare_machine")
def test_outside_a_project_the_machine_is_still_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert "packages" not in {fact.name for fact in doctor.gather()}


def test_packages_are_compared_with_the_lock() -> None:
    version = importlib.metadata.version("pytest")
    lock = (
        f"# comment\npytest=={version} \\\n    --hash=sha256:00\n"
        "ruff==0.0.1 \\\n    --hash=sha256:00\n"
        "no-such-package==1.0 \\\n    --hash=sha256:00\n"
        "windows-only==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )

    assert locked_differences(lock) == [
        f"ruff is {importlib.metadata.version('ruff')}, not 0.0.1",
        "no-such-package is not installed",
    ]


def test_the_cache_is_cleared_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache" / "pulumi").mkdir(parents=True)
    monkeypatch.setenv("POOLWRIGHT_CACHE", str(tmp_path / "cache"))

    assert main.run(["doctor", "--clear-cache"]) == 0
    assert not (tmp_path / "cache").exists()
