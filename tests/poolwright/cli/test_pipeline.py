"""`poolwright pipeline` as a user types it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

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


def test_a_workflow_that_no_stack_needs_any_more_is_told_of_and_deleted(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shop / ".github/workflows/poolwright-autopilot.yml"
    demand = shop / "stacks" / "trial.yaml"
    demand.write_text(f"{DEMAND}autopilot: {{most_usd_per_month: 100}}\n", "utf-8")
    assert main.run(["pipeline", "github", *ORDER, "--write", "."]) == 0
    assert "POOLWRIGHT_MEASURED_TRIAL" in path.read_text("utf-8")
    assert "POOLWRIGHT_MEASURED_TRIAL" in capsys.readouterr().out
    demand.write_text(DEMAND, "utf-8")
    assert main.run(["pipeline", "github", *ORDER, "--check", "."]) == 4
    assert "poolwright-autopilot.yml" in capsys.readouterr().err
    assert main.run(["pipeline", "github", *ORDER, "--write", "."]) == 0
    assert not path.exists()
    assert main.run(["pipeline", "github", *ORDER, "--check", "."]) == 0


def test_a_file_of_that_name_that_someone_else_wrote_stays(shop: Path) -> None:
    path = shop / ".github/workflows/poolwright-autopilot.yml"
    path.parent.mkdir(parents=True)
    path.write_text("name: my own\n", "utf-8")
    assert main.run(["pipeline", "github", *ORDER, "--write", "."]) == 0
    assert main.run(["pipeline", "github", *ORDER, "--check", "."]) == 0
    assert path.read_text("utf-8") == "name: my own\n"


@pytest.mark.parametrize(
    ("zone", "window", "hours"),
    [
        ("Europe/Berlin", "", "3"),
        ("Europe/Berlin", "window: {opens: 01:00, closes: 05:00}", "0"),
        ("Europe/Berlin", "window: {opens: 02:00, closes: 03:00}", "0 1"),
        ("America/New_York", "window: {opens: 22:00, closes: 24:00}", "3"),
        ("Asia/Kolkata", "window: {opens: 01:00, closes: 05:00}", "20"),
    ],
)
def test_an_autopilot_runs_inside_of_its_window_in_summer_and_in_winter(
    shop: Path, zone: str, window: str, hours: str
) -> None:
    limits = f"autopilot: {{most_usd_per_month: 100, {window}}}\ntime_zone: {zone}\n"
    (shop / "stacks" / "trial.yaml").write_text(DEMAND + limits, "utf-8")
    assert main.run(["pipeline", "github", *ORDER, "--write", "."]) == 0
    text = (shop / ".github/workflows/poolwright-autopilot.yml").read_text("utf-8")
    found = [each["cron"].split() for each in yaml.load(text, Loader=yaml.BaseLoader)["on"]["schedule"]]
    assert " ".join(each[1] for each in found) == hours
    begins = {f"{hour}:{minute}" for minute, hour, *_ in found}
    if window:
        opens, closes = (int(each[:2]) for each in re.findall(r"\d\d:\d\d", window))
        for month in (1, 7):
            local = [
                datetime(2027, month, 5, *map(int, each.split(":")), tzinfo=UTC).astimezone(ZoneInfo(zone)).hour
                for each in begins
            ]
            assert any(opens <= hour < closes for hour in local)


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
