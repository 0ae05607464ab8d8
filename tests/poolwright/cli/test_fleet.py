"""`poolwright fleet plan`: fleet files, stacks by name, budget, mistakes, and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import main
from solver.plan.fleet import FleetPlan

STACK = """\
stack: {name}
owner: team
sites:
  main:
    region: us-east-1
    zones: 2
    network: {{cidr: 10.0.0.0/16, dns: {{domain: api.example.com}}}}
workloads:
  web:
    kind: service
    image: {{}}
    load: {{hourly_per_second: {load}}}
    survive: none
    variants:
      x86: {{cpu: 3500m, memory: 6Gi, throughput_per_second: 10, source: test}}
compliance: {{profile: none}}
purchase:
  commitments: [{{kind: compute-savings-plan, years: 1}}]
  held: [{{kind: compute-savings-plan, usd_per_hour: 0.1}}]
limits: {{machines: ["m7i.*", "c7i.*"]}}
"""
DAY = [10] * 8 + [80] * 12 + [10] * 4
NIGHT = [80] * 8 + [10] * 12 + [80] * 4


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with stack day, another with stack night, and a fleet file of both."""
    for folder, name, load in (("here", "day", DAY), ("there", "night", NIGHT)):
        stacks = tmp_path / folder / "stacks"
        stacks.mkdir(parents=True)
        (stacks / f"{name}.yaml").write_text(STACK.format(name=name, load=load), encoding="utf-8")
    root = tmp_path / "here"
    (root / "Pulumi.yaml").write_text("name: test\nruntime: python\n", encoding="utf-8")
    (root / "fleet.yaml").write_text(
        "stacks:\n  day: stacks/day.yaml\n  night: ../there/stacks/night.yaml\n", encoding="utf-8"
    )
    monkeypatch.chdir(root)
    return root


def test_the_projects_fleet_file_is_planned(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["fleet", "plan"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split()[0] for line in out.splitlines()[:3]] == ["stack", "day", "night"]
    assert "To buy: compute-savings-plan for 1 y, no-upfront, $" in out
    # The parts that both files state are one.
    assert "Held: compute-savings-plan, $0.20 an hour" in out
    assert "No plan of them costs less than $" in out


def test_json_is_the_plan_and_what_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["fleet", "plan", "fleet.yaml", "--json", "--write"]) == 0
    out, err = capsys.readouterr()
    plan = FleetPlan.model_validate_json(out)
    assert {each.stack for each in plan.stacks} == {"day", "night"}
    assert (project / "fleet.plan.json").read_text(encoding="utf-8") == out
    assert err == "fleet.plan.json: written\n"
    assert main.run(["fleet", "plan", "--write"]) == 0
    assert "fleet.plan.json: unchanged" in capsys.readouterr().err


def test_stacks_are_planned_by_name(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["fleet", "plan", "day", "--json"]) == 0
    named = json.loads(capsys.readouterr().out)
    assert main.run(["fleet", "plan", "--all-stacks", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == named


def test_a_budget_that_does_not_do_is_named_by_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "fleet.yaml").open("a", encoding="utf-8") as file:
        file.write("budget_usd_per_month: 100\n")
    assert main.run(["fleet", "plan"]) == 5
    assert "fleet.yaml:4 budget_usd_per_month: found 100; " in capsys.readouterr().err


def test_mistakes_of_the_file_are_told_together(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "fleet.yaml").write_text(
        "stacks: {day: stacks/day.yaml, too: stacks/nothing.txt}\nbudget: 5\n"
        "purchase: {held: [{kind: compute-savings-plan, usd_per_hour: -1}]}\n",
        encoding="utf-8",
    )
    assert main.run(["fleet", "plan"]) == 2
    err = capsys.readouterr().err
    assert "fleet.yaml:1 stacks.too" in err
    assert "fleet.yaml:2 budget" in err
    assert "fleet.yaml:3 purchase.held.0" in err


def test_what_is_held_where_no_stack_is_is_named_by_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "fleet.yaml").open("a", encoding="utf-8") as file:
        file.write("purchase:\n  held:\n")
        file.write("    - {kind: standard-reserved, region: ap-northeast-1, machine_type: m7i.large, count: 2}\n")
    assert main.run(["fleet", "plan"]) == 2
    said = 'fleet.yaml:6 purchase.held.0.region: found "ap-northeast-1"; a region of the fleet\'s stacks is allowed: '
    assert said in capsys.readouterr().err


