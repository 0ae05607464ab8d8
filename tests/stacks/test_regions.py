"""The shipped stacks in every region of the catalog: planned, proven by the witness, made on the sandbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from solver.catalog.digest import default_catalog_path, region_names

ROOT = Path(__file__).resolve().parents[2]
REGIONS = tuple(region_names(default_catalog_path()))
LARGE = (
    ("eu-west-1", "prod"),
    ("ap-northeast-1", "prod"),
    ("us-west-2", "staging"),
    ("eu-central-1", "staging"),
)
"""Where the large stacks are made too; in the region that they are shipped for, other tests make them."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's own files without its locks, as someone has it who begins in another region."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("*.lock.yaml", "__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POOLWRIGHT_HOME", str(folder / ".poolwright"))
    return folder


def poolwright(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Runs a command in the project; gives its JSON, and fails with what it said when it ended with another code."""
    code = main.run([*arguments, "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err[-3000:] + said.out[-500:]
    return json.loads(said.out)


@pytest.mark.engine
@pytest.mark.parametrize(("region", "stack"), [*((region, "dev") for region in REGIONS), *LARGE])
@pytest.mark.usefixtures("pulumi_cli")
def test_a_stack_is_planned_proven_and_made(
    project: Path, region: str, stack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    base = project / "stacks" / "base.yaml"
    base.write_text(base.read_text().replace("region: us-east-1", f"region: {region}"))
    plan = poolwright(capsys, "plan", stack, "--write")
    assert plan["sites"]["main"]["region"] == region
    assert "placed" in plan["proof"]["witness"]
    made = poolwright(capsys, "up", stack)
    assert {change["operation"] for change in made["changes"]} == {"create"}
