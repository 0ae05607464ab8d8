"""`poolwright plan` on catalogs at their edges: a plan whose bound is no higher, or one error with code 2."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from poolwright.cli.plan import run
from solver.errors import InputError

ROOT = Path(__file__).resolve().parents[3]
Rows = list[dict[str, str]]
Plan = Callable[..., dict[str, Any]]
HELD = {"kind": "compute-savings-plan", "years": 1, "payment": "no-upfront", "usd_per_hour": 500}
NEW = {"kind": "compute-savings-plan", "years": 1, "payment": "no-upfront"}


def as_they_are(rows: Rows) -> Rows:
    return rows


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Plan:
    """Plans a small stack with these edits, of the demand and of the rows of the price table."""
    monkeypatch.chdir(ROOT)
    catalog = tmp_path / "catalog"
    shutil.copytree(ROOT / "tests" / "cases" / "catalog", catalog)

    def plan(rows: Callable[[Rows], Rows] = as_they_are, **purchase: object) -> dict[str, Any]:
        table = catalog / "regions" / "eu-west-1" / "machine_prices.csv"
        lines = [line for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
        reader = csv.DictReader(lines)
        out = io.StringIO()
        writer = csv.DictWriter(out, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(list(reader)))
        table.write_text(out.getvalue(), "utf-8")
        variant = {"cpu": "900m", "memory": "1536Mi", "architecture": "arm64", "throughput_per_second": 30}
        service = {
            "kind": "service",
            "exposure": "internal",
            "image": {"framework": "other"},
            "load": {"constant_per_second": 100},
            "interruptible_share": 0.5,
            "variants": {"arm64": {**variant, "source": "made up"}},
        }
        stack = tmp_path / "shop.yaml"
        content = {
            "owner": "tests",
            "sites": {"main": {"region": "eu-west-1", "zones": 2, "network": {"cidr": "10.20.0.0/16"}}},
            "workloads": {"basket": service},
            "compliance": {"profile": "none"},
            "purchase": purchase,
        }
        stack.write_text(yaml.safe_dump(content), "utf-8")
        run("shop", as_json=True, demand=stack, catalog=catalog)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        proof = found["proof"]
        assert 0 < proof["bound_usd_per_month"] <= proof["cost_usd_per_month"]
        assert "bill recomputed" in proof["witness"]
        return found

    return plan


def machines_of(plan: dict[str, Any]) -> set[str]:
    return {group["machine_types"][0] for group in plan["sites"]["main"]["compute"]["node_groups"]}


def priced(price: str) -> Callable[[Rows], Rows]:
    """All machines at one price, however they are bought."""
    columns = ("on_demand", "spot", "standard", "convertible")

    def edit(rows: Rows) -> Rows:
        return [
            {key: price if key.startswith(columns) and key != "spot_by_zone" else value for key, value in row.items()}
            | {"spot_by_zone": ""}
            for row in rows
        ]

    return edit


def test_at_the_highest_price_the_cheaper_machines_are_taken(planned: Plan) -> None:
    def dear(rows: Rows) -> Rows:
        return [row if row["type"] == "c7g.large" else row | {"on_demand": "1000000", "spot": ""} for row in rows]

    assert machines_of(planned(dear)) == {"c7g.large"}
    assert planned(priced("1000000"), spot=True)["proof"]["cost_usd_per_month"] > 1e9


def test_where_all_prices_are_equal_the_machines_that_hold_most_are_taken(planned: Plan) -> None:
    plan = planned(priced("0.1"), spot=True, commitments=[NEW])
    assert machines_of(plan) == {"c7g.xlarge"}
    assert plan["proof"]["gap"] <= 0.005


def test_one_machine_type_is_enough(planned: Plan) -> None:
    def one(rows: Rows) -> Rows:
        return [row for row in rows if row["type"] == "m7g.large"]

    assert machines_of(planned(one)) == {"m7g.large"}


def test_more_held_than_is_needed_leaves_nothing_to_buy(planned: Plan) -> None:
    plan = planned(spot=True, held=[HELD], commitments=[NEW])
    assert not plan["sites"]["main"]["compute"]["commitments"]
    assert plan["proof"]["gap"] <= 0.005


@pytest.mark.parametrize("price", ["0", "1000001", "1e300", "-1"])
def test_a_price_that_can_not_be_is_told_by_row_and_column(planned: Plan, price: str) -> None:
    def wrong(rows: Rows) -> Rows:
        return [rows[0] | {"on_demand": price}, *rows[1:]]

    with pytest.raises(InputError) as refused:
        planned(wrong)
    (problem,) = refused.value.problems
    assert problem.file.endswith("eu-west-1/machine_prices.csv")
    assert (problem.line, problem.found) == (2, f'"{price}"')
    assert problem.path.endswith(".on_demand")
    assert "above 0 and at most 1,000,000 USD is allowed" in problem.allowed
    assert refused.value.exit_code == 2


def test_of_thousands_of_mistakes_the_first_are_listed_and_the_rest_counted(planned: Plan) -> None:
    def unknown(rows: Rows) -> Rows:
        return [rows[0] | {"type": f"c9{number}.large"} for number in range(3000)]

    with pytest.raises(InputError) as refused:
        planned(unknown)
    assert len(refused.value.problems) == 201
    assert "2,800 more mistakes are not listed" in str(refused.value)
