"""`poolwright prices verify`: ages, holes, and prices that are odd."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main, prices_verify
from solver.catalog.digest import default_catalog_path
from solver.errors import StaleError
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog, write_small_catalog


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalog:
    return write_small_catalog(tmp_path / "catalog")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed on standard output; nothing else was printed."""
    said = capsys.readouterr()
    assert said.err == ""
    return said.out.splitlines()


def odd(small: SmallCatalog, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> list[tuple[str, str]]:
    """Kind and subject of each oddity."""
    assert main.run(["prices", "verify", "--catalog", str(small.root), "--json", *more]) == code
    found = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")
    return [(each["kind"], each["subject"]) for each in found["oddities"]]


def test_a_sound_table_has_nothing_odd(small: SmallCatalog, capsys: pytest.CaptureFixture[str]) -> None:
    assert odd(small, capsys, "--gate") == []
    assert main.run(["prices", "verify", "--catalog", str(small.root)]) == 0
    assert lines(capsys)[-1] == "Nothing is odd."


def test_a_size_off_its_family_is_found_and_the_limit_is_the_user_s(
    small: SmallCatalog, capsys: pytest.CaptureFixture[str]
) -> None:
    small.set_cell(PRICES, "c7g.4xlarge,", "on_demand", "0.72")
    assert ("size", "c7g.4xlarge") in odd(small, capsys, "--gate", code=5)
    assert ("size", "c7g.4xlarge") not in odd(small, capsys, "--jump", "20")


def test_a_region_off_what_the_family_does_elsewhere_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A GPU's price follows no vCPU; other regions tell it."""
    folder = tmp_path / "catalog"
    shutil.copytree(default_catalog_path(), folder)
    copy = SmallCatalog(folder)
    copy.set_cell("regions/eu-central-1/machine_prices.csv", "g5.12xlarge,", "on_demand", "5.5")
    assert ("region", "g5.12xlarge") in odd(copy, capsys)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("spot", "0.9", "spot-above"),
        ("spot", "0.0009", "spot-low"),
        ("standard_3y_no_upfront", "0.060", "terms"),
        ("standard_1y_no_upfront", "0.065", "terms"),
    ],
)
def test_what_aws_does_not_sell_so_is_found(
    small: SmallCatalog, capsys: pytest.CaptureFixture[str], column: str, value: str, kind: str
) -> None:
    small.set_cell(PRICES, "c7g.large,", column, value)
    found = odd(small, capsys)
    assert found and set(found) == {(kind, "c7g.large")}


def test_a_price_of_zero_is_no_table_at_all(small: SmallCatalog, capsys: pytest.CaptureFixture[str]) -> None:
    small.set_cell(PRICES, "c7g.large,", "on_demand", "0")
    assert main.run(["prices", "verify", "--catalog", str(small.root)]) == 2
    assert 'c7g.large.on_demand: found "0"' in capsys.readouterr().err


def test_jumps_are_those_of_a_family_together_and_of_prices_that_go_alone(
    small: SmallCatalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tmp_path / "before"
    shutil.copytree(small.root, before)
    for line in small.text(PRICES).splitlines():
        cells = line.split(",")
        if cells[0].startswith("g5."):
            factor = 1.5 if cells[0] == "g5.2xlarge" else 0.8
            small.set_cell(PRICES, f"{cells[0]},", "on_demand", f"{float(cells[2]) * factor:.5f}")
    found = odd(small, capsys, "--against", str(before))
    assert [each for each in found if each[0] == "jump"] == [("jump", "g5"), ("jump", "g5.2xlarge")]
    assert main.run(["prices", "verify", "--catalog", str(small.root), "--against", str(before)]) == 0
    said = lines(capsys)
    assert any("on-demand prices moved by -20.0 % together" in line for line in said)
    assert any("g5.2xlarge: on-demand " in line and "(+50.0 %)" in line for line in said)
    assert main.run(["prices", "verify", "--against", "nothing"]) == 2


def test_age_goes_before_oddities(small: SmallCatalog, capsys: pytest.CaptureFixture[str]) -> None:
    small.set_cell(PRICES, "c7g.4xlarge,", "on_demand", "0.72")
    odd(small, capsys, "--gate", "--max-age-days", "10", "--on", "2026-11-27", code=4)


def test_verify_lists_what_was_left_out_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    prices_verify.run(region="us-east-1", today=date(2026, 11, 24))
    found = lines(capsys)
    region, machine_types, priced, _, _, _, newest, days, _ = found[1].split()
    assert (region, newest, days) == ("us-east-1", "2026-07-20", "127")
    assert int(machine_types) > int(priced) > 1200
    assert any(line.strip().startswith("us-east-1 inf2.48xlarge: spot in use1-az2") for line in found)
    assert any("g5g: 6 offered types have no ECS-optimised image" in line for line in found)


def test_verify_as_json_has_tables_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    prices_verify.run(region="us-east-1", as_json=True, today=date(2026, 11, 24))
    data: dict[str, Any] = json.loads("\n".join(lines(capsys)))
    assert data["tables"][0]["age_days"] == 127
    assert {note["kind"] for note in data["notes"]} == {"dropped", "hole"}


def test_verify_says_when_prices_are_too_old() -> None:
    prices_verify.run(region="us-east-1", max_age_days=200, today=date(2026, 11, 24))
    with pytest.raises(StaleError, match="older than 200 days, or undated: eu-west-1"):
        prices_verify.run(region="eu-west-1", max_age_days=200, today=date(2026, 11, 24))
