"""`poolwright prices refresh` as a user types it, against recorded answers of AWS, on a small catalog."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from poolwright.cli import main
from poolwright.price_tables import asking
from solver.catalog.digest import catalog_digest
from solver.catalog.loader import load_catalog
from solver.catalog.prices import CommitmentTerm
from solver.vocabulary import CommitmentKind, Payment
from tests.poolwright.price_tables.recorded import REGION, Played, known_type, plan_rate, product, reservation, spot
from tests.solver.catalog.small_catalog import PRICES, SmallCatalog, write_small_catalog

DAY = "2026-11-27"
KEY = f"price-list-{REGION}"


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalog:
    return write_small_catalog(tmp_path / "catalog")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Played:
    played = Played()
    monkeypatch.setattr(asking, "clients", played.clients)
    return played


def rows(small: SmallCatalog) -> dict[str, dict[str, str]]:
    """The price table's rows by machine type."""
    lines = [line.split(",") for line in small.text(PRICES).splitlines() if not line.startswith("#")]
    return {cells[0]: dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]}


def as_it_is(small: SmallCatalog) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
    """Zones and products that say what the table says."""
    zones = {name: row["zones"].split() for name, row in rows(small).items()}
    offerings = load_catalog(small.root).offerings(REGION)
    products: dict[str, dict[str, Any]] = {}
    for offering in offerings:
        row = rows(small)[offering.machine.name]
        terms = [
            reservation(kind, years, payment, hourly=row[f"{kind}_{years}y_{payment.lower().replace(' ', '_')}"])
            for kind in ("standard", "convertible")
            for years in (1, 3)
            for payment in ("No Upfront", "Partial Upfront", "All Upfront")
            if row[f"{kind}_{years}y_{payment.lower().replace(' ', '_')}"]
        ]
        if row["on_demand"]:
            products[offering.machine.name] = product(offering.machine.name, row["on_demand"], reserved=terms)
    return zones, products


def refresh(small: SmallCatalog, *more: str) -> int:
    others = () if "--savings-plans" in more else ("--no-savings-plans",)
    return main.run(["prices", "refresh", "--catalog", str(small.root), "--on", DAY, *others, *more])


