"""`poolwright prices show`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import prices
from solver.catalog.digest import default_catalog_path
from solver.errors import CatalogError, ConfigError


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed on standard output; nothing else was printed."""
    said = capsys.readouterr()
    assert said.err == ""
    return said.out.splitlines()


def test_one_type_is_shown_with_its_prices_source_and_date(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="us-east-1", machine_type="g5.xlarge")
    head, row = lines(capsys)
    named = "region machine type vCPU memory accelerator zones on demand spot from best 1 year best 3 years source date"
    assert " ".join(head.split()) == named
    assert row.startswith("us-east-1  g5.xlarge")
    for part in ("16Gi", "1 × a10g", "use1-az6 use1-az2", "1.0060", "0.4328", "karpenter-2026-07-20", "2026-07-20"):
        assert part in row


def test_a_pattern_shows_sizes_from_small_to_large_in_each_region(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(machine_type="inf2.*")
    rows = [line.split()[:2] for line in lines(capsys)[1:]]
    assert rows[:4] == [["ap-northeast-1", f"inf2.{size}"] for size in ("xlarge", "8xlarge", "24xlarge", "48xlarge")]
    assert len(rows) == 24


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="eu-west-1", machine_type="c7g.*")
    found = lines(capsys)
    column = found[0].index("on demand")
    assert all(line[column - 1] == " " for line in found)


@pytest.mark.parametrize(
    ("option", "heads"),
    [
        ("on-demand", ["zones", "on demand"]),
        ("spot", ["spot by zone", "interruptions"]),
        ("reserved", ["standard reserved, 1 y", "convertible reserved, 3 y"]),
        ("savings-plan", ["instance savings plan, 1 y", "compute savings plan, 3 y"]),
    ],
)
def test_an_option_shows_its_prices_in_detail(
    capsys: pytest.CaptureFixture[str], option: str, heads: list[str]
) -> None:
    prices.show(region="us-east-1", machine_type="g5.xlarge", purchase_option=option)
    head, row = lines(capsys)
    assert all(name in head for name in heads)
    assert "1.0060" in row


def test_spot_is_shown_by_zone(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="us-east-1", machine_type="g5.xlarge", purchase_option="spot")
    assert "use1-az1=0.4328" in lines(capsys)[1]


def test_an_option_leaves_out_types_that_are_not_sold_so(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="us-east-1", machine_type="c8i.*")
    every = len(lines(capsys))
    prices.show(region="us-east-1", machine_type="c8i.*", purchase_option="on-demand")
    assert len(lines(capsys)) == every
    with pytest.raises(ConfigError, match="sold as spot"):
        prices.show(region="us-east-1", machine_type="c8i.*", purchase_option="spot")


def test_json_has_a_schema_version_and_all_prices(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="us-east-1", machine_type="g6f.large", as_json=True)
    data: dict[str, Any] = json.loads("\n".join(lines(capsys)))
    assert data["schema_version"] == 1
    (offering,) = data["offerings"]
    assert offering["accelerator"] == {"kind": "gpu", "model": "l4", "count": 0, "share": 0.125, "memory_mib": 2861}
    assert offering["on_demand_usd_per_hour"] == 0.202
    assert offering["commitments"] == []
    assert offering["source_date"] == "2026-07-20"


def test_json_with_an_option_has_the_prices_of_that_option_only(capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(region="us-east-1", machine_type="c7g.large", purchase_option="savings-plan", as_json=True)
    (offering,) = json.loads("\n".join(lines(capsys)))["offerings"]
    assert "on_demand_usd_per_hour" not in offering
    assert {found["kind"] for found in offering["commitments"]} == {"instance-savings-plan", "compute-savings-plan"}
    assert len(offering["commitments"]) == 12


def test_a_terminal_gets_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    prices.show(region="us-east-1", machine_type="g5.xlarge")
    assert any("─" in line for line in capsys.readouterr().out.splitlines())


def test_wrong_arguments_are_named_with_what_is_allowed() -> None:
    with pytest.raises(CatalogError, match="Did you mean us-east-1"):
        prices.show(region="us-est-1")
    with pytest.raises(ConfigError, match=r"Did you mean c7g\.xlarge"):
        prices.show(region="us-east-1", machine_type="c7g.xlage")
    with pytest.raises(ConfigError, match="on-demand, spot, reserved, savings-plan are allowed"):
        prices.show(purchase_option="spots")


def test_another_catalog_can_be_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(default_catalog_path(), folder, ignore=shutil.ignore_patterns("ap-*", "us-*"))
    prices.show(machine_type="g5.xlarge", catalog=folder)
    assert [line.split()[0] for line in lines(capsys)[1:]] == ["eu-central-1", "eu-west-1"]
