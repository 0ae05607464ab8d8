"""`poolwright pipeline` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from poolwright.cli import main
from tests.stacks.projects import DEMAND

ROOT = Path(__file__).resolve().parents[3]
UP = "permissions_boundary: arn:aws:iam::111122223333:policy/workloads\nci: {repository: example/shop, up: {%s}}\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three stacks of which one names the jobs that apply it."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", "utf-8")
    for stack, more in {"trial": "", "live": UP % "environment: production", "side": UP % "branch: main"}.items():
        (tmp_path / "stacks" / f"{stack}.yaml").write_text(DEMAND + more, "utf-8")
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text("config: {}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ORDER = ("--stack", "trial", "--stack", "live", "--approve", "live")


def test_files_are_written_where_the_system_looks_for_them(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["pipeline", "github", *ORDER, "--write", "."]) == 0
    text = (shop / ".github/workflows/poolwright-deliver.yml").read_text("utf-8")
    job = yaml.safe_load(text)["jobs"]["up-live"]
    assert job["environment"] == "production"
    assert "role/live-main-ci-up" in text
    assert "AWS_ACCOUNT_ID_LIVE" in capsys.readouterr().out


def test_check_says_when_files_are_of_other_stacks(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["pipeline", "gitlab", *ORDER, "--check", "."]) == 4
    assert main.run(["pipeline", "gitlab", *ORDER, "--write", "."]) == 0
    assert main.run(["pipeline", "gitlab", *ORDER, "--check", "."]) == 0
    assert main.run(["pipeline", "gitlab", "--stack", "trial", "--check", "."]) == 4
    assert "--write ." in capsys.readouterr().err


def test_json_has_the_files_and_what_is_set_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["pipeline", "jenkins", *ORDER, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    assert [each["follows"] for each in found["stacks"]] == [None, "trial"]
    assert list(found["files"]) == ["Jenkinsfile"]
    assert "PULUMI_BACKEND_URL_TRIAL" in found["variables"]


def test_without_names_the_stacks_are_those_of_the_way_of_a_release(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["pipeline", "github"]) == 2
    assert "promotion.yaml" in capsys.readouterr().err
    rules = "order: [trial, live]\nstacks: {live: {approvals: 1, soak_hours: 2}}\n"
    (shop / "stacks" / "promotion.yaml").write_text(rules, "utf-8")
    assert main.run(["pipeline", "jenkins", "--json"]) == 0
    as_in_the_file = json.loads(capsys.readouterr().out)
    assert main.run(["pipeline", "jenkins", *ORDER, "--json"]) == 0
    assert as_in_the_file == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stack", "nowhere"), "no stack nowhere"),
        (("--stack", "trial", "--stack", "trial"), "trial twice"),
        (("--stack", "trial", "--approve", "live"), "--approve"),
        (("--stack", "side", "--approve", "side"), "ci.up"),
        (("--stack", "trial", "--write", ".", "--check", "."), "one of the two"),
        (("--stack", "trial", "--write", "Pulumi.yaml"), "Pulumi.yaml"),
    ],
)
def test_a_mistake_is_code_2_and_says_what_is_allowed(
    arguments: tuple[str, ...], said: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["pipeline", "github", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (shop / ".github").exists()
