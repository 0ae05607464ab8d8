"""Discounts in the commands: said by name and digest where they count, and never by what they take off."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from solver.catalog.digest import default_catalog_path
from solver.plan.lock import read_lock

ROOT = Path(__file__).resolve().parents[3]
AGREED = """as_of: 2026-11-27
agreements:
  enterprise: {percent_off: 13.7, families: ["*"], from: 2026-01-01, until: 2027-06-30, reason: EDP, source: contract 7}
"""


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped tables of us-east-1, with an agreement."""
    folder = tmp_path / "catalog"
    shutil.copytree(default_catalog_path(), folder, ignore=shutil.ignore_patterns("ap-*", "eu-*", "us-west-2"))
    (folder / "discounts.yaml").write_text(AGREED)
    monkeypatch.chdir(ROOT)
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    assert main.run([*(str(each) for each in arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_plan_is_at_agreed_prices_and_says_so(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = answer(capsys, "plan", "dev", "--catalog", catalog)
    lock = read_lock(ROOT / "stacks/dev.lock.yaml")
    machines = sum(line["usd_per_month"] for line in plan["cost_lines"] if line["detail"] == "machine hours")
    dearer = sum(
        line["usd_per_month"]
        for line in answer(capsys, "plan", "dev")["cost_lines"]
        if line["detail"] == "machine hours"
    )
    assert machines == pytest.approx(dearer * (1 - 0.137), abs=0.05)
    assert plan["inputs"]["discounts"]["name"] == "discounts.yaml"
    assert plan["inputs"]["catalog"] != lock.inputs.catalog
    assert main.run(["plan", "dev", "--catalog", str(catalog)]) == 0
    said = capsys.readouterr()
    assert "less the discounts discounts.yaml (sha256:" in said.out.replace("\n", " ")
    assert "13.7" not in said.out + said.err


def test_the_lock_is_stale_where_agreements_came(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["plan", "dev", "--check", "--catalog", str(catalog)]) == 4
    assert "dev.lock.yaml is stale" in capsys.readouterr().err
    (catalog / "discounts.yaml").unlink()
    assert main.run(["plan", "dev", "--check", "--catalog", str(catalog)]) == 0


def test_prices_show_says_what_is_taken_off_by_name(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "prices", "show", "--type", "c7g.large", "--catalog", catalog)
    assert found["discounts"]["name"] == "discounts.yaml"
    assert found["offerings"][0]["on_demand_usd_per_hour"] == pytest.approx(0.0725 * 0.863, abs=1e-6)
    assert main.run(["prices", "show", "--type", "c7g.large", "--catalog", str(catalog)]) == 0
    said = capsys.readouterr().out
    assert "The discounts discounts.yaml (sha256:" in said and "13.7" not in said


def test_a_file_can_be_tried_and_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    trial = tmp_path / "offer.yaml"
    trial.write_text(AGREED)
    before = (ROOT / "stacks/dev.lock.yaml").read_bytes()
    plain, tried = answer(capsys, "plan", "dev"), answer(capsys, "plan", "dev", "--discounts", trial)
    assert tried["proof"]["cost_usd_per_month"] < plain["proof"]["cost_usd_per_month"]
    assert tried["inputs"]["discounts"]["name"] == "offer.yaml"
    assert tried["inputs"]["catalog"] != plain["inputs"]["catalog"]
    for option in ("--write", "--check"):
        assert main.run(["plan", "dev", "--discounts", str(trial), option]) == 2
        assert "a trial of discounts is only printed" in capsys.readouterr().err
    assert main.run(["plan", "dev", "--discounts", str(tmp_path / "none.yaml")]) == 2
    assert "a readable file of discounts is needed" in capsys.readouterr().err
    assert (ROOT / "stacks/dev.lock.yaml").read_bytes() == before


def test_verify_judges_list_prices_and_says_when_agreements_turned(
    catalog: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["prices", "verify", "--catalog", str(catalog), "--on", "2027-06-30"]) == 0
    with_them = capsys.readouterr().out
    assert main.run(["prices", "verify", "--catalog", str(catalog), "--on", "2027-07-01"]) == 4
    assert "the discounts discounts.yaml are others since 2027-07-01" in capsys.readouterr().err
    (catalog / "discounts.yaml").unlink()
    assert main.run(["prices", "verify", "--catalog", str(catalog), "--on", "2027-06-30"]) == 0
    assert capsys.readouterr().out == with_them


def test_diff_plans_with_each_side_s_agreements(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "prices", "diff", default_catalog_path(), catalog, "--stack", "dev")
    assert not [move for move in found["prices"]["moves"] if move["region"] == "us-east-1"]
    assert found["notes"] == ["The discounts differ; the moves above are of list prices, plans are at agreed ones."]
    (stack,) = found["stacks"]
    assert stack["new_usd_per_month"] < stack["old_usd_per_month"]


def test_verify_says_where_a_private_file_is_not_at_hand_and_refuses_a_broken_one(
    catalog: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private = f"private: {{name: edp, file: none.yaml, digest: 'sha256:{'0' * 64}'}}"
    (catalog / "discounts.yaml").write_text(f"as_of: 2026-11-27\n{private}\n")
    assert main.run(["prices", "verify", "--catalog", str(catalog)]) == 0
    assert "the private file edp is needed" in capsys.readouterr().err
    assert main.run(["plan", "dev", "--catalog", str(catalog)]) == 2
    (catalog / "discounts.yaml").write_text("as_of: 2026-11-27\nagreement: {}\n")
    assert main.run(["prices", "verify", "--catalog", str(catalog)]) == 2
