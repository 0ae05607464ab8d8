"""What the controls' report says of who covers a control, what shows it, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from math import fsum
from pathlib import Path
from typing import Any

import pytest

from poolwright.controls.builders import BUILDERS
from poolwright.controls.coverage import KEYS, controls_of
from poolwright.controls.report import ControlRecord, ControlsReport, Standing
from poolwright.render.controls_view import controls_lines
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.loader import LoadedDemand, load_demand
from solver.plan.lock import Lock, read_lock
from tests.poolwright.checks.estate import ROOT
from tests.stacks.projects import waiving

DAY = date(2026, 11, 26)


@cache
def catalog() -> Catalog:
    return load_catalog(None, ["us-east-1", "eu-west-1"])


@cache
def demand(stack: str) -> LoadedDemand:
    return load_demand(ROOT / "stacks" / f"{stack}.yaml")


def lock_with(change: Callable[[dict[str, Any]], object] = lambda content: None, *, stack: str = "prod") -> Lock:
    """A shipped lock, its JSON changed by a function."""
    content = read_lock(ROOT / "stacks" / f"{stack}.lock.yaml").model_dump(mode="json")
    change(content)
    return Lock.model_validate(content)


def report(lock: Lock, loaded: LoadedDemand | None = None, *, on: date = DAY) -> ControlsReport:
    return controls_of(lock, demand("prod") if loaded is None else loaded, catalog(), on=on)


def control(found: ControlsReport, id: str) -> ControlRecord:
    return next(each for site in found.sites for each in site.controls if each.id == id)


def security(content: dict[str, Any]) -> dict[str, Any]:
    return content["sites"]["main"]["security"]


@pytest.mark.parametrize("stack", ["prod", "staging", "dev"])
def test_every_control_of_the_profile_is_covered_and_costs_add_up_to_the_plans(stack: str) -> None:
    lock = lock_with(stack=stack)
    found = report(lock, demand(stack))
    (site,) = found.sites
    assert [each.id for each in site.controls] == list(catalog().profile(site.profile).controls)
    assert {each.standing for each in site.controls} <= {Standing.BUILT, Standing.BY_CONSTRUCTION}
    paid = [usd for item, usd in lock.cost_usd_per_month["security"].items() if item == KEYS or "measure" in item]
    assert found.usd_per_month == pytest.approx(fsum(paid), abs=0.001)
    assert fsum(each.usd_per_month for each in site.controls) == pytest.approx(fsum(paid), abs=0.001)
    assert found.passed


def test_a_cost_that_controls_share_is_counted_at_the_first_and_named_at_the_others() -> None:
    found = report(lock_with())
    assert control(found, "CloudTrail.1").usd_per_month > 0
    assert control(found, "CloudTrail.4").usd_per_month == 0
    assert control(found, "CloudTrail.4").shares_with == ("CloudTrail.1",)
    keys = next(cost for cost in found.sites[0].costs if cost.item == KEYS)
    assert (keys.counted_at, keys.measures) == ("CloudTrail.2", ("kms-customer-keys", "cloudtrail-encryption"))
    assert "CloudTrail.2" in control(found, "S3.17").shares_with


def test_a_measure_that_only_another_one_needs_is_counted_where_that_one_is() -> None:
    def forget(content: dict[str, Any]) -> None:
        for measure in security(content)["measures"]:
            if measure["name"] == "cloudtrail-logs":
                measure["controls"] = []

    costs = {cost.item: cost.counted_at for cost in report(lock_with(forget)).sites[0].costs}
    assert costs["measure cloudtrail-logs"] == "CloudWatch.1"


def test_alarms_and_features_are_shown_by_their_own_resource_alone() -> None:
    found = report(lock_with())
    assert {name for each in control(found, "CloudWatch.4").evidence for name in each.names} == {
        "main-security-iam-changes"
    }
    (feature,) = control(found, "GuardDuty.11").evidence
    assert feature.names == ("main-security-guardduty-runtime",)


def test_what_the_account_has_already_is_named_as_such_and_shows_nothing_of_the_program() -> None:
    def have(content: dict[str, Any]) -> None:
        for measure in security(content)["measures"]:
            measure["build"] = measure["build"] and measure["name"] != "guardduty"
        del content["cost_usd_per_month"]["security"]["measure guardduty"]

    found = report(lock_with(have))
    seen = control(found, "GuardDuty.1")
    assert (seen.standing, seen.evidence, seen.usd_per_month) == (Standing.EXISTING, (), 0)
    assert "  covered by guardduty, which the account has already" in list(controls_lines(found))


def waived(content: dict[str, Any]) -> None:
    """As a plan is whose demand waives ECS.12."""
    security(content)["waived"] = ["ECS.12"]
    security(content)["measures"] = [each for each in security(content)["measures"] if "ECS.12" not in each["controls"]]


@pytest.mark.parametrize(("day", "passed"), [(date(2027, 6, 30), True), (date(2027, 7, 1), False)])
def test_a_waived_control_names_ticket_owner_and_end_and_an_ended_one_its_line(
    tmp_path: Path, day: date, passed: bool
) -> None:
    loaded = load_demand(waiving(tmp_path, "ECS.12") / "stacks" / "trial.yaml")
    found = report(lock_with(waived), loaded, on=day)
    seen = control(found, "ECS.12")
    assert seen.standing is Standing.WAIVED
    assert seen.waiver is not None and (seen.waiver.id, seen.waiver.owner) == ("SEC-123", "me@example.com")
    assert seen.waiver.place is not None and seen.waiver.place.line == 13
    lines = list(controls_lines(found))
    assert "  waived until 2027-06-30, SEC-123, me@example.com: tried out" in lines
    assert found.passed is passed
    assert len(found.ended) == (not passed)
    assert any(line.startswith("ended waivers (1):") for line in lines) is not passed


def test_a_control_that_nothing_covers_is_open_and_refused() -> None:
    def lose(content: dict[str, Any]) -> None:
        security(content)["measures"] = [each for each in security(content)["measures"] if each["name"] != "waf"]

    found = report(lock_with(lose))
    assert control(found, "ELB.16").standing is Standing.OPEN
    assert not found.passed


def test_controls_of_a_vpc_that_exists_are_not_built_here() -> None:
    def stand_in_a_vpc(content: dict[str, Any]) -> None:
        network = content["sites"]["main"]["network"]
        network["existing"] = {"vpc_id": "vpc-0a1b2c3d", "subnets": {"private": {}}}

    found = report(lock_with(stand_in_a_vpc))
    for id in ("EC2.2", "EC2.15"):
        assert (control(found, id).standing, control(found, id).evidence) == (Standing.NOT_BUILT_HERE, ())
    assert control(found, "EC2.8").standing is Standing.BY_CONSTRUCTION
    lines = list(controls_lines(found))
    at = lines.index("EC2.2  " + control(found, "EC2.2").title)
    assert lines[at + 1] == "  not built here: it is about the VPC, which exists; whoever runs that answers for it"
    assert "2 not built here" in lines[-1]


def test_a_load_balancer_that_serves_plain_http_is_named_at_the_control_that_asks_for_https() -> None:
    def with_balancers(content: dict[str, Any], *, https: bool) -> None:
        internal: dict[str, Any] = {"key": "internal", "exposure": "internal", "targets": [], "https": https}
        content["sites"]["main"]["network"]["load_balancers"] = [internal]

    plain = report(lock_with(lambda content: with_balancers(content, https=False)))
    (words,) = control(plain, "ELB.1").except_for
    assert "network.dns.internal" in words
    assert f"  but {words}" in list(controls_lines(plain))
    secure = report(lock_with(lambda content: with_balancers(content, https=True)))
    assert control(secure, "ELB.1").except_for == ()


def test_each_measure_of_the_catalog_has_a_builder_that_exists() -> None:
    assert set(BUILDERS) == set(catalog().services.measures)
    assert [path for path in BUILDERS.values() if not (ROOT / path).exists()] == []


def test_the_text_names_builder_evidence_and_cost_of_a_control() -> None:
    lines = list(controls_lines(report(lock_with())))
    at = lines.index("Config.1  AWS Config records every resource")
    assert lines[at + 1 : at + 4] == [
        "  covered by config (components/aws/security/recorder.py)",
        "  shown by aws:cfg/recorder:Recorder main-security-config; aws:cfg/recorderStatus:RecorderStatus "
        "main-security-config",
        "  costs $72.50 a month",
    ]
