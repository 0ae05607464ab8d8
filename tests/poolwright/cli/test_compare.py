"""`poolwright compare` as a user types it: one table of places, what is missing where, and who may not go there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from poolwright.price_tables.comparison_tables import AWS, read_clouds
from solver.catalog.digest import catalog_digest, default_catalog_path
from solver.catalog.loader import load_catalog
from solver.errors import CatalogError
from solver.inputs import read_inputs
from solver.plan.lock import read_lock
from solver.solve import solve
from tests.poolwright.cli.one_service import ONE_SERVICE, ROOT, make_project

STACK = (
    ONE_SERVICE
    + """
storage:
  objects:
    kind: bucket
    written_gib_per_month: 365
    object_mib: 1
    retention_days: 100
    access: [{from_days: 0, reads_per_object_month: 1, retrieved_share_per_month: 1}]
"""
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one stack, `one`."""
    make_project(tmp_path, {"one": STACK})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compare(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert main.run(["compare", "one", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def place(found: dict[str, Any], cloud: str, region: str, how: str = "plain") -> dict[str, Any]:
    (only,) = [each for each in found["places"] if (each["cloud"], each["region"], each["how"]) == (cloud, region, how)]
    return only


def test_another_region_costs_what_a_plan_there_does(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = compare(capsys, "--cloud", "aws", "--region", "eu-west-1")
    moved = project / "moved.yaml"
    moved.write_text(STACK.replace("us-east-1", "eu-west-1"))
    inputs = read_inputs(project, "one", demand_file=moved)
    plan = solve(inputs.loaded.demand, inputs.catalog())
    there, home = place(found, "aws", "eu-west-1", "plan"), place(found, "aws", "us-east-1", "plan")
    assert there["total_usd_per_month"] == plan.proof.cost_usd_per_month
    assert (there["built"], there["country"], there["gap"]) == (True, "IE", plan.proof.gap)
    percent = (there["total_usd_per_month"] / home["total_usd_per_month"] - 1) * 100
    assert there["difference_percent"] == pytest.approx(percent, abs=0.05)
    # 365 GiB a month for 100 days are 1,200 GiB, at 2 cents to another region.
    assert (found["kept_gib"], there["transfer_once_usd"], home["transfer_once_usd"]) == (1200.0, 24.0, 0.0)
    assert found["places"][0]["home"]


def test_other_clouds_are_plain_machines_against_plain_machines(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = compare(capsys, "--cloud", "gcp", "--region", "us-east4", "--region", "eu-west-1")
    assert [(each["cloud"], each["how"]) for each in found["places"]] == [
        ("aws", "plan"),
        ("aws", "plain"),
        ("gcp", "plain"),
    ]
    there, home = place(found, "gcp", "us-east4"), place(found, "aws", "us-east-1")
    assert not there["built"]
    assert there["other_pools_usd_per_month"] == home["other_pools_usd_per_month"]
    assert there["total_usd_per_month"] == pytest.approx(
        there["machines_usd_per_month"] + there["other_pools_usd_per_month"]
    )
    assert there["difference_percent"] == pytest.approx(
        (there["total_usd_per_month"] / home["total_usd_per_month"] - 1) * 100, abs=0.05
    )
    # To the internet: 1,200 GiB at 9 cents.
    assert there["transfer_once_usd"] == pytest.approx(108.0)
    assert main.run(["compare", "one", "--cloud", "gcp", "--region", "us-east4"]) == 0
    said = capsys.readouterr().out
    assert "Poolwright builds AWS and Docker hosts; other clouds are for comparison only." in said
    assert "Google Cloud: prices of 2026-08-03" in said


def test_what_a_place_does_not_have_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only_inferentia = (
        "\n      chip: {cpu: 2, memory: 4Gi, accelerator: {model: inferentia2}, throughput_per_second: 900, source: x}"
    )
    stack = project / "stacks/one.yaml"
    text = STACK.replace(
        '\n      cpu: {cpu: 2, memory: 4Gi, throughput_per_second: 20, source: "test, 2026-11-01"}', only_inferentia
    )
    stack.write_text(
        text.replace('["m7i.*", "c7i.*"]', '["inf2.*"]').replace("zones: 2", "zones: [use1-az4, use1-az6]")
    )
    found = compare(capsys, "--region", "eu-west-1", "--region", "us-east4")
    assert place(found, "gcp", "us-east4")["missing"] == ["web: no machine with inferentia2 that holds a replica"]
    assert place(found, "gcp", "us-east4")["total_usd_per_month"] is None
    (zones, *_) = place(found, "aws", "eu-west-1", "plan")["missing"]
    assert 'sites.main.zones.0: "use1-az4"' in zones and "zone of eu-west-1" in zones
    assert not place(found, "aws", "eu-west-1", "plan")["built"]


def test_what_is_pinned_is_offered_in_its_own_country_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "stacks/one.yaml").write_text(STACK.replace("    kind: bucket\n", "    kind: bucket\n    site: main\n"))
    found = compare(
        capsys, "--region", "us-west-2", "--region", "europe-west3", "--region", "us-east4", "--region", "*"
    )
    assert place(found, "gcp", "europe-west3")["missing"] == ["objects: pinned to site main, in US"]
    assert place(found, "oci", "*")["missing"] == ["objects: pinned to site main, in US"]
    assert place(found, "gcp", "europe-west3")["total_usd_per_month"] is None
    assert place(found, "aws", "us-west-2", "plan")["built"]
    assert place(found, "gcp", "us-east4")["total_usd_per_month"] > 0


def test_countries_can_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = compare(capsys, "--cloud", "gcp", "--cloud", "azure", "--country", "de")
    offered = {(each["cloud"], each["region"]) for each in found["places"] if each["total_usd_per_month"] is not None}
    assert offered == {("aws", "us-east-1"), ("gcp", "europe-west3"), ("azure", "germanywestcentral")}
    assert place(found, "gcp", "us-east4")["missing"] == ["only DE may be offered"]


def test_wrong_names_are_told_with_those_that_exist(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["--cloud", "azur"], "Did you mean azure?"),
        (["--region", "eu-west-9"], "Did you mean eu-west-1"),
        (["--site", "mian"], "one of main is needed"),
        (["--country", "de", "--country", "xx"], "--country: found XX; one of "),
    ):
        assert main.run(["compare", "one", *arguments]) == 2
        assert said in capsys.readouterr().err


def test_the_same_stack_gives_the_same_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [compare(capsys, "--region", "us-east4", "--region", "eastus") for _ in range(2)]
    assert answers[0] == answers[1]


def test_the_tables_are_whole_and_no_lock_depends_on_them(tmp_path: Path) -> None:
    clouds = read_clouds(default_catalog_path())
    assert set(clouds.entries) == {"aws", "azure", "gcp", "oci"}
    assert set(load_catalog().regions) <= set(clouds.entries[AWS].regions)
    for place_of, machines in clouds.machines.items():
        assert len(machines) > 40, place_of
        assert all(each.usd_per_hour > (each.spot_usd_per_hour or 0) for each in machines)
    shutil.copytree(default_catalog_path(), tmp_path / "catalog")
    before = catalog_digest(tmp_path / "catalog", ["us-east-1"])
    prices = tmp_path / "catalog/comparison/gcp/prices.csv"
    prices.write_text(prices.read_text() + "mars-1,n2-standard-2,0.1,0.2\nus-east4,n2-standard-9,-1,\n")
    assert catalog_digest(tmp_path / "catalog", ["us-east-1"]) == before
    with pytest.raises(CatalogError) as error:
        read_clouds(tmp_path / "catalog")
    said = str(error.value)
    assert 'found "mars-1"; a region that clouds.yaml has is allowed' in said
    assert '"n2-standard-9"; a type that machines.csv has is allowed. Did you mean' in said
    assert 'us-east4.on_demand: found "-1"' in said


def test_no_figure_of_a_licence_that_forbids_it_is_carried_over() -> None:
    """Azure's spot prices are known from a compilation under AGPL-3.0 alone."""
    clouds = read_clouds(default_catalog_path())
    azure = [each for (cloud, _), machines in clouds.machines.items() if cloud == "azure" for each in machines]
    assert azure and not any(each.spot_usd_per_hour for each in azure)
    assert all(
        "AGPL" not in origin.licence for entry in clouds.entries.values() for origin in (entry.prices, entry.sizes)
    )


def test_the_shipped_stack_is_compared_from_its_lock(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main.run(["compare", "dev", "--cloud", "gcp", "--region", "us-east4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    lock = read_lock(ROOT / "stacks/dev.lock.yaml")
    assert found["places"][0]["total_usd_per_month"] == lock.proof.cost_usd_per_month
