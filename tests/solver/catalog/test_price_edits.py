"""Price edits: other prices of some machine types, everything else as it was."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.price_edits import price_edit, with_prices
from solver.errors import ConfigError

REGION = "us-east-1"


def priced(catalog: Catalog, key: str, value: str) -> Catalog:
    return with_prices(catalog, [price_edit(key, value, catalog)])


def test_a_factor_moves_every_price_of_the_type_and_of_no_other(real_catalog: Catalog) -> None:
    old, new = real_catalog, priced(real_catalog, "prices.g6.xlarge", "*1.5")
    before, after = old.offering(REGION, "g6.xlarge"), new.offering(REGION, "g6.xlarge")
    assert before.on_demand_usd_per_hour is not None
    assert after.on_demand_usd_per_hour == pytest.approx(1.5 * before.on_demand_usd_per_hour)
    assert after.spot_usd_per_hour == pytest.approx({z: 1.5 * usd for z, usd in before.spot_usd_per_hour.items()})
    assert after.commitments == pytest.approx({term: 1.5 * usd for term, usd in before.commitments.items()})
    assert new.offering(REGION, "g6.2xlarge") == old.offering(REGION, "g6.2xlarge")


def test_a_purchase_option_is_moved_alone(real_catalog: Catalog) -> None:
    old = real_catalog.offering(REGION, "g6.xlarge")
    new = priced(real_catalog, "prices.g6.xlarge.spot", "-50%").offering(REGION, "g6.xlarge")
    assert new.on_demand_usd_per_hour == old.on_demand_usd_per_hour
    assert new.spot_usd_per_hour == pytest.approx({zone: usd / 2 for zone, usd in old.spot_usd_per_hour.items()})
    assert new.commitments == old.commitments


def test_a_pattern_moves_a_family(real_catalog: Catalog) -> None:
    new = priced(real_catalog, "prices.g6.*", "+10 %")
    moved = {
        offering.machine.name
        for offering in new.purchasable(REGION)
        if offering != real_catalog.offering(REGION, offering.machine.name)
    }
    assert moved == {each.machine.name for each in new.purchasable(REGION) if each.machine.name.startswith("g6.")}


def test_spot_never_costs_more_than_on_demand_and_a_commitment_always_saves(real_catalog: Catalog) -> None:
    new = priced(real_catalog, "prices.g6.xlarge.on-demand", "*0.1").offering(REGION, "g6.xlarge")
    price = new.on_demand_usd_per_hour
    assert price is not None
    assert all(usd <= price for usd in new.spot_usd_per_hour.values())
    assert all(usd < price for usd in new.commitments.values())


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("prices.g6.xlrge", "*1.1", "Did you mean prices.g6.xlarge?"),
        ("prices.g6.xlarge", "1.1", "a factor like"),
        ("prices.g6.xlarge", "*0", "0.001 to 1000 times"),
        ("prices.g6.xlarge", "-100%", "0.001 to 1000 times"),
        ("prices.g6.xlarge", "", "a factor like"),
    ],
)
def test_a_wrong_price_edit_is_refused(real_catalog: Catalog, key: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r".") as refused:
        price_edit(key, value, real_catalog)
    assert words in str(refused.value)
