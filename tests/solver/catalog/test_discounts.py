"""Discounts: taken off the prices that they name, on the day that they count for, from a file that may be private."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from solver.catalog.digest import catalog_digest
from solver.catalog.loader import load_catalog
from solver.catalog.prices import CommitmentTerm
from solver.errors import CatalogError
from solver.vocabulary import CommitmentKind, Payment
from tests.solver.catalog.small_catalog import REGION, SmallCatalog

AGREED = """as_of: 2026-11-27
agreements:
  enterprise:
    {percent_off: 10, families: ["*"], options: [on-demand, commitments], reason: EDP, source: contract 7}
  graphics:
    {percent_off: 20, regions: ["eu-*"], families: [g5], until: 2026-12-31, reason: PPA, source: contract 8}
  storage:
    {percent_off: 50, services: [s3], from: 2026-11-27, reason: PPA, source: contract 9}
"""
TERM = CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.NO_UPFRONT)


def write(small: SmallCatalog, text: str = AGREED) -> None:
    (small.root / "discounts.yaml").write_text(text)


def test_each_agreement_is_taken_off_what_it_names_one_after_the_other(small_catalog: SmallCatalog) -> None:
    before = small_catalog.load()
    write(small_catalog)
    after = small_catalog.load()
    cpu = before.offering(REGION, "c7g.large"), after.offering(REGION, "c7g.large")
    gpu = before.offering(REGION, "g5.xlarge"), after.offering(REGION, "g5.xlarge")
    assert cpu[1].on_demand_usd_per_hour == pytest.approx((cpu[0].on_demand_usd_per_hour or 0) * 0.9)
    assert cpu[1].commitments[TERM] == pytest.approx(cpu[0].commitments[TERM] * 0.9, abs=1e-6)
    assert cpu[1].spot_usd_per_hour == cpu[0].spot_usd_per_hour
    assert gpu[1].on_demand_usd_per_hour == pytest.approx((gpu[0].on_demand_usd_per_hour or 0) * 0.9 * 0.8)
    assert dict(gpu[1].spot_usd_per_hour) == pytest.approx(
        {k: v * 0.8 for k, v in gpu[0].spot_usd_per_hour.items()}, abs=1e-6
    )
    item = next(item for service, item in before.tables[REGION].prices if service == "s3")
    assert after.price(REGION, "s3", item).usd_first == pytest.approx(before.price(REGION, "s3", item).usd_first / 2)
    assert after.price(REGION, "nat_gateway", "hour") == before.price(REGION, "nat_gateway", "hour")
    assert before.discounts is None
    assert after.discounts is not None and after.discounts.name == "discounts.yaml"
    assert load_catalog(small_catalog.root, list_prices=True).offering(REGION, "g5.xlarge") == gpu[0]


def test_agreements_count_on_the_file_s_day_and_the_next_turn_is_known(small_catalog: SmallCatalog) -> None:
    def counted(day: str) -> tuple[int, date | None]:
        write(small_catalog, AGREED.replace("as_of: 2026-11-27", f"as_of: {day}"))
        agreed = small_catalog.load().discounts
        assert agreed is not None
        return len(agreed.agreements), agreed.turns

    assert counted("2026-11-26") == (2, date(2026, 11, 27))
    assert counted("2026-11-27") == (3, date(2027, 1, 1))
    assert counted("2026-12-31") == (3, date(2027, 1, 1))
    assert counted("2027-01-01") == (2, None)


def test_spot_is_never_above_on_demand_and_a_commitment_that_saves_nothing_is_none(small_catalog: SmallCatalog) -> None:
    write(small_catalog, AGREED.replace("percent_off: 10", "percent_off: 70").replace(", commitments]", "]"))
    found = small_catalog.load().offering(REGION, "c7g.large")
    on_demand = found.on_demand_usd_per_hour or 0
    assert set(found.spot_usd_per_hour.values()) == {on_demand}
    assert all(usd < on_demand for usd in found.commitments.values())


def test_the_digest_is_of_the_agreements_too(small_catalog: SmallCatalog) -> None:
    before = catalog_digest(small_catalog.root, [REGION])
    write(small_catalog)
    after = catalog_digest(small_catalog.root, [REGION])
    assert before != after == small_catalog.load().digest([REGION])
    assert load_catalog(small_catalog.root, list_prices=True).digest([REGION]) == after
    write(small_catalog, AGREED.replace("percent_off: 10", "percent_off: 11"))
    assert catalog_digest(small_catalog.root, [REGION]) != after


def private(small: SmallCatalog, tmp_path: Path, text: str) -> Path:
    """A private file, and a discounts.yaml that names it."""
    secret = tmp_path / "secret" / "edp.yaml"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text(text)
    digest = sha256(secret.read_bytes()).hexdigest()
    write(
        small, f"as_of: 2026-11-27\nprivate: {{name: edp-2026, file: ../secret/edp.yaml, digest: 'sha256:{digest}'}}\n"
    )
    return secret


PRIVATE = "agreements:\n" + AGREED.partition("agreements:\n")[2]


def test_a_private_file_counts_as_if_it_stood_there_and_its_digest_stands_for_it(
    small_catalog: SmallCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(small_catalog)
    open_prices = small_catalog.load().offering(REGION, "g5.xlarge")
    secret = private(small_catalog, tmp_path, PRIVATE)
    found = small_catalog.load()
    assert found.offering(REGION, "g5.xlarge") == open_prices
    assert found.discounts is not None and str(found.discounts).startswith("edp-2026 (sha256:")
    digest = catalog_digest(small_catalog.root, [REGION])
    moved = secret.rename(tmp_path / "elsewhere.yaml")
    assert catalog_digest(small_catalog.root, [REGION]) == digest
    with pytest.raises(CatalogError, match=r"private\.file: the private file edp-2026 is needed.*POOLWRIGHT_DISCOUNTS"):
        small_catalog.load()
    assert load_catalog(small_catalog.root, list_prices=True).discounts is None
    monkeypatch.setenv("POOLWRIGHT_DISCOUNTS", str(moved))
    assert small_catalog.load().offering(REGION, "g5.xlarge") == open_prices
    moved.write_text(PRIVATE.replace("20", "25"))
    with pytest.raises(CatalogError, match="the one at hand is another"):
        small_catalog.load()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (PRIVATE.replace("percent_off: 20", "percent_off: 117"), "agreements.graphics.percent_off"),
        (PRIVATE.replace("percent_off: 20", 'percent_off: "seventeen"'), "agreements.graphics.percent_off"),
        (PRIVATE.replace("percent_off: 20", "percent_of: 17.25"), "agreements.graphics"),
        (PRIVATE.replace("until: 2026-12-31", "from: 2026-12-31, until: 2026-01-01"), "agreements.graphics"),
        ("agreements: [17.25\n", "valid YAML is needed"),
    ],
)
def test_no_error_tells_what_a_private_file_says(
    small_catalog: SmallCatalog, tmp_path: Path, broken: str, told: str
) -> None:
    private(small_catalog, tmp_path, broken)
    with pytest.raises(CatalogError) as error:
        small_catalog.load()
    said = str(error.value)
    assert told in said
    assert not [rate for rate in ("117", "seventeen", "17.25", "contract", "EDP") if rate in said]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("percent_off: 10", "percent_off: 0", "greater than 0"),
        ("percent_off: 10", "percent_off: 100", "less than 100"),
        ('families: ["*"], ', "", "patterns of families, of services or of both"),
        ("options: [on-demand", "options: [ondemand", "on-demand"),
        ("as_of: 2026-11-27", "as_of: soon", "date"),
        ("reason: EDP, ", "", "required"),
    ],
)
def test_wrong_agreements_are_named(small_catalog: SmallCatalog, old: str, new: str, told: str) -> None:
    write(small_catalog, AGREED.replace(old, new, 1))
    with pytest.raises(CatalogError) as error:
        small_catalog.load()
    assert "discounts.yaml" in str(error.value) and told in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "families: [g5]",
            "families: [g5, g55]",
            'discounts.yaml:6 agreements.graphics.families.1: found "g55"; a pattern',
        ),
        ("services: [s3]", "services: [s4]", 'discounts.yaml:8 agreements.storage.services.0: found "s4"; a pattern'),
        ('regions: ["eu-*"]', 'regions: ["ue-*"]', 'discounts.yaml:6 agreements.graphics.regions.0: found "ue-*"; a'),
        # One that does not count yet is wrong already.
        ("families: [g5], until: 2026-12-31", "families: [g9], from: 2027-01-01", 'found "g9"; a pattern'),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused(small_catalog: SmallCatalog, old: str, new: str, told: str) -> None:
    assert old in AGREED
    write(small_catalog, AGREED.replace(old, new))
    with pytest.raises(CatalogError) as error:
        small_catalog.load()
    assert told in str(error.value)


def test_a_pattern_of_a_private_file_is_refused_without_its_words(small_catalog: SmallCatalog, tmp_path: Path) -> None:
    private(small_catalog, tmp_path, PRIVATE.replace("families: [g5]", "families: [g55]"))
    with pytest.raises(CatalogError) as error:
        small_catalog.load()
    said = str(error.value)
    assert "edp.yaml:5 agreements.graphics.families.0: a pattern that matches one" in said and "g5" not in said


def test_neither_agreements_nor_a_private_file_is_a_mistake(small_catalog: SmallCatalog) -> None:
    write(small_catalog, "as_of: 2026-11-27\n")
    with pytest.raises(CatalogError, match="either agreements or a private file is needed"):
        small_catalog.load()
