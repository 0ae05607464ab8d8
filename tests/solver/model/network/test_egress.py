"""Ways out: no other choice of NAT and endpoints that survives as much is cheaper."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.catalog.catalog import Catalog
from solver.errors import InfeasibleError
from solver.model.network.egress import (
    Egress,
    EgressWish,
    choose_egress,
    egress_charges,
    endpoint_against_nat,
)
from solver.model.network.traffic import Traffic
from solver.model.priced import SitePrices
from solver.plan.cost import Pool
from solver.vocabulary import NatMode, Survive

ZONES = ("use1-az1", "use1-az2", "use1-az4")
SERVICES = ("ecr.api", "ecs", "logs", "secretsmanager")


@pytest.fixture(scope="module")
def prices(catalog: Catalog) -> SitePrices:
    return SitePrices(catalog, "us-east-1", "main", Pool.NETWORK)


def wish_of(
    *gib: float,
    zones: int = 3,
    internet: float = 0.0,
    survivors: tuple[str, ...] = (),
    nat: NatMode | None = None,
    outside: tuple[str, ...] = (),
) -> EgressWish:
    traffic = Traffic(
        aws_api_gib=dict(zip(SERVICES, gib, strict=False)),
        internet_gib=internet,
        outside_pulls_gib=5.0 if outside else 0.0,
        responses_gib=0.0,
        calls_gib=0.0,
        outside_images=outside,
    )
    return EgressWish(
        site="main",
        zones=ZONES[:zones],
        traffic=traffic,
        nat=nat or "auto",
        survivors=dict.fromkeys(survivors, Survive.ZONE),
    )


def all_choices(wish: EgressWish) -> list[Egress]:
    """Every NAT mode with every set of endpoints in one zone or all, as far as it works and survives."""
    found: list[Egress] = []
    needs_internet = bool(wish.traffic.internet_gib or wish.traffic.outside_images)
    for mode, places in product(NatMode, product(("nat", "one", "all"), repeat=len(wish.traffic.aws_api_gib))):
        if mode is NatMode.NONE and (needs_internet or "nat" in places):
            continue
        if wish.survivors and (mode is NatMode.SINGLE or "one" in places):
            continue
        nat_zones = {NatMode.NONE: (), NatMode.SINGLE: wish.zones[:1], NatMode.PER_ZONE: wish.zones}[mode]
        where = {"one": wish.zones[:1], "all": wish.zones}
        endpoints = {
            service: where[place]
            for service, place in zip(wish.traffic.aws_api_gib, places, strict=True)
            if place != "nat"
        }
        found.append(Egress(mode=mode, nat_zones=nat_zones, endpoint_zones=endpoints))
    return found


volumes = st.sampled_from([0.0, 1.0, 150.0, 700.0, 5_000.0, 2_000_000.0])
wishes = st.builds(
    wish_of,
    volumes,
    volumes,
    volumes,
    zones=st.integers(1, 3),
    internet=st.sampled_from([0.0, 50.0]),
    survivors=st.sampled_from([(), ("app",)]),
)


@settings(max_examples=100, deadline=None)
@given(wish=wishes)
def test_no_other_choice_is_cheaper(prices: SitePrices, wish: EgressWish) -> None:
    best = min((prices.usd(egress_charges(each, wish)) for each in all_choices(wish)), default=inf)
    choice = choose_egress(wish, prices)
    assert choice.usd_per_month == pytest.approx(best)
    assert choice.least_usd_per_month == choice.usd_per_month
    assert prices.usd(egress_charges(choice.egress, wish)) == pytest.approx(best)
    assert all(usd >= best - 1e-9 for _, usd in choice.others)


@settings(deadline=None)
@given(wish=wishes, factor=st.floats(1, 10))
def test_more_traffic_never_costs_less(prices: SitePrices, wish: EgressWish, factor: float) -> None:
    more = {service: gib * factor for service, gib in wish.traffic.aws_api_gib.items()}
    larger = replace(wish, traffic=replace(wish.traffic, aws_api_gib=more))
    assert choose_egress(larger, prices).usd_per_month >= choose_egress(wish, prices).usd_per_month - 1e-9


def test_services_that_survive_a_zone_get_a_gateway_in_each(prices: SitePrices) -> None:
    choice = choose_egress(wish_of(1, 1, internet=10, survivors=("app",)), prices)
    assert choice.egress.mode is NatMode.PER_ZONE
    assert choice.egress.nat_zones == ZONES


def test_a_stack_that_may_fail_with_a_zone_gets_one_gateway(prices: SitePrices) -> None:
    assert choose_egress(wish_of(1, 1, internet=10), prices).egress.mode is NatMode.SINGLE


def test_endpoints_alone_do_where_nothing_needs_the_internet_and_few_services_are_used(prices: SitePrices) -> None:
    choice = choose_egress(wish_of(1, 1), prices)
    assert choice.egress.mode is NatMode.NONE
    assert set(choice.egress.endpoint_zones) == {"ecr.api", "ecs"}


def test_a_service_with_many_bytes_gets_an_endpoint_beside_nat(prices: SitePrices) -> None:
    wish = wish_of(1, 1, 5_000, internet=10, survivors=("app",))
    choice = choose_egress(wish, prices)
    assert set(choice.egress.endpoint_zones) == {"logs"}
    own, nat = endpoint_against_nat("logs", choice.egress, wish, prices)
    assert own < nat


def test_an_approved_choice_stays_while_it_costs_little_more(prices: SitePrices) -> None:
    wish = wish_of(1, 1, 700, internet=10, survivors=("app",))
    best = choose_egress(wish, prices)
    approved = Egress(mode=NatMode.PER_ZONE, nat_zones=ZONES, endpoint_zones={})
    assert best.egress != approved
    assert choose_egress(wish, prices, previous=approved, gap=0.0).egress == best.egress
    kept = choose_egress(wish, prices, previous=approved, gap=0.5)
    assert kept.egress == approved
    assert kept.least_usd_per_month == best.usd_per_month < kept.usd_per_month


def test_no_nat_with_a_need_for_the_internet_is_refused_with_both(prices: SitePrices) -> None:
    with pytest.raises(InfeasibleError) as error:
        choose_egress(wish_of(1, internet=10, nat=NatMode.NONE, outside=("app",)), prices)
    assert error.value.conflict == (
        "sites.main.network.nat: none",
        "sites.main.network.internet_gib_per_month: 10",
        "workloads.app.image: from a registry outside of AWS",
    )


def test_one_gateway_for_services_that_survive_a_zone_is_refused(prices: SitePrices) -> None:
    with pytest.raises(InfeasibleError, match="lost with its zone"):
        choose_egress(wish_of(1, internet=10, nat=NatMode.SINGLE, survivors=("app",)), prices)
