"""Carbon as a user sees it, in plans and comparisons; its tables make only those locks stale that count it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from poolwright.cli import main
from solver.catalog.digest import default_catalog_path
from tests.poolwright.cli.one_service import ONE_SERVICE, make_project

PRICED = "carbon: {usd_per_tonne: 300}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the stacks `plain` and `priced`."""
    make_project(tmp_path, {"plain": ONE_SERVICE, "priced": ONE_SERVICE + PRICED})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main.run(list(arguments)) == code
    return capsys.readouterr().out


def test_a_plan_says_what_its_machines_emit_and_what_a_tonne_counts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "plan", "priced")
    found = re.search(r"main: ([\d.,]+) kg CO2e, of [\d.,]+ kWh at 365\.1 g", text)
    assert found is not None
    assert "A tonne counts as $300.00 (`internal` above): on no bill of AWS." in text
    heads = re.search(r"pool +fixed +usage +internal +total", text)
    assert heads is not None
    plan = json.loads(said(capsys, "plan", "priced", "--json"))
    (line,) = [line for line in plan["cost_lines"] if line["billing"] == "internal"]
    assert line["usd_per_month"] == pytest.approx(float(found[1]) * 0.3, abs=0.005)
    assert "kg CO2e" not in said(capsys, "plan", "plain")


def test_only_the_locks_that_count_carbon_get_stale_with_its_tables(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = project / "tables"
    shutil.copytree(default_catalog_path(), tables)
    for stack in ("plain", "priced"):
        said(capsys, "plan", stack, "--catalog", str(tables), "--write")
    regions = tables / "carbon/regions.csv"
    regions.write_text(regions.read_text().replace("us-east-1,365.1", "us-east-1,300"))
    said(capsys, "plan", "plain", "--catalog", str(tables), "--check")
    said(capsys, "plan", "priced", "--catalog", str(tables), "--check", code=4)
    assert "at 300 g" in said(capsys, "plan", "priced", "--catalog", str(tables))


def test_whatif_shows_what_a_price_would_do_to_a_stack_without_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "whatif", "plain", "carbon.usd_per_tonne=300")
    assert re.search(r"kg CO2e a month\n +site +now +then\n +main +- +[\d.,]+\n", text)
    then = said(capsys, "plan", "priced").splitlines()[0].split(": ", 1)[1]
    assert f"With carbon.usd_per_tonne=300: {then}" in text


def test_compare_has_the_carbon_of_plans_in_each_region(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("compare", "plain", "--cloud", "aws", "--region", "eu-west-1")
    found = json.loads(said(capsys, *arguments, "--json"))
    by_place = {(each["region"], each["how"]): each["kg_per_month"] for each in found["places"]}
    assert by_place["us-east-1", "plan"] > by_place["eu-west-1", "plan"] > 0
    assert by_place["us-east-1", "plain"] is None
    text = said(capsys, *arguments)
    assert "kg CO2e" in text.splitlines()[2]
    assert "include carbon" not in text
    assert "Machines of plans include carbon at 300 USD a tonne" in said(capsys, "compare", "priced", "--cloud", "aws")


def test_a_price_of_carbon_below_nothing_is_refused_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "stacks/plain.yaml").write_text(ONE_SERVICE + "carbon: {usd_per_tonne: -1}\n")
    assert main.run(["plan", "plain"]) == 2
    error = capsys.readouterr().err
    assert "stacks/plain.yaml:15 carbon.usd_per_tonne: found -1; a number from 0 to 1000000 is allowed" in error