def lines_that_differ(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_a_moved_price_is_one_changed_line_once_the_source_is_the_price_list(
    small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    zones, products = as_it_is(small)
    aws.offers(zones)
    aws.price_list(list(products.values()))
    assert refresh(small, "--no-spot", "--write") == 0
    first = small.text(PRICES)
    assert {row["source"] for row in rows(small).values() if row["on_demand"]} == {KEY}
    assert f"commitments: {KEY}" in small.text(f"regions/{REGION}/region.yaml")
    assert f"# commitments: {KEY}, effective rate" in first
    digest = catalog_digest(small.root, [REGION])

    aws.offers(zones)
    aws.price_list(list(products.values()))
    assert refresh(small, "--no-spot", "--write", "--on", "2026-12-01") == 0
    assert small.text(PRICES) == first
    assert catalog_digest(small.root, [REGION]) == digest
    assert load_catalog(small.root).price_table(REGION).source_date == date(2026, 12, 1)

    aws.offers(zones)
    products["c7g.large"] = product("c7g.large", "0.0700000000")
    aws.price_list(list(products.values()))
    capsys.readouterr()
    assert refresh(small, "--no-spot", "--write", "--on", "2026-12-02") == 0
    (line,) = lines_that_differ(first, small.text(PRICES))
    assert line.startswith("c7g.large,")
    assert "c7g.large on_demand: 0.0775 → 0.07 (-9.7%)" in capsys.readouterr().out
    assert catalog_digest(small.root, [REGION]) != digest
    aws.all_asked()


def test_without_write_nothing_is_touched(small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()}
    zones, products = as_it_is(small)
    aws.offers(zones)
    aws.price_list([product("c7g.large", "0.07") if name == "c7g.large" else each for name, each in products.items()])
    assert refresh(small, "--no-spot") == 0
    said = capsys.readouterr()
    assert "nothing written; --write changes 3 files" in said.err
    assert "c7g.large on_demand: 0.0775 → 0.07" in said.out
    assert {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()} == before


def test_reservations_are_effective_rates_and_those_that_are_no_longer_sold_go(
    small: SmallCatalog, aws: Played
) -> None:
    zones, products = as_it_is(small)
    aws.offers(zones)
    products["c7g.large"] = product(
        "c7g.large", "0.0775", reserved=[reservation("standard", 1, "All Upfront", upfront="394.2")]
    )
    aws.price_list(list(products.values()))
    assert refresh(small, "--no-spot", "--write") == 0
    sold = load_catalog(small.root).offering(REGION, "c7g.large").commitments
    assert {term: usd for term, usd in sold.items() if term.kind is CommitmentKind.STANDARD_RESERVED} == {
        CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.ALL_UPFRONT): 0.045
    }


def test_spot_is_by_zone_and_small_moves_stay(small: SmallCatalog, aws: Played) -> None:
    zones, products = as_it_is(small)

    def ask(usd: str, *more: str) -> str:
        aws.offers(zones)
        aws.price_list(list(products.values()))
        each = [spot(name, "eu-west-1a", "0.03", "10 00:00") for name in zones if name != "c7g.large"]
        aws.spot_history([*each, spot("c7g.large", "eu-west-1a", usd, "01 00:00")])
        assert refresh(small, "--write", *more) == 0
        return rows(small)["c7g.large"]["spot_by_zone"]

    assert ask("0.0400") == "euw1-az2=0.04"
    assert ask("0.0411") == "euw1-az2=0.04"
    assert ask("0.0411", "--spot-step", "1") == "euw1-az2=0.0411"
    offering = load_catalog(small.root).offering(REGION, "c7g.large")
    assert offering.spot_usd_per_hour["euw1-az2"] == 0.0411
    assert f"spot_by_zone: spot-history-{REGION}" in small.text(f"regions/{REGION}/region.yaml")


def test_a_new_type_is_a_row_in_its_family_s_order_and_an_incomplete_one_is_listed(
    small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    zones, products = as_it_is(small)
    before = small.text(PRICES)
    new = {name: ["euw1-az1", "euw1-az3"] for name in ("c8g.xlarge", "c7gn.large", "t4g.small", "m4.large")}
    aws.offers({**zones, **new})
    aws.price_list([*products.values(), product("c8g.xlarge", "0.1700"), product("c7gn.large", "0.1100")])
    aws.types([known_type(name) for name in new])
    assert refresh(small, "--no-spot", "--write", "--json") == 0
    (region,) = json.loads(capsys.readouterr().out)["regions"]
    assert region["added"] == ["c7gn.large", "c8g.xlarge"]
    assert region["incomplete"] == {"t4g.small": ["cpu_baseline_percent"]}
    assert region["older_generations"] == ["m4.large"]
    tables = load_catalog(small.root)
    assert tables.machine("c8g.xlarge").branch_enis == 0
    assert tables.offering(REGION, "c8g.xlarge").on_demand_usd_per_hour == 0.17
    assert set(tables.offering(REGION, "c8g.xlarge").zones) == {"euw1-az1", "euw1-az3"}
    names = list(rows(small))
    assert names.index("c7g.metal") + 1 == names.index("c7gn.large")
    assert names.index("c7gn.large") + 1 == names.index("c8g.xlarge")
    kept = [line.split(",")[:4] for line in before.splitlines() if line[:1] != "#"]
    assert kept == [
        line.split(",")[:4]
        for line in small.text(PRICES).splitlines()
        if line[:1] != "#" and not line.startswith(("c8g.", "c7gn."))
    ]


def test_what_the_price_list_no_longer_has_keeps_its_price_and_the_day_of_it(
    small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    zones, products = as_it_is(small)
    aws.offers(zones)
    aws.price_list(list(products.values()))
    assert refresh(small, "--no-spot", "--write") == 0
    del products["t3.nano"]
    del zones["t3.micro"]
    aws.offers(zones)
    aws.price_list(["{", *products.values()])
    capsys.readouterr()
    assert refresh(small, "--no-spot", "--write", "--on", "2026-12-24") == 0
    said = capsys.readouterr().out
    assert "1 not in the price list: price and source stay: t3.nano" in said
    assert "1 offered in no zone any more: remove their rows: t3.micro" in said
    assert "1 could not be read: no JSON: {" in said
    tables = load_catalog(small.root)
    dates = {name: tables.offering(REGION, name).source for name in ("t3.nano", "t3.small")}
    assert {name: source.date for name, source in dates.items() if source} == {
        "t3.nano": date(2026, 11, 27),
        "t3.small": date(2026, 12, 24),
    }


@pytest.mark.parametrize("lost", ["offers", "price list", "spot"])
def test_an_answer_that_is_not_whole_writes_nothing(
    small: SmallCatalog, aws: Played, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()}
    zones, products = as_it_is(small)
    aws.offers(dict(list(zones.items())[:5]) if lost == "offers" else zones)
    if lost != "offers":
        aws.price_list([] if lost == "price list" else list(products.values()))
    if lost == "spot":
        aws.spot_history([])
    assert refresh(small, "--write") == 6
    assert "it is not whole" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("code", "of", "exit_code"),
    [
        ("UnauthorizedOperation", "describe_instance_type_offerings", 2),
        ("ExpiredTokenException", "get_products", 2),
        ("InternalErrorException", "get_products", 6),
    ],
)
def test_a_no_of_aws_is_one_error_with_a_hint(
    small: SmallCatalog, aws: Played, code: str, of: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    if of == "get_products":
        aws.offers(as_it_is(small)[0])
    aws.refuses(code, of=of)
    assert refresh(small, "--write") == exit_code
    said = capsys.readouterr().err
    assert code in said
    assert ("pricing:GetProducts" if exit_code == 2 else "Nothing was written") in said


def test_without_credentials_or_boto3_there_is_one_error_with_a_hint(
    small: SmallCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(small.root / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(small.root / "none"))
    assert refresh(small) == 2
    assert "aws sso login" in capsys.readouterr().err

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(asking, "import_module", missing)
    assert refresh(small) == 2
    assert "pip install 'poolwright[aws]'" in capsys.readouterr().err


def test_a_file_that_can_t_be_written_puts_the_others_back(
    small: SmallCatalog, aws: Played, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from solver.plan import whole_file
    from solver.plan.whole_file import write_whole

    before = {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()}
    zones, products = as_it_is(small)
    aws.offers({**zones, "c8g.xlarge": ["euw1-az1"]})
    aws.price_list([*products.values(), product("c8g.xlarge", "0.17")])
    aws.types([known_type("c8g.xlarge")])

    def full(path: Path, text: bytes) -> None:
        if path.name == "machine_prices.csv":
            raise OSError("no space left on device")
        write_whole(path, text)

    monkeypatch.setattr(whole_file, "write_whole", full)
    assert refresh(small, "--no-spot", "--write") == 1
    assert "can't be written, and is as it was: no space left" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in small.root.rglob("*") if path.is_file()} == before


def test_each_file_in_turn_leaves_a_catalog_that_can_be_read(
    small: SmallCatalog, aws: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies between two files leaves no broken folder."""
    from solver.plan import whole_file
    from solver.plan.whole_file import write_whole

    zones, products = as_it_is(small)
    aws.offers({**zones, "c8g.xlarge": ["euw1-az1"]})
    aws.price_list([*products.values(), product("c8g.xlarge", "0.17")])
    aws.types([known_type("c8g.xlarge")])
    read: list[str] = []

    def then_read(path: Path, text: bytes) -> None:
        write_whole(path, text)
        load_catalog(small.root)
        read.append(path.name)

    monkeypatch.setattr(whole_file, "write_whole", then_read)
    assert refresh(small, "--no-spot", "--write") == 0
    assert read == ["c8g.csv", "sources.yaml", "region.yaml", "machine_prices.csv"]


def test_wrong_arguments_are_named(small: SmallCatalog, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(small, "--region", "eu-west-9") == 2
    assert "Did you mean eu-west-1" in capsys.readouterr().err
    assert refresh(small, "--spot-days", "0") == 2
    assert refresh(small, "--on", "yesterday") == 2


def test_savings_plans_get_a_table_of_their_own_that_goes_before_what_is_derived(
    small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    zones, products = as_it_is(small)
    instance = CommitmentTerm(CommitmentKind.INSTANCE_SAVINGS_PLAN, 1, Payment.NO_UPFRONT)
    compute = CommitmentTerm(CommitmentKind.COMPUTE_SAVINGS_PLAN, 3, Payment.ALL_UPFRONT)
    derived = load_catalog(small.root).offering(REGION, "c7g.large").commitments

    sizes = ("xlarge", "2xlarge", "4xlarge", "8xlarge")
    always = [plan_rate(f"c7g.{size}", "Compute", 1, "No Upfront", "0.05") for size in sizes]

    def ask(*rates: dict[str, Any]) -> int:
        aws.offers(zones)
        aws.price_list(list(products.values()))
        aws.savings_plans([*always, *rates])
        return refresh(small, "--no-spot", "--savings-plans", "--write")

    first = plan_rate("c7g.large", "EC2Instance", 1, "No Upfront", "0.0500000000")
    second = plan_rate("c7g.large", "Compute", 3, "All Upfront", "0.03712345")
    assert (
        ask(
            first,
            second,
            plan_rate("c7g.medium", "Compute", 1, "No Upfront", "9"),
            plan_rate("g5.xlarge", "Compute", 1, "No Upfront", "0.8"),
            plan_rate("g5.xlarge", "Compute", 1, "No Upfront", "0.9"),
            plan_rate("t3.nano", "Compute", 1, "No Upfront", "none"),
            plan_rate("c7g.large", "Compute", 1, "No Upfront", "0.06", usageType="EU-UnusedBox:c7g.large"),
            plan_rate("x9.large", "Compute", 1, "No Upfront", "0.06"),
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "two rates of compute-savings-plan 1y no-upfront" in said and "t3.nano: none a Hrs" in said
    rates = load_catalog(small.root).offering(REGION, "c7g.large").commitments
    assert rates[instance] == 0.05 and rates[compute] == 0.037123
    assert {term for term in rates if term.kind in (instance.kind, compute.kind)} == {instance, compute}
    assert all(rates[term] == derived[term] for term in derived if term.kind not in (instance.kind, compute.kind))
    # A rate above on demand saves nothing; what has no row has derived rates.
    tables = load_catalog(small.root)
    assert not [term for term in tables.offering(REGION, "c7g.medium").commitments if term.kind is compute.kind]
    assert [term for term in tables.offering(REGION, "t3.small").commitments if term.kind is compute.kind]
    file = f"regions/{REGION}/savings_plan_prices.csv"
    before, digest = small.text(file), catalog_digest(small.root, [REGION])
    assert ask(first, second, plan_rate("c7g.medium", "Compute", 1, "No Upfront", "9")) == 0
    assert (small.text(file), catalog_digest(small.root, [REGION])) == (before, digest)
    assert ask(first, second) == 0
    names = [line.split(",")[0] for line in small.text(file).splitlines()[2:]]
    assert names == [f"c7g.{size}" for size in ("large", *sizes)]
    aws.all_asked()


def test_an_answer_with_few_savings_plans_is_not_whole(
    small: SmallCatalog, aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    zones, products = as_it_is(small)
    for rates in (["c7g.large", "c7g.xlarge", "c7g.2xlarge", "c7g.4xlarge"], ["c7g.large"]):
        aws.offers(zones)
        aws.price_list(list(products.values()))
        aws.savings_plans([plan_rate(name, "Compute", 1, "No Upfront", "0.04") for name in rates])
        code = refresh(small, "--no-spot", "--savings-plans", "--write")
        assert code == (0 if len(rates) == 4 else 6)
    assert "DescribeSavingsPlansOfferingRates has 1 of the 4 machine types" in capsys.readouterr().err
