"""`poolwright prices diff`: what moved, what came and went, and whose plan that turns."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from poolwright.price_tables import catalog_at
from poolwright.price_tables.moves import price_moves
from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.catalog.price_edits import price_edit, with_prices
from solver.plan.lock import read_lock
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog, write_small_catalog

ROOT = Path(__file__).resolve().parents[3]
EDITED = "regions/us-east-1/machine_prices.csv"


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalog:
    return write_small_catalog(tmp_path / "catalog")


@pytest.fixture
def other(small: SmallCatalog, tmp_path: Path) -> SmallCatalog:
    """A copy to change."""
    shutil.copytree(small.root, tmp_path / "other")
    return SmallCatalog(tmp_path / "other")


def diff(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    assert main.run(["prices", "diff", *(str(each) for each in arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_moves_are_by_family_and_option_the_largest_first(
    small: SmallCatalog, other: SmallCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    other.set_cell(PRICES, "c7g.large,", "on_demand", "0.062")
    other.set_cell(PRICES, "c7g.xlarge,", "on_demand", "0.1705")
    other.set_cell(PRICES, "g5.xlarge,", "on_demand", "1.130")
    other.set_cell(PRICES, "t3.nano,", "standard_1y_all_upfront", "0.0036")
    prices = diff(capsys, small.root, other.root)["prices"]
    assert [(each["family"], each["option"], each["prices"]) for each in prices["families"]] == [
        ("c7g", "on-demand", 2),
        ("t3", "reserved", 1),
        ("g5", "on-demand", 1),
    ]
    assert (prices["families"][0]["least_percent"], prices["families"][0]["most_percent"]) == (-20.0, 10.0)
    first = prices["moves"][0]
    assert (first["name"], first["old_usd"], first["new_usd"], first["percent"]) == ("c7g.large", 0.0775, 0.062, -20.0)
    assert main.run(["prices", "diff", str(small.root), str(other.root)]) == 0
    said = capsys.readouterr().out
    assert "Prices: 4 moved, 0 new, 0 gone" in said
    assert "eu-west-1 c7g.large on-demand: 0.0775 → 0.062 (-20.0 %)" in said
    assert "-20.0 % to +10.0 %" in said


def test_what_came_and_went_is_named_apart(
    small: SmallCatalog, other: SmallCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    line = other.line(PRICES, "t3.nano,")
    other.replace(PRICES, line + "\n", "")
    there = diff(capsys, small.root, other.root)["prices"]
    back = diff(capsys, other.root, small.root)["prices"]
    assert there["added"] == back["gone"] == there["moves"] == []
    assert there["gone"] == back["added"]
    assert {(each["name"], each["option"]) for each in there["gone"]} == {
        ("t3.nano", "on-demand"),
        ("t3.nano", "spot"),
        ("t3.nano", "reserved"),
    }


def test_prices_of_services_and_storage_are_compared_too(
    small: SmallCatalog, other: SmallCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    file = "regions/eu-west-1/service_prices.csv"
    other.set_cell(file, "nat_gateway,hour,", "usd", "0.096")
    (move,) = diff(capsys, small.root, other.root)["prices"]["moves"]
    assert (move["name"], move["option"], move["percent"]) == ("nat_gateway hour", "service", 100.0)


def test_every_moved_price_is_found() -> None:
    """Against the edit that moved them."""
    catalog = load_catalog(regions=["eu-central-1"])
    moved = price_moves(catalog, with_prices(catalog, [price_edit("prices.c7g.*.on-demand", "+4%", catalog)])).moves
    names = {
        offering.machine.name for offering in catalog.offerings("eu-central-1") if offering.machine.family == "c7g"
    }
    assert {move.name for move in moved} == names
    assert {move.percent for move in moved} == {4.0}


def test_a_git_revision_is_a_catalog_and_a_wrong_name_is_told(
    small: SmallCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git: Callable[..., object] = subprocess.run
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "catalog"], [*who, "commit", "-qm", "tables"]):
        git(["git", "-C", str(tmp_path), *arguments], check=True)
    monkeypatch.setattr(catalog_at, "default_catalog_path", lambda: small.root)
    small.set_cell(PRICES, "c7g.large,", "on_demand", "0.062")
    found = diff(capsys, "HEAD")
    assert found["old"].startswith("HEAD (")
    assert [move["name"] for move in found["prices"]["moves"]] == ["c7g.large"]
    for wrong in ("HEAD~9", "--output=x", "nowhere/"):
        assert main.run(["prices", "diff", "--", wrong]) == 2
        assert "a catalog folder, or a git revision that has catalog/" in capsys.readouterr().err
    small.set_cell(PRICES, "c7g.large,", "on_demand", "free")
    assert main.run(["prices", "diff", "HEAD"]) == 2
    assert 'c7g.large.on_demand: found "free"' in capsys.readouterr().err


@pytest.fixture
def shipped(tmp_path: Path) -> SmallCatalog:
    """The shipped tables of the region that the shipped stacks are in, to change."""
    shutil.copytree(
        default_catalog_path(), tmp_path / "shipped", ignore=shutil.ignore_patterns("ap-*", "eu-*", "us-west-2")
    )
    return SmallCatalog(tmp_path / "shipped")


def of_dev(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    (found,) = diff(capsys, default_catalog_path(), *arguments, "--stack", "dev")["stacks"]
    return found


def machine_of_dev() -> str:
    lock = read_lock(ROOT / "stacks/dev.lock.yaml")
    return next(
        group.machine_types[0]
        for group in lock.aws_sites["main"].compute.node_groups
        if "fraud" in group.key and group.slots
    )


def test_a_plan_that_stays_costs_what_the_prices_do_and_one_that_turns_says_what_it_saves(
    shipped: SmallCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    untouched = of_dev(capsys, ROOT / "catalog")
    assert (untouched["verdict"], untouched["changes"]) == ("untouched", [])

    machine, spot = machine_of_dev(), float(_cells(shipped, machine_of_dev())["spot"])
    shipped.set_cell(EDITED, f"{machine},", "spot", f"{spot * 1.01:.6f}")
    stays = of_dev(capsys, shipped.root)
    assert (stays["verdict"], stays["changes"], stays["saves_usd_per_month"]) == ("unchanged", [], 0)
    assert stays["old_usd_per_month"] < stays["new_usd_per_month"] == stays["kept_usd_per_month"]

    shipped.set_cell(EDITED, f"{machine},", "spot", f"{spot * 2:.6f}")
    turns = of_dev(capsys, shipped.root)
    assert turns["verdict"] == "turns"
    assert any(machine.replace(".", "-") in change["path"] for change in turns["changes"])
    saves = turns["kept_usd_per_month"] - turns["new_usd_per_month"]
    assert turns["saves_usd_per_month"] == pytest.approx(saves)
    assert saves > 0
    # Kept, they cost a hundred times more than what 1 % did.
    dearer = stays["kept_usd_per_month"] - stays["old_usd_per_month"]
    assert turns["kept_usd_per_month"] - turns["old_usd_per_month"] == pytest.approx(100 * dearer, rel=0.1)


def test_a_plan_whose_machine_is_sold_no_more_turns_and_its_group_drains(
    shipped: SmallCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    machine = machine_of_dev()
    shipped.set_cell(EDITED, f"{machine},", "spot", "")
    unpriced = of_dev(capsys, shipped.root)
    shipped.replace(EDITED, shipped.line(EDITED, f"{machine},") + "\n", "")
    gone = of_dev(capsys, shipped.root)
    for found in (unpriced, gone):
        assert (found["verdict"], found["kept_usd_per_month"], found["saves_usd_per_month"]) == ("turns", None, None)
        assert "some of the machines have no price any more" in found["note"]
        emptied = {change["path"] for change in found["changes"] if change["new"] == "0"}
        assert any(machine.replace(".", "-") in path for path in emptied)


def _cells(catalog: SmallCatalog, machine: str) -> dict[str, str]:
    header = next(line for line in catalog.text(EDITED).splitlines() if line.startswith("type,")).split(",")
    return dict(zip(header, catalog.line(EDITED, f"{machine},").split(","), strict=True))


def test_stacks_are_named_or_all_and_one_without_a_lock_is_not_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    found = diff(capsys, ROOT / "catalog", "--all-stacks")["stacks"]
    assert {each["stack"]: each["verdict"] for each in found} == {
        "dev": "untouched",
        "local": "not-known",
        "prod": "untouched",
        "staging": "untouched",
    }
    assert main.run(["prices", "diff", "catalog", "--stack", "prd"]) == 2
    assert "dev, local, prod, staging is allowed" in capsys.readouterr().err
    assert main.run(["prices", "diff", "catalog", "--stack", "dev", "--all-stacks"]) == 2
