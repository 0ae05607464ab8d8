"""`poolwright ansible` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import main
from tests.poolwright.checks.estate import ROOT
from tests.poolwright.render.test_ansible import DEMAND


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a locked stack of owned hosts."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_bytes((ROOT / "Pulumi.yaml").read_bytes())
    (tmp_path / "stacks" / "edge.yaml").write_text(DEMAND, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main.run(["plan", "edge", "--write", "--catalog", str(ROOT / "catalog")]) == 0
    return tmp_path


def test_files_go_where_they_are_asked_for(edge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main.run(["ansible", "edge", "--out", "hosts/ansible", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["stack"], told["hosts"]) == (1, "edge", 3)
    assert all((edge / "hosts" / "ansible" / name).is_file() for name in told["files"])
    assert main.run(["ansible", "edge"]) == 0
    assert "3 hosts" in capsys.readouterr().out
    assert (edge / "ansible" / "prepare.yaml").is_file()


def test_a_file_in_the_way_is_bad_input(edge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (edge / "taken").write_text("mine", "utf-8")
    assert main.run(["ansible", "edge", "--out", "taken/below"]) == 2
    assert "a folder is allowed" in capsys.readouterr().err
    assert (edge / "taken").read_text("utf-8") == "mine"


def test_a_stack_without_hosts_is_bad_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main.run(["ansible", "dev"]) == 2
    assert "no site of kind docker" in capsys.readouterr().err
