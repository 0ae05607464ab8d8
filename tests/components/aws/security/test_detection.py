"""Security measures and what builds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from components.aws.security.detection import BUILT_ELSEWHERE, BUILT_HERE, BUILT_WITH
from solver.errors import PoolwrightError
from tests.components import plans
from tests.components.aws.early import Early, secured, watched, with_measures, with_security
from tests.recorder import Recording

CATALOG = Path(__file__).resolve().parents[4] / "catalog" / "services.yaml"


def measures() -> list[str]:
    """All measures of the catalog."""
    content = cast("dict[str, Any]", yaml.safe_load(CATALOG.read_text(encoding="utf-8")))
    return sorted(content["security"])


def test_every_measure_of_the_catalog_is_built_in_one_place() -> None:
    built = [*BUILT_HERE, *BUILT_WITH, *BUILT_ELSEWHERE]
    assert sorted(built) == measures()


def test_what_is_built_together_is_known() -> None:
    known = set(BUILT_HERE) | set(BUILT_WITH)
    assert all(set(others) <= known for others in BUILT_WITH.values())


def test_a_measure_that_nothing_builds_is_refused_in_words() -> None:
    with pytest.raises(PoolwrightError, match="nothing builds: moon-phase-alarm"):
        watched("cloudtrail", "moon-phase-alarm")


def test_a_measure_that_the_account_has_is_not_built_again(full: Recording[Early]) -> None:
    assert full.of_type(":Detector") == ()


@pytest.mark.parametrize(
    ("chosen", "types"),
    [
        (("access-analyzer",), (":Analyzer",)),
        (("account-public-access-block",), (":AccountPublicAccessBlock", ":SnapshotBlockPublicAccess")),
        (("ebs-default-encryption",), (":EncryptionByDefault",)),
        (("guardduty",), (":Detector", ":DetectorFeature")),
        (("inspector-hosts",), (":Enabler",)),
        (("config",), ("cfg/recorder:Recorder", ":DeliveryChannel", ":RecorderStatus")),
        (("config", "security-hub"), ("securityhub/account:Account", ":StandardsSubscription")),
        (("cloudtrail",), (":Trail",)),
    ],
)
def test_a_chosen_measure_is_built(chosen: tuple[str, ...], types: tuple[str, ...]) -> None:
    recorded = watched(*chosen)
    for type_ in types:
        assert recorded.of_type(type_), type_


def test_nothing_is_watched_that_was_not_chosen() -> None:
    assert {record.type.split(":")[1].split("/")[0] for record in watched().custom()} == {"iam", "kms"}


def test_settings_of_the_account_stay_when_the_stack_goes() -> None:
    recorded = watched("account-public-access-block", "ebs-default-encryption")
    for type_ in (":AccountPublicAccessBlock", ":SnapshotBlockPublicAccess", ":EncryptionByDefault"):
        assert recorded.one(type_).retain_on_delete


@pytest.mark.parametrize(("more", "status"), [((), "DISABLED"), (("guardduty-object-events",), "ENABLED")])
def test_guardduty_watches_objects_only_when_that_was_chosen(more: tuple[str, ...], status: str) -> None:
    recorded = watched("guardduty", *more)
    feature = recorded.one(":DetectorFeature", "main-security-guardduty-objects").inputs
    assert (feature["name"], feature["status"]) == ("S3_DATA_EVENTS", status)


def test_guardduty_watches_processes_when_that_was_chosen() -> None:
    recorded = watched("guardduty", "guardduty-runtime")
    feature = recorded.one(":DetectorFeature", "main-security-guardduty-runtime").inputs
    assert feature["name"] == "RUNTIME_MONITORING"


def test_inspector_scans_what_was_chosen() -> None:
    both = watched("inspector-hosts", "inspector-images")
    assert both.one(":Enabler").inputs["resourceTypes"] == ["EC2", "ECR"]
    images = watched("inspector-images")
    assert images.one(":Enabler").inputs["resourceTypes"] == ["ECR"]


def test_security_hub_waits_until_config_records() -> None:
    recorded = watched("config", "security-hub")
    assert recorded.one(":RecorderStatus").urn in recorded.one("securityhub/account:Account").depends_on
    assert recorded.one("securityhub/account:Account").inputs["enableDefaultStandards"] is False


def test_later_pools_know_what_is_built() -> None:
    recorded = watched("container-insights", "guardduty")
    assert recorded.built.measures == {"container-insights", "guardduty"}


@pytest.mark.parametrize(
    ("service", "types"),
    [
        ("access-analyzer", "accessanalyzer/"),
        ("cloudtrail", "cloudtrail/"),
        ("config", "cfg/"),
        ("guardduty", "guardduty/"),
        ("inspector-hosts inspector-images", "inspector2/"),
        ("security-hub", "securityhub/"),
    ],
)
def test_nothing_of_a_service_that_the_account_has_is_built(service: str, types: str) -> None:
    site = with_measures(plans.full_site(), *measures())
    names = service.split()
    kept = tuple(
        measure.model_copy(update={"build": False})
        if measure.name in names or any(measure.name.startswith(f"{name}-") for name in names)
        else measure
        for measure in site.security.measures
    )
    made = secured(with_security(site, measures=kept))
    assert not [record.type for record in made.custom() if record.type.startswith(f"aws:{types}")]
