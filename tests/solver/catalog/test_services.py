"""Network services, security measures, controls and profiles."""

from __future__ import annotations

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.services import MeasureScope
from solver.errors import CatalogError
from solver.vocabulary import EndpointKind
from tests.solver.catalog.small_catalog import SmallCatalog

SERVICES = "services.yaml"
CONTROLS = "controls.yaml"


def test_every_control_of_every_profile_can_be_covered(real_catalog: Catalog) -> None:
    coverable = {control for measure in real_catalog.measures("us-east-1") for control in measure.covers}
    for name in ("none", "baseline", "hipaa-like", "pci-like"):
        assert set(real_catalog.profile(name).controls) <= coverable


def test_stricter_profiles_contain_the_baseline(real_catalog: Catalog) -> None:
    baseline = set(real_catalog.profile("baseline").controls)
    assert real_catalog.profile("none").controls == ()
    assert len(baseline) >= 30
    for name in ("hipaa-like", "pci-like"):
        assert baseline < set(real_catalog.profile(name).controls)


def test_every_control_is_used_and_says_where_it_comes_from(real_catalog: Catalog) -> None:
    used = {control for profile in real_catalog.services.profiles.values() for control in profile.controls}
    assert used == set(real_catalog.controls)
    assert all(control.references and control.id == name for name, control in real_catalog.controls.items())


def test_what_the_pools_have_by_construction_costs_nothing(real_catalog: Catalog) -> None:
    measure = real_catalog.measure("poolwright-defaults")
    assert measure.costs == ()
    assert {"EC2.8", "EC2.3", "S3.5", "S3.8"} <= set(measure.covers)


def test_what_a_measure_requires_does_not_contradict_it(real_catalog: Catalog) -> None:
    for measure in real_catalog.measures("us-east-1"):
        needed = set(measure.requires)
        while more := {name for found in needed for name in real_catalog.measure(found).requires} - needed:
            needed |= more
        assert measure.name not in needed
        assert not needed & set(measure.excludes)
        for name in measure.excludes:
            assert measure.name in real_catalog.measure(name).excludes


def test_security_hub_needs_config(real_catalog: Catalog) -> None:
    assert real_catalog.measure("security-hub").requires == ("config",)
    assert real_catalog.measure("config").scope is MeasureScope.ACCOUNT


def test_a_measure_costs_what_its_drivers_say(real_catalog: Catalog) -> None:
    drivers = {"management_events": 2e6, "flow_log_gib": 600.0}
    costs = real_catalog.measure("guardduty").costs
    total = sum(
        real_catalog.price("us-east-1", term.service, term.item).cost(term.amount * drivers[term.driver])
        for term in costs
    )
    assert total == pytest.approx(2e6 * 4e-6 + 500 * 1.0 + 100 * 0.5)


def test_each_side_of_a_zone_border_pays(real_catalog: Catalog) -> None:
    (crossing,) = [
        term for term in real_catalog.network_service("traffic").costs if term.driver == "gib_crossing_zones"
    ]
    assert crossing.amount == 2


def test_endpoints_know_their_kind(real_catalog: Catalog) -> None:
    assert real_catalog.endpoint_service("s3").kind is EndpointKind.GATEWAY
    assert real_catalog.endpoint_service("ecr.dkr").kind is EndpointKind.INTERFACE


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        (SERVICES, "requires: [config]", "requires: [confg]", '"confg"'),
        (SERVICES, "covers: [Config.1]", "covers: [Config.2]", '"Config.2"'),
        (SERVICES, "excludes: [inspector-images]", "excludes: [inspector]", '"inspector"'),
        (SERVICES, "{driver: vcpus,", "{driver: cores,", '"cores"'),
        (CONTROLS, "      - WAF.11\n", "      - WAF.12\n", '"WAF.12"'),
    ],
)
def test_a_name_that_no_file_has_is_refused(
    small_catalog: SmallCatalog, file: str, old: str, new: str, found: str
) -> None:
    small_catalog.replace(file, old, new)
    assert found in {problem.found for problem in small_catalog.problems()}


def test_profiles_that_include_each_other_are_refused(small_catalog: SmallCatalog) -> None:
    small_catalog.replace(
        CONTROLS, "    title: CIS AWS Foundations and", "    includes: pci-like\n    title: CIS AWS Foundations and"
    )
    assert any("don't include themselves" in problem.allowed for problem in small_catalog.problems())


def test_an_unknown_name_is_an_error_with_near_misses(real_catalog: Catalog) -> None:
    for look_up, name in (
        (real_catalog.profile, "baselin"),
        (real_catalog.measure, "guardduti"),
        (real_catalog.network_service, "nat-gatewy"),
        (real_catalog.endpoint_service, "ecr.dk"),
    ):
        with pytest.raises(CatalogError, match="Did you mean"):
            look_up(name)