def test_a_machine_type_that_nobody_sells_is_named_by_line_in_either_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (project / "fleet.yaml").open("a", encoding="utf-8") as file:
        file.write("purchase:\n  held:\n")
        file.write("    - {kind: standard-reserved, region: us-east-1, machine_type: m7i.larg, count: 2}\n")
        file.write("    - {kind: instance-savings-plan, region: us-east-1, family: m7j, usd_per_hour: 1}\n")
    assert main.run(["fleet", "plan"]) == 2
    said = capsys.readouterr().err
    assert 'fleet.yaml:6 purchase.held.0.machine_type: found "m7i.larg"; a machine type of us-east-1' in said
    assert 'fleet.yaml:7 purchase.held.1.family: found "m7j"; a family of us-east-1' in said
    assert "Did you mean m7i.large" in said
    day = project / "stacks" / "day.yaml"
    day.write_text(
        day.read_text("utf-8").replace(
            "{kind: compute-savings-plan, usd_per_hour: 0.1}",
            "{kind: standard-reserved, machine_type: m7i.larg, count: 2}",
        ),
        encoding="utf-8",
    )
    assert main.run(["fleet", "plan", "day"]) == 2
    assert 'stacks/day.yaml:19 purchase.held.0.machine_type: found "m7i.larg"; ' in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "# nothing\n", "- day\n"])
def test_an_empty_fleet_file_is_told_what_a_fleet_has(
    text: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "fleet.yaml").write_text(text, encoding="utf-8")
    assert main.run(["fleet", "plan"]) == 2
    assert "a mapping of keys like stacks, accounts, purchase is allowed" in capsys.readouterr().err


def test_a_stack_file_that_is_not_there_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "fleet.yaml").write_text("stacks:\n  day: stacks/day.yaml\n  no: stacks/no.yaml\n", encoding="utf-8")
    assert main.run(["fleet", "plan"]) == 2
    assert (
        'fleet.yaml:3 stacks.no: found "stacks/no.yaml"; an existing stack file is allowed' in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["day", "--all-stacks"], "either stacks, a fleet file or --all-stacks is allowed"),
        (["fleet.yaml", "day"], "either one fleet file or stacks by name are allowed"),
        (["dya"], "Did you mean day?"),
        (["missing.yaml"], "missing.yaml: an existing file is allowed"),
        (["day", "--scheduler", "tcp:/x"], "the address of a Dask scheduler"),
    ],
)
def test_wrong_arguments_are_told(
    project: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["fleet", "plan", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_without_a_fleet_file_something_is_to_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "fleet.yaml").unlink()
    assert main.run(["fleet", "plan"]) == 2
    assert "has no fleet.yaml" in capsys.readouterr().err


def test_a_quota_that_is_too_small_is_named_with_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "fleet.yaml").open("a", encoding="utf-8") as file:
        file.write("accounts:\n  main:\n    stacks: [day, night]\n    quotas: {us-east-1: {standard: 8}}\n")
    assert main.run(["fleet", "plan", "--once"]) == 3
    err = capsys.readouterr().err
    assert "fleet.yaml:7 accounts.main.quotas.us-east-1.standard: 8: day " in err
    assert ", night " in err


def test_a_stack_in_two_accounts_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "fleet.yaml").open("a", encoding="utf-8") as file:
        file.write("accounts: {a: {stacks: [day]}, b: {stacks: [day]}}\n")
    assert main.run(["fleet", "plan"]) == 2
    assert "day is in a and b" in capsys.readouterr().err
